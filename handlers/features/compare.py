"""[Look closer ...]: candidates side by side in a modal, for every user who sees the round's message."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.service_errors import SlackUnavailable
from bot.domain.slot import Slot
from bot.ports.handled_events import HandledEvents
from bot.usecases.compare import ComparisonResult
from handlers.presenters.compare import ComparePresenter
from handlers.slack.listeners import Listeners, press_listener, view_action_listener
from handlers.slack.locations import RoundLocations
from handlers.slack.modals import PICTURE_WAIT_SECONDS, open_modal_with_picture, update_modal
from handlers.slack.payloads.values import ButtonPress, ViewAction
from handlers.slack.responder import Responder
from handlers.views import compare as blocks


@dataclass(frozen=True)
class CompareListeners(Listeners):
    """Listeners for comparisons; they change nothing, so the ack comes first."""

    locations: RoundLocations
    pictures: ComparePresenter
    handled_events: HandledEvents

    def listen(self, app: AsyncApp) -> None:
        app.action("look")(press_listener(self.on_press, self.guard.get_round, ack_first=True))
        on_choice = view_action_listener(self.on_choice, self.guard.get_round)
        app.action(blocks.CHOICE_ID)(on_choice)
        app.action(blocks.LARGE_ID)(on_choice)

    async def on_press(self, press: ButtonPress, responder: Responder) -> None:
        """Open the modal in time; where Slack is slow, without links to the files, and with its picture later."""
        comparison = await self.casting.comparison.compare_first_two(press.id)
        wait_seconds = PICTURE_WAIT_SECONDS
        try:
            file_urls = await responder.within_ack_deadline(self._file_urls(comparison))
        except SlackUnavailable:
            file_urls, wait_seconds = {}, 0
        await open_modal_with_picture(
            responder.client,
            press.trigger_id,
            partial(blocks.compare, comparison, self.titles, file_urls),
            self.pictures.candidates_file(comparison),
            wait_seconds,
        )

    async def on_choice(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Show other candidates in the open modal; the later of two choices wins, also if its picture is there first.

        A view hash would refuse the later choice where the earlier one is shown first.
        """
        await self.handled_events.record_choice(view_action.view_id, view_action.event_ts_us)
        form = view_action.form
        comparison = await self.casting.comparison.compare(form.id, form.values.get(blocks.CHOICE_ID, ()))
        comparison = _with_large(comparison, form.values)
        file_urls = await self._file_urls(comparison)
        file_id = await self.pictures.candidates_file(comparison)
        if await self.handled_events.is_newest_choice(view_action.view_id, view_action.event_ts_us):
            await update_modal(client, view_action.view_id, blocks.compare(comparison, self.titles, file_urls, file_id))

    async def _file_urls(self, comparison: ComparisonResult) -> Mapping[str, str]:
        """Return the address of each chosen picture by slot id; empty where Slack does not give it."""
        files = {slot.id: file_id for slot in comparison.chosen if (file_id := _file_id(comparison, slot))}
        team = comparison.round.place.team
        urls = await asyncio.gather(*(self.locations.file_url(team, file_id) for file_id in files.values()))
        return {slot_id: url or "" for slot_id, url in zip(files, urls, strict=True)}


def _with_large(comparison: ComparisonResult, values: Mapping[str, Sequence[str]]) -> ComparisonResult:
    """Add the candidates that the menu under the picture has chosen, among those that are still compared."""
    chosen_large = values.get(blocks.large_block_id(comparison), ())
    return replace(comparison, large=tuple(slot for slot in comparison.chosen if slot.id in chosen_large))


def _file_id(comparison: ComparisonResult, slot: Slot) -> str | None:
    """Return the original's file once models are revealed; before the close no message shows originals."""
    return slot.original_file if comparison.round.models_revealed and slot.original_file else slot.file_id
