"""The closer look, for anybody who sees a round's message: the press that opens it, and the choice inside."""

import asyncio
from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackUnavailable
from bot.domain.slot import Slot
from bot.usecases.casting import Casting
from bot.usecases.compare import ComparisonResult
from handlers.slack.api_errors import slack_call
from handlers.slack.error_replies import ignore, reply_with_errors
from handlers.slack.locations import RoundLocations
from handlers.slack.modals import open_modal, update_modal
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import Payload, press_from, view_action_from
from handlers.slack.responder import Responder
from handlers.text.model_titles import Titles
from handlers.views import compare as compare_views


class CompareListeners:
    """Listens to looks. Nothing here changes anything, so the ack comes first."""

    def __init__(self, casting: Casting, locations: RoundLocations, workspace_guard: WorkspaceGuard) -> None:
        self._comparison = casting.comparison
        self._locations = locations
        self._workspace_guard = workspace_guard
        self._titles = Titles(casting.catalogue)

    def listen(self, app: AsyncApp) -> None:
        app.action("look")(self.on_press)
        app.action(compare_views.CHOICE_ID)(self.on_choice)

    async def on_press(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await responder.ack()
            await self._workspace_guard.get_round(press)
            comparison = await self._comparison.compare_first_two(press.id)
            file_urls = await self._file_urls_in_time(responder, comparison, client)
            with slack_call("views.open"):
                await open_modal(client, press.trigger_id, compare_views.compare(comparison, self._titles, file_urls))

    async def on_choice(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Other candidates, in the same view. It names no version of it: of two choices the later one counts."""
        await ack()
        async with reply_with_errors(ignore):
            view_action = view_action_from(body)
            await self._workspace_guard.get_round(view_action.form)
            comparison = await self._comparison.compare(
                view_action.form.id, view_action.form.values.get(compare_views.CHOICE_ID, ())
            )
            file_urls = await self._file_urls(comparison, client)
            await update_modal(client, view_action.view_id, compare_views.compare(comparison, self._titles, file_urls))

    async def _file_urls_in_time(
        self, responder: Responder, comparison: ComparisonResult, client: AsyncWebClient
    ) -> Mapping[str, str]:
        """A modal opens within three seconds or not at all; pictures without the way to them are still a look."""
        try:
            return await responder.within_ack_deadline(self._file_urls(comparison, client))
        except SlackUnavailable:
            return {}

    async def _file_urls(self, comparison: ComparisonResult, client: AsyncWebClient) -> Mapping[str, str]:
        """Where each picture can be opened alone, by slot id: the original once models may be named."""
        files = {slot.id: _file_id(comparison, slot) for slot in comparison.chosen}
        urls = await asyncio.gather(
            *(self._locations.file_url(file_id, client) for file_id in files.values() if file_id)
        )
        return dict(
            zip((slot_id for slot_id, file_id in files.items() if file_id), (url or "" for url in urls), strict=True)
        )


def _file_id(comparison: ComparisonResult, slot: Slot) -> str | None:
    """Before the close the originals hang nowhere."""
    return slot.original_file if comparison.round.models_revealed and slot.original_file else slot.file_id
