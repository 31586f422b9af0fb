"""Votes: number buttons and number reactions."""

import re

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.usecases.casting import Casting
from handlers.slack.directory import SlackDirectory
from handlers.slack.error_replies import ignore, reply_with_errors
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import Payload, press_from, reaction_from
from handlers.slack.responder import Responder, post_ephemeral
from handlers.views import private


class VoteListeners:
    """Listens to votes."""

    def __init__(self, casting: Casting, directory: SlackDirectory, workspace_guard: WorkspaceGuard) -> None:
        self._voting = casting.voting
        self._sealed_ballots = casting.sealed_ballots
        self._directory = directory
        self._workspace_guard = workspace_guard

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^vote:\d$"))(self.on_press)
        app.action(re.compile(r"^choose:\d$"))(self.on_choice)
        app.event("reaction_added")(self.on_reaction)
        app.event("reaction_removed")(self.on_reaction)

    async def on_press(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """A press that Slack delivers twice changes nothing and is answered once."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await self._workspace_guard.check_slot(press)
            result = await self._voting.click(press.id, press.person, press.event_ts_us)
            await responder.ack()
            if result.changed:
                await responder.ephemeral(private.receipt(result))

    async def on_choice(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """The one choice in a run-off."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await self._workspace_guard.check_slot(press)
            round_, number = await self._sealed_ballots.choose(press.id, press.person)
            await responder.ephemeral(private.choice_receipt(round_, number))

    async def on_reaction(self, body: Payload, client: AsyncWebClient) -> None:
        """Reactions of other bots do not count; one missed while Slack is silent is read back at the close."""
        async with reply_with_errors(ignore):
            reaction = reaction_from(body)
            if reaction and await self._directory.is_human(reaction.place.team, reaction.person):
                ignored_in = await self._voting.react(
                    reaction.place,
                    reaction.message_ts,
                    reaction.number,
                    reaction.person,
                    reaction.is_added,
                    reaction.event_ts_us,
                )
                if ignored_in:
                    await post_ephemeral(
                        private.ignored_reaction(ignored_in, reaction.person), reaction.place, reaction.person, client
                    )
