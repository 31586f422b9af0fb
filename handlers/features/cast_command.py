"""`/cast`: alone it opens a form, a brief opens a round, a name recalls a face, other words answer; [Re-cast ...]."""

import re
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.brief import Brief
from bot.domain.command import (
    AliasCommand,
    HelpCommand,
    HistoryCommand,
    ListCommand,
    OpenFormCommand,
    RecallCommand,
    RosterCommand,
    SettingsCommand,
    SpendCommand,
    parse_command,
)
from bot.domain.errors import AlreadyCasting, BriefError, NotAvailableHere, SlackUnavailable
from bot.ports.rounds import StartResult
from bot.usecases.casting import Casting
from handlers.presenters.faces import FacePresenter
from handlers.presenters.roster import RosterPresenter
from handlers.slack.api_errors import slack_call
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.locations import RoundLocations
from handlers.slack.markup import resolve_voters
from handlers.slack.modals import open_modal
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import Payload, SlashCommand, command_from, press_from
from handlers.slack.responder import Responder, post_ephemeral
from handlers.text import receipts
from handlers.text import roster as roster_text
from handlers.text.model_titles import Titles
from handlers.views import private
from handlers.views import round_form as round_form_views
from handlers.views.builder import View
from handlers.views.production_settings import form as settings_form
from handlers.views.recall import MAX_LISTED, listing
from handlers.views.reference_photo import form

Action = Callable[[str, str], Awaitable[StartResult]]


class CastListeners:
    """Listens to the command."""

    def __init__(
        self,
        casting: Casting,
        locations: RoundLocations,
        directory: SlackDirectory,
        workspace_guard: WorkspaceGuard,
        clients: Clients,
    ) -> None:
        self._casting = casting
        self._roster_presenter = RosterPresenter(casting, directory, clients)
        self._locations = locations
        self._face_presenter = FacePresenter(casting, locations)
        self._titles = Titles(casting.catalogue)
        self._directory = directory
        self._workspace_guard = workspace_guard

    def listen(self, app: AsyncApp) -> None:
        app.command("/cast")(self.on_command)
        app.action("recast")(self.on_recast)
        app.action(re.compile(r"^cast_with:(instead|only)$"))(self.on_alternative)

    async def on_command(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Whatever is answered in one sentence is answered by the ack itself."""
        responder = Responder(ack, respond, reply_in_ack=True)
        async with reply_with_errors(responder.ephemeral):
            command = command_from(body)
            parsed = parse_command(command.line, self._casting.shortest_voting)
            if isinstance(parsed, OpenFormCommand):
                await self._open_form(command, client, responder)
            elif isinstance(parsed, Brief):
                await self._start_round(
                    resolve_voters(parsed, command.mentions, command.line), command, client, responder
                )
            elif isinstance(parsed, SettingsCommand):
                await self._open_settings(command, client, responder)
            else:
                await self._answer(parsed, command, client, responder)

    async def on_recast(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Somebody says yes to a re-cast and its price."""
        await self._on_confirmed(self._casting.start_round.confirm_recast, body, client, Responder(ack, respond))

    async def on_alternative(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Somebody says yes to other models than those that were wanted, and their price."""
        await self._on_confirmed(self._casting.start_round.confirm_draft, body, client, Responder(ack, respond))

    async def _on_confirmed(self, action: Action, body: Payload, client: AsyncWebClient, responder: Responder) -> None:
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await self._workspace_guard.check_draft(press)
            try:
                started = await action(press.id, press.person)
            except AlreadyCasting as conflict:
                await self._reply_already_casting(conflict, client, responder)
                return
            await responder.ack()
            await self._casting.start_round.enqueue(started.round.id)
            await responder.delete_original()

    async def _open_form(self, command: SlashCommand, client: AsyncWebClient, responder: Responder) -> None:
        """Open the form at once, with its price: a trigger is good for three seconds."""
        await self._require_bot_in_channel(command, responder)
        form_state = self._casting.round_form.create(command.place, command.person, command.trigger_id)
        view = round_form_views.form(await responder.within_ack_deadline(form_state), self._titles)
        with slack_call("views.open"):
            await open_modal(client, command.trigger_id, view)
        await responder.ack()

    async def _require_bot_in_channel(self, command: SlashCommand, responder: Responder) -> None:
        if not await responder.within_ack_deadline(self._directory.can_post(command.place)):
            is_dm = command.place.channel.startswith("D")
            raise NotAvailableHere("not_a_channel" if is_dm else "not_invited", command.line)

    async def _start_round(
        self, brief: Brief, command: SlashCommand, client: AsyncWebClient, responder: Responder
    ) -> None:
        """Validate, save, ack, then work. Nothing is spent where the bot cannot show it, or cannot tell in time."""
        await self._require_bot_in_channel(command, responder)
        if brief.reference and brief.reference.needs_photo:
            await self._open_photo_form(brief, command, client, responder)
            return
        try:
            started = await self._casting.start_round.start(brief, command.place, command.person, command.trigger_id)
        except AlreadyCasting as conflict:
            await self._reply_already_casting(conflict, client, responder)
            return
        except BriefError as error:
            error.line = error.line or command.line
            raise
        await responder.ack()
        await self._casting.start_round.enqueue(started.round.id)

    async def _open_settings(self, command: SlashCommand, client: AsyncWebClient, responder: Responder) -> None:
        """A form with the customs of whatever the channel casts for."""
        await self._require_bot_in_channel(command, responder)
        form_state = await responder.within_ack_deadline(
            self._casting.production_settings_editor.form(command.place, command.person)
        )
        with slack_call("views.open"):
            await open_modal(client, command.trigger_id, settings_form(form_state, self._titles))
        await responder.ack()

    async def _open_photo_form(
        self, brief: Brief, command: SlashCommand, client: AsyncWebClient, responder: Responder
    ) -> None:
        """A form for the picture; the brief waits as a wish until it is sent."""
        priced_draft = await self._casting.start_round.save_priced_draft(
            brief, command.place, command.person, command.trigger_id
        )
        with slack_call("views.open"):
            await open_modal(client, command.trigger_id, form(priced_draft.draft, priced_draft.price))
        await responder.ack()

    async def _reply_already_casting(
        self, conflict: AlreadyCasting, client: AsyncWebClient, responder: Responder
    ) -> None:
        """An answer without the link is still an answer."""
        if not conflict.round_id:
            await responder.ephemeral(private.already_casting(conflict, ""))
            return
        try:
            link = (await responder.within_ack_deadline(self._locations.for_round(conflict.round_id, client))).link
        except SlackUnavailable:
            link = ""
        await responder.ephemeral(private.already_casting(conflict, link))
        await self._casting.round_message.check_message(conflict.round_id)

    async def _answer(
        self,
        parsed: RecallCommand
        | HistoryCommand
        | ListCommand
        | SpendCommand
        | RosterCommand
        | AliasCommand
        | HelpCommand,
        command: SlashCommand,
        client: AsyncWebClient,
        responder: Responder,
    ) -> None:
        recall = self._casting.recall
        if isinstance(parsed, HelpCommand):
            await responder.ephemeral(private.help_view())
        elif isinstance(parsed, ListCommand):
            page = await responder.within_ack_deadline(recall.list_visible(command.person, command.place, MAX_LISTED))
            await responder.ephemeral(listing(page))
        elif isinstance(parsed, SpendCommand):
            await responder.ack()
            await self._casting.spending.send_report(command.person, command.place)
            await responder.ephemeral(private.note(receipts.SPENDING_SENT))
        elif isinstance(parsed, HistoryCommand):
            await responder.ack()
            view = await self._history_view(parsed, command, client)
            await post_ephemeral(view, command.place, command.person, client, fallback=responder.ephemeral)
        elif isinstance(parsed, AliasCommand):
            await responder.ephemeral(await self._change_alias(parsed, command))
        elif isinstance(parsed, RosterCommand):
            await responder.ack()
            was_sent = await self._roster_presenter.send(command.person, command.place)
            await responder.ephemeral(private.note(roster_text.SENT if was_sent else roster_text.NO_FACES))
        else:
            await responder.ack()
            found = await recall.recall(parsed.name, command.person, command.place)
            view = await self._face_presenter.for_user(found, command.person, command.place, client)
            await post_ephemeral(view, command.place, command.person, client, fallback=responder.ephemeral)
            if found.kind == "casting" and (round_id := found.characters[0].open_round_id):
                await self._casting.round_message.check_message(round_id)

    async def _history_view(self, parsed: HistoryCommand, command: SlashCommand, client: AsyncWebClient) -> View:
        """What happened to a character; where the name finds nobody, somebody may be called by the whole line."""
        history = await self._casting.history.get_by_name(parsed.name, command.person, command.place)
        if history.recall_result.kind == "nothing":
            found = await self._casting.recall.recall(command.line, command.person, command.place)
            if found.kind != "nothing":
                return await self._face_presenter.for_user(found, command.person, command.place, client)
        return await self._face_presenter.history(history, 0, client)

    async def _change_alias(self, parsed: AliasCommand, command: SlashCommand) -> View:
        """Give a character another name, or take one away."""
        aliases = self._casting.aliases
        try:
            if parsed.alias:
                change = await aliases.add(parsed.name, parsed.alias, command.person, command.place)
            else:
                change = await aliases.remove(parsed.name, command.person, command.place)
        except BriefError as error:
            error.line = error.line or command.line
            raise
        return private.note(receipts.alias_changed(change))
