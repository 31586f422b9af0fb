"""Comparing candidates: one large, or several side by side at the same crop and size."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from bot.domain.face import Face
from bot.domain.ids import filename
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import Slot
from bot.imaging.contact_sheet import contact_sheet
from bot.imaging.pictures import run_in_thread
from bot.ports.messaging import Picture
from bot.usecases.ports import UseCase
from bot.usecases.previews import compose, get_preview

_PAIR_SIZE = 2


@dataclass(frozen=True)
class ComparisonResult:
    """A round and the chosen candidates, by number; `large` are those to show large below the others."""

    round: Round
    chosen: tuple[Slot, ...]
    large: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison(UseCase):
    """Selects candidates to compare; changes nothing."""

    async def compare_first_two(self, round_id: str) -> ComparisonResult:
        """Select the two candidates to compare first, in an open run-off its finalists."""
        round_ = await self.storage.rounds.get(round_id)
        is_run_off = round_.run_off is not None and round_.state is RoundState.VOTING
        numbers = tuple(round_.ballot_options) if is_run_off else first_two(round_)
        return ComparisonResult(round_, tuple(round_.candidate_by_number(number) for number in numbers))

    async def compare(self, round_id: str, slot_ids: Collection[str]) -> ComparisonResult:
        """Select the candidates of the round that are in `slot_ids`."""
        round_ = await self.storage.rounds.get(round_id)
        return ComparisonResult(round_, tuple(slot for slot in round_.candidates if slot.id in slot_ids))

    async def compose(self, comparison: ComparisonResult) -> Picture:
        """Draw the chosen candidates side by side at one crop and sharpness, numbered, hidden ones covered.

        Raises PortraitMissing.
        """
        round_ = comparison.round
        slot_ids = {slot.number: slot.id for slot in round_.candidates if slot.number}
        numbers = tuple(slot.number for slot in comparison.chosen if slot.number)
        data = await compose(
            self.storage.portraits,
            round_.id,
            list(slot_ids.values()),
            lambda previews: contact_sheet(
                dict(zip(slot_ids, previews, strict=True)),
                round_.brief.aspect,
                numbers,
                covered=round_.hidden_numbers,
            ),
        )
        return Picture(data, _file_name(round_.character, numbers), shown=numbers)

    async def compose_versions(self, faces: Sequence[Face]) -> Picture:
        """Draw versions of one face side by side, numbered by version, cropped alike; raises PortraitMissing."""
        newest = max(faces, key=lambda face: face.version)
        previews = {
            face.version: await get_preview(self.storage.portraits, face.round_id, face.slot_id) for face in faces
        }
        aspect = (await self.storage.rounds.get(newest.round_id)).brief.aspect
        numbers = tuple(sorted(previews))
        hidden = await self.storage.reports.list_hidden_faces([face.round_id for face in faces])
        covered = [face.version for face in faces if face.round_id in hidden]
        data = await run_in_thread(partial(contact_sheet, previews, aspect, covered=covered))
        return Picture(data, _file_name(f"{newest.character} versions", numbers), shown=numbers)


def _file_name(name: str, numbers: Sequence[int]) -> str:
    return f"{filename(name)}-{'-'.join(str(number) for number in numbers)}.jpg"


def first_two(round_: Round) -> tuple[int, ...]:
    """Return the two candidates with the most votes after the close, and 1 and 2 before it, to hide the tally."""
    votes = round_.tally.votes if round_.tally else {}
    top = sorted(round_.slot_id_by_number, key=lambda number: (-votes.get(number, 0), number))[:_PAIR_SIZE]
    return tuple(sorted(top))
