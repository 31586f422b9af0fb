"""The pictures of a round in Slack: the contact sheet, the pictures in the thread, vote reactions, originals.

Each step first looks at what Slack shows, so it is safe to repeat.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot.domain.callback import ORIGINAL_CAPTION, SITUATION_CAPTIONS, Situation
from bot.domain.ids import FILE_EXTENSIONS, filename, run_off_sheet_key
from bot.domain.round import Round
from bot.domain.round_state import UNINSTALLED, RoundState
from bot.domain.service_errors import ChannelClosed, MessageDeleted, PortraitMissing, SlackRejected, StorageUnavailable
from bot.domain.slot import Slot, SlotState
from bot.imaging.callback_sheet import callback_sheet
from bot.imaging.contact_sheet import SheetCells, contact_sheet
from bot.imaging.pictures import equalize_previews, record_picture
from bot.ports.messaging import Picture
from bot.usecases.ports import UseCase
from bot.usecases.posted_files import delete_posted_file
from bot.usecases.previews import compose, get_preview
from bot.usecases.retries import retry_rejected

R = TypeVar("R")


# Rounds whose cells are in memory at a time, each up to 10 MB; the sheets of others are drawn as a whole.
_MAX_ROUNDS_WITH_CELLS = 4


@dataclass(frozen=True, slots=True)
class _ExpectedPictures:
    """The pictures of a round that draws, with their cells; the sheet is drawn as soon as the last one is here."""

    round: Round
    cells: SheetCells
    previews: dict[str, bytes] = field(default_factory=dict)

    def add(self, slot_id: str, preview: bytes) -> None:
        self.cells.add(preview)
        self.previews[slot_id] = preview
        numbers = self.round.numbers_for(self.previews)
        # A slot that was added since the round was read has no number here; its sheet is drawn as a whole.
        if len(self.previews) == self.cells.count == len(numbers):
            self.cells.draw_sheet({numbers[slot_id]: preview for slot_id, preview in self.previews.items()})


@dataclass(frozen=True, slots=True)
class RoundPictures(UseCase):
    """Builds the pictures of a round and uploads them."""

    _expected: dict[str, _ExpectedPictures] = field(default_factory=dict, init=False)

    # The cells of the sheet, drawn while models are still drawing. The sheet does not depend on them.

    async def expect_pictures(self, round_: Round) -> None:
        """Draw cells for the pictures so far of a round, and for those that `add_picture` adds, if memory allows.

        After a failure the sheet has another layout, so all cells are drawn anew.
        """
        if round_.is_callback:  # its sheet has rows, not one cell after the other
            return
        count = sum(slot.state is not SlotState.FAILED for slot in round_.slots)
        known = self._expected.get(round_.id)
        if (known and known.cells.count == count) or (not known and len(self._expected) >= _MAX_ROUNDS_WITH_CELLS):
            return
        expected = self._expected[round_.id] = _ExpectedPictures(round_, SheetCells(round_.brief.aspect, count))
        for slot in round_.completed:
            with suppress(PortraitMissing, StorageUnavailable):
                expected.add(slot.id, await get_preview(self.storage.portraits, round_.id, slot.id))

    def add_picture(self, slot: Slot, preview: bytes) -> None:
        """Draw the cell of a further picture, if the round's pictures are expected."""
        if expected := self._expected.get(slot.round_id):
            expected.add(slot.id, preview)

    def forget_pictures(self, round_id: str) -> None:
        """Free the cells of a round."""
        self._expected.pop(round_id, None)

    async def open_ballot(self, round_: Round, closes_at: datetime) -> bool:
        """Upload the contact sheet, then open the ballot with its numbers; False if it is open already.

        If Slack refuses pictures, the ballot opens without them and the lead is notified: the portraits are paid for.
        """
        async with self._lease(round_.id):
            round_ = await self.storage.rounds.get(round_.id)
            if round_.state is not RoundState.DRAWING:
                return False
            numbers = round_.assign_numbers()
            numbered = tuple(replace(s, number=numbers.get(s.id)) for s in round_.slots)
            is_sheet_refused = await self._upload_sheet_or_note(replace(round_, slots=numbered))
            opened = await self.storage.ballots.open(round_.id, numbers, closes_at)
            if opened and is_sheet_refused:
                await self.ports.publisher.notify_lead(round_.id, "no_sheet")
                await self.ports.publisher.add_vote_reactions(round_.id, sorted(numbers.values()))
            return opened

    async def publish_missing(self, round_id: str) -> None:
        """Upload what the message and the thread lack: newer sheet, pictures, vote reactions, record, originals."""
        async with self._lease(round_id):
            round_ = await self.storage.rounds.get(round_id)
            if round_.void_reason == UNINSTALLED:
                return
            is_unsettled = round_id in await self.storage.reports.list_unsettled()
            if is_unsettled:
                await self._delete_hidden_files(round_)
            if round_.state in (RoundState.VOTING, RoundState.CLOSED) and round_.sheet_candidate_count < len(
                round_.pictures
            ):
                await self._upload_newer_sheet(round_)
            if round_.run_off and round_.state is RoundState.VOTING:
                await self._upload_run_off_sheet(round_, round_.run_off.numbers)
            if round_.state is RoundState.LOCKED:
                await self._upload_record(round_)
            await self._upload_new_pictures(round_)
            if round_.state in (RoundState.CLOSED, RoundState.LOCKED):
                await self._upload_originals(round_)
            if is_unsettled:
                await self.storage.reports.settle(round_, self.ports.now())
        if round_.is_follow_up and round_.parent:
            self.ports.publisher.schedule_redraw(round_.parent)

    async def _delete_hidden_files(self, round_: Round) -> None:
        """Delete in Slack what shows a hidden portrait; a file that Slack refuses to delete is only logged."""
        reports = self.storage.reports
        deleted = [
            file_id
            for file_id in await reports.list_hidden_files(round_.id)
            if await delete_posted_file(self.ports, round_, file_id)
        ]
        await reports.forget_files(round_.id, deleted)

    async def schedule_redraws(self) -> None:
        """Schedule a redraw of every message that may be out of date."""
        for round_id in await self.storage.rounds.list_to_redraw(self.ports.now()):
            self.ports.publisher.schedule_redraw(round_id)

    def _lease(self, round_id: str) -> AbstractAsyncContextManager[None]:
        """Return the round's lease, so that concurrent calls, also of other processes, upload once."""
        return self.storage.replicas.lease(f"pictures:{round_id}")

    async def _upload_sheet_or_note(self, round_: Round) -> bool:
        """Upload the sheet, or store Slack's refusal; raises SlackUnavailable.

        In a closed channel people cannot vote, so the ballot waits until the channel is open again.
        """
        try:
            await retry_rejected(partial(self._upload_sheet, round_), self.ports.waits.rejected_message)
        except (MessageDeleted, ChannelClosed):
            raise
        except SlackRejected as error:
            return await self.storage.rounds.set_sheet_refused(round_.id, error.code)
        return False

    async def _upload_newer_sheet(self, round_: Round) -> None:
        """Upload a sheet with every candidate. A refusal is shown and stored; a later call tries again."""
        try:
            await self._upload_sheet(round_)
        except SlackRejected as error:
            is_temporary = isinstance(error, MessageDeleted | ChannelClosed)
            if not is_temporary and await self.storage.rounds.set_sheet_refused(round_.id, error.code):
                await self.ports.publisher.redraw_now(round_.id)
            raise
        await self.ports.publisher.redraw_now(round_.id)

    async def _upload_sheet(self, round_: Round) -> None:
        data, count = await self._sheet(round_), len(round_.pictures)
        sheet = Picture(data, f"{filename(round_.character)}-sheet-{count}.jpg")

        async def store(file_id: str) -> None:
            await self.storage.rounds.set_sheet(round_.id, file_id, count)

        if round_.state is RoundState.DRAWING:
            # No message shows the sheet before the ballot opens.
            await self.ports.publisher.upload_sheet(round_.id, sheet, while_processing=store)
        else:
            await store(await self.ports.publisher.upload_sheet(round_.id, sheet))

    async def _upload_run_off_sheet(self, round_: Round, numbers: tuple[int, ...]) -> None:
        """Upload the sheet of a run-off's finalists once; the sheet of all candidates stays for the close."""
        key = run_off_sheet_key(round_.id)
        if await self.storage.rounds.get_upload(key):
            return
        data = await self._sheet(round_, numbers)
        picture = Picture(data, f"{filename(round_.character)}-run-off.jpg", shown=numbers)
        await self.storage.rounds.set_upload(key, [await self.ports.publisher.upload_sheet(round_.id, picture)])
        await self.ports.publisher.redraw_now(round_.id)

    async def _sheet(self, round_: Round, shown: tuple[int, ...] = ()) -> bytes:
        """Return the contact sheet of all candidates, or of those `shown`; hidden ones are covered."""
        if round_.is_callback:
            return await self._callback_sheet(round_)
        slots_by_number = {s.number: s for s in round_.candidates if s.number}
        expected = self._expected.get(round_.id)
        return await self._compose(
            round_,
            list(slots_by_number.values()),
            lambda previews: contact_sheet(
                dict(zip(slots_by_number, previews, strict=True)),
                round_.brief.aspect,
                shown,
                expected.cells if expected else None,
                round_.hidden_numbers,
            ),
        )

    async def _callback_sheet(self, round_: Round) -> bytes:
        """Return the sheet with each candidate's original and views; a view that no model drew stays empty."""
        slot_ids = [slot.id for slot in round_.pictures]
        rows = {c.number: [c.id, *self._view_ids(round_, c)] for c in round_.candidates if c.number}
        captions = [ORIGINAL_CAPTION, *(SITUATION_CAPTIONS[Situation(s)] for s in round_.situations)]

        def draw(previews: Sequence[bytes]) -> bytes:
            by_id = dict(zip(slot_ids, previews, strict=True))
            cells = {number: [by_id.get(slot_id) for slot_id in ids] for number, ids in rows.items()}
            return callback_sheet(cells, captions, round_.brief.aspect, round_.hidden_numbers)

        return await self._compose(round_, round_.pictures, draw)

    @staticmethod
    def _view_ids(round_: Round, candidate: Slot) -> list[str]:
        """Return the slot id of each situation's view, empty where it is missing."""
        by_situation = {view.situation: view.id for view in round_.views_of(candidate)}
        return [by_situation.get(situation, "") for situation in round_.situations]

    async def _upload_record(self, round_: Round) -> None:
        if round_.record_file is not None or not (locked := round_.locked_candidate):
            return
        data = await self._compose(round_, [locked], lambda previews: record_picture(previews[0]))
        picture = Picture(data, f"{filename(round_.character)}.jpg", locked.number)
        await self.storage.rounds.set_record(round_.id, await self.ports.publisher.upload_sheet(round_.id, picture))
        await self.ports.publisher.redraw_now(round_.id)

    async def _upload_new_pictures(self, round_: Round) -> None:
        new = [s for s in round_.pictures if s.file_id is None]
        if not new:
            return
        candidates = list(round_.pictures)
        equalized = await self._compose(
            round_, candidates, lambda previews: equalize_previews(previews, round_.brief.aspect)
        )
        cropped = dict(zip(candidates, equalized, strict=True))
        pictures = [
            Picture(cropped[s], f"{_picture_name(round_, s)}.jpg", round_.shown_number(s), situation=s.situation)
            for s in new
        ]
        files = await self.ports.publisher.upload_pictures(round_.id, pictures)
        await self.storage.slots.set_files({slot.id: file_id for slot, file_id in zip(new, files, strict=True)})
        if round_.state is RoundState.VOTING and round_.accepts_reactions:
            await self.ports.publisher.add_vote_reactions(round_.id, [s.number for s in new if s.number])

    async def _compose(self, round_: Round, slots: Sequence[Slot], draw: Callable[[Sequence[bytes]], R]) -> R:
        return await compose(self.storage.portraits, round_.id, [slot.id for slot in slots], draw)

    async def _upload_originals(self, round_: Round) -> None:
        new = [s for s in round_.pictures if s.original_file is None and s.portrait]
        if not new:
            return
        pictures = [await self._original_picture(round_, s) for s in new]
        files = await self.ports.publisher.upload_pictures(round_.id, pictures)
        await self.storage.slots.set_originals({slot.id: file_id for slot, file_id in zip(new, files, strict=True)})

    async def _original_picture(self, round_: Round, slot: Slot) -> Picture:
        """Return the original bytes; the file name shows the model, because the ballot is closed."""
        assert slot.portrait
        wire_id = slot.model.partition(":")[2]  # the catalogue may not have the model of an old original any more
        name = f"{_picture_name(round_, slot)}-{wire_id}.{FILE_EXTENSIONS[slot.portrait.media_type]}"
        data = await self.storage.portraits.get(slot.portrait.key)
        return Picture(data, name, round_.shown_number(slot), situation=slot.situation)


def _picture_name(round_: Round, slot: Slot) -> str:
    """Return `Maya-2`, or `Maya-2-close-up` for a view; nothing in it names a model."""
    parts = [filename(round_.character), f"{round_.shown_number(slot)}", slot.situation.replace("_", "-")]
    return "-".join(filter(None, parts))
