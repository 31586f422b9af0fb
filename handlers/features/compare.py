"""[Compare]: two candidates side by side in a modal, for every user who sees the round's message."""

import asyncio
from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackUnavailable
from bot.domain.slot import Slot
from bot.usecases.casting import Casting
from bot.usecases.compare import ComparisonResult
from handlers.slack.listeners import press_listener, view_action_listener
from handlers.slack.locations import RoundLocations
from handlers.slack.modals import open_modal, update_modal
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads.values import ButtonPress, ViewAction
from handlers.slack.responder import Responder
from handlers.text.model_titles import Titles
from handlers.views import compare as blocks


class CompareListeners:
    """Listeners for comparisons; they change nothing, so the ack comes first."""

    def __init__(self, casting: Casting, titles: Titles, locations: RoundLocations, guard: WorkspaceGuard) -> None:
        self._comparison = casting.comparison
        self._titles = titles
        self._locations = locations
        self._guard = guard

    def listen(self, app: AsyncApp) -> None:
        app.action("look")(press_listener(self.on_press, self._guard.get_round, ack_first=True))
        app.action(blocks.CHOICE_ID)(view_action_listener(self.on_choice, self._guard.get_round))

    async def on_press(self, press: ButtonPress, responder: Responder) -> None:
        """Open the modal in time; where Slack is slow, without links to the files."""
        comparison = await self._comparison.compare_first_two(press.id)
        try:
            file_urls = await responder.within_ack_deadline(self._file_urls(comparison))
        except SlackUnavailable:
            file_urls = {}
        await open_modal(responder.client, press.trigger_id, blocks.compare(comparison, self._titles, file_urls))

    async def on_choice(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Show other candidates in the open modal; without a view hash, the later of two choices wins."""
        form = view_action.form
        comparison = await self._comparison.compare(form.id, form.values.get(blocks.CHOICE_ID, ()))
        modal = blocks.compare(comparison, self._titles, await self._file_urls(comparison))
        await update_modal(client, view_action.view_id, modal)

    async def _file_urls(self, comparison: ComparisonResult) -> Mapping[str, str]:
        """Return the address of each chosen picture by slot id; empty where Slack does not give it."""
        files = {slot.id: file_id for slot in comparison.chosen if (file_id := _file_id(comparison, slot))}
        team = comparison.round.place.team
        urls = await asyncio.gather(*(self._locations.file_url(team, file_id) for file_id in files.values()))
        return {slot_id: url or "" for slot_id, url in zip(files, urls, strict=True)}


def _file_id(comparison: ComparisonResult, slot: Slot) -> str | None:
    """Return the original's file once models are revealed; before the close no message shows originals."""
    return slot.original_file if comparison.round.models_revealed and slot.original_file else slot.file_id
