"""`/cast`: a brief starts a round, a name recalls a face, no text opens the form, other words have their answers."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.brief import Brief
from bot.domain.command import (
    AliasCommand,
    DeleteCommand,
    HistoryCommand,
    ManyCommand,
    PlainCommand,
    RecallCommand,
    RosterPdfCommand,
    parse_command,
)
from bot.domain.errors import AlreadyCasting, BriefError, NotAvailableHere
from bot.domain.service_errors import SlackUnavailable
from bot.ports.rounds import StartResult
from handlers.presenters.faces import FacePresenter
from handlers.presenters.roster import RosterPresenter
from handlers.presenters.roster_pdf import RosterPdfPresenter
from handlers.presenters.standings import StandingsPresenter
from handlers.slack.directory import SlackDirectory
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.listeners import Listeners, press_listener
from handlers.slack.locations import RoundLocations
from handlers.slack.markup import resolve_voters
from handlers.slack.modals import open_modal
from handlers.slack.payloads.parsers import command_from
from handlers.slack.payloads.values import ButtonPress, Payload, SlashCommand
from handlers.slack.responder import Responder
from handlers.text import receipts, reference_photo, roster, standings
from handlers.views import private
from handlers.views import round_form as form_view
from handlers.views.cast_many import form as many_form
from handlers.views.deletion import form as deletion_form
from handlers.views.production_settings import form as settings_form
from handlers.views.recall import MAX_LISTED, listing, unclear_line

Action = Callable[[str, str], Awaitable[StartResult]]


@dataclass(frozen=True)
class CastListeners(Listeners):
    """Listeners for the command, and for the confirmations that it asks for."""

    faces: FacePresenter
    roster: RosterPresenter
    roster_pdfs: RosterPdfPresenter
    standings: StandingsPresenter
    locations: RoundLocations
    directory: SlackDirectory

    def listen(self, app: AsyncApp) -> None:
        app.command("/cast")(self.on_command)
        recast = partial(self.on_confirm, self.casting.start_round.confirm_recast)
        app.action("help_more")(press_listener(self.on_help_more))
        app.action("recast")(press_listener(recast, self.guard.check_draft))
        consent = partial(self.on_confirm, self._confirm_consent)
        app.action("consent_use")(press_listener(consent, self.guard.check_draft))
        other_models = partial(self.on_confirm, self.casting.start_round.confirm_draft)
        app.action(re.compile(r"^cast_(with:(instead|only)|like:\d)$"))(
            press_listener(other_models, self.guard.check_draft)
        )

    async def on_command(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Run a command; an answer of one sentence goes into the ack itself."""
        responder = Responder(ack, respond, client, reply_in_ack=True)
        async with reply_with_errors(responder.ephemeral):
            command = command_from(body)
            match parse_command(command.line, self.casting.shortest_voting):
                case PlainCommand.OPEN_FORM:
                    await self._require_bot_in_channel(command, responder)
                    await self._open_form(command, responder, Brief("", ""))
                case ManyCommand() as parsed:
                    await self._require_bot_in_channel(command, responder)
                    await open_modal(client, command.trigger_id, many_form(command.place.channel, parsed.text))
                    await responder.ack()
                case Brief() as brief:
                    await self._start_round(resolve_voters(brief, command.mentions, command.line), command, responder)
                case PlainCommand.SETTINGS:
                    await self._open_settings(command, responder)
                case PlainCommand.HELP:
                    await responder.ephemeral(private.help_view())
                case PlainCommand.LIST:
                    page = self.casting.recall.list_visible(command.person, command.place, MAX_LISTED)
                    await responder.ephemeral(listing(await responder.within_ack_deadline(page)))
                case PlainCommand.SPEND:
                    await responder.ack()
                    await self.casting.spending.send_report(command.person, command.place)
                    await responder.ephemeral(private.note(receipts.SPENDING_SENT))
                case PlainCommand.STANDINGS:
                    await responder.ack()
                    await self.standings.send(command.person, command.place, "production")
                    await responder.ephemeral(private.note(standings.SENT))
                case HistoryCommand() as parsed:
                    await self._show_history(parsed, command, responder)
                case DeleteCommand() as parsed:
                    await self._open_deletion(parsed, command, responder)
                case AliasCommand() as parsed:
                    await self._change_alias(parsed, command, responder)
                case PlainCommand.ROSTER:
                    await responder.ack()
                    was_sent = await self.roster.send(command.person, command.place)
                    await responder.ephemeral(private.note(roster.SENT if was_sent else roster.NO_FACES))
                case RosterPdfCommand() as parsed:
                    await responder.ack()
                    answer = await self.roster_pdfs.send(parsed, command.person, command.place)
                    await responder.ephemeral(private.note(answer))
                case RecallCommand() as parsed:
                    await self._recall(parsed, command, responder)

    async def on_confirm(self, action: Action, press: ButtonPress, responder: Responder) -> None:
        """Start the round of a draft after the user confirms the re-cast, or the other models and their price."""
        try:
            started = await action(press.id, press.person)
        except AlreadyCasting as conflict:
            await self._reply_already_casting(conflict, responder)
            return
        await responder.ack()
        await self.casting.start_round.enqueue(started.round.id)
        await responder.delete_original()

    async def _confirm_consent(self, draft_id: str, person: str) -> StartResult:
        start_round = self.casting.start_round
        use = (await start_round.get_draft(draft_id, person)).brief.use
        return await start_round.confirm_consent(draft_id, person, reference_photo.wider_wording(use or ""))

    async def on_help_more(self, _press: ButtonPress, responder: Responder) -> None:
        """Show the options of a brief."""
        await responder.ephemeral(private.help_options_view())

    async def _open_form(self, command: SlashCommand, responder: Responder, brief: Brief) -> None:
        """Open the priced form, filled in with `brief`, within the three seconds that a trigger is valid."""
        form_state = self.casting.round_form.create(command.place, command.person, command.trigger_id, brief)
        view = form_view.form(await responder.within_ack_deadline(form_state), self.titles)
        await open_modal(responder.client, command.trigger_id, view)
        await responder.ack()

    async def _require_bot_in_channel(self, command: SlashCommand, responder: Responder) -> None:
        if not await responder.within_ack_deadline(self.directory.can_post(command.place)):
            raise NotAvailableHere("not_a_channel" if command.place.is_dm else "not_invited", command.line)

    async def _start_round(self, brief: Brief, command: SlashCommand, responder: Responder) -> None:
        """Validate, save, ack, then work; start nothing where the bot cannot post or Slack is too slow."""
        await self._require_bot_in_channel(command, responder)
        if brief.reference and brief.reference.needs_photo:
            await self._open_form(command, responder, brief)
            return
        try:
            started = await self.casting.start_round.start(brief, command.place, command.person, command.trigger_id)
        except AlreadyCasting as conflict:
            await self._reply_already_casting(conflict, responder, f"/cast {command.line}")
            return
        except BriefError as error:
            error.line = error.line or command.line
            raise
        await responder.ack()
        await self.casting.start_round.enqueue(started.round.id)

    async def _open_settings(self, command: SlashCommand, responder: Responder) -> None:
        await self._require_bot_in_channel(command, responder)
        form_state = await responder.within_ack_deadline(
            self.casting.production_settings_editor.form(command.place, command.person)
        )
        await open_modal(responder.client, command.trigger_id, settings_form(form_state, self.titles))
        await responder.ack()

    async def _reply_already_casting(self, conflict: AlreadyCasting, responder: Responder, line: str = "") -> None:
        """Answer with the link to the open round, where Slack gives it in time, and with the user's command."""
        if not conflict.round_id:
            await responder.ephemeral(private.already_casting(conflict, "", line))
            return
        try:
            link = (await responder.within_ack_deadline(self.locations.for_round(conflict.round_id))).link
        except SlackUnavailable:
            link = ""
        await responder.ephemeral(private.already_casting(conflict, link, line))
        await self.casting.round_message.check_message(conflict.round_id)

    async def _recall(self, parsed: RecallCommand, command: SlashCommand, responder: Responder) -> None:
        await responder.ack()
        found = await self.casting.recall.recall(parsed.name, command.person, command.place)
        view = unclear_line(found, command.line) or await self.faces.for_user(found, command.person, command.place)
        await responder.post_ephemeral(view, command.place, command.person)
        if found.kind == "casting" and (round_id := found.characters[0].open_round_id):
            await self.casting.round_message.check_message(round_id)

    async def _show_history(self, parsed: HistoryCommand, command: SlashCommand, responder: Responder) -> None:
        """Show a character's history; a line that names no character may be a character's name as a whole."""
        await responder.ack()
        history = await self.casting.history.get_by_name(parsed.name, command.person, command.place)
        view = None
        if history.recall_result.kind == "nothing":
            found = await self.casting.recall.recall(command.line, command.person, command.place)
            if found.kind != "nothing":
                view = await self.faces.for_user(found, command.person, command.place)
        view = view or await self.faces.history(history, 0)
        await responder.post_ephemeral(view, command.place, command.person)

    async def _open_deletion(self, parsed: DeleteCommand, command: SlashCommand, responder: Responder) -> None:
        """Open the form that deletes a character; a name that is not one character's is answered like a recall."""
        recall = self.casting.recall.recall(parsed.name, command.person, command.place)
        found = await responder.within_ack_deadline(recall)
        if found.kind not in ("face", "casting", "unlocked"):
            view = await self.faces.for_user(found, command.person, command.place)
            await responder.ephemeral(view)
            return
        summary = self.casting.deletion.summarize(found.characters[0].id, command.place, command.person)
        form = deletion_form(await responder.within_ack_deadline(summary), command.place.channel)
        await open_modal(responder.client, command.trigger_id, form)
        await responder.ack()

    async def _change_alias(self, parsed: AliasCommand, command: SlashCommand, responder: Responder) -> None:
        aliases = self.casting.aliases
        try:
            if parsed.alias:
                change = await aliases.add(parsed.name, parsed.alias, command.person, command.place)
            else:
                change = await aliases.remove(parsed.name, command.person, command.place)
        except BriefError as error:
            error.line = error.line or command.line
            raise
        await responder.ephemeral(private.note(receipts.alias_changed(change)))
