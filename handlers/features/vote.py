"""Votes: number buttons, number reactions and [None of these]."""

import re
from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.directory import SlackDirectory
from handlers.slack.listeners import Listeners, event_listener, press_listener
from handlers.slack.payloads.parsers import reaction_from
from handlers.slack.payloads.values import ButtonPress, ReactionEvent
from handlers.slack.responder import Responder, post_ephemeral
from handlers.views import private


@dataclass(frozen=True)
class VoteListeners(Listeners):
    """Listeners for votes."""

    directory: SlackDirectory

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^vote:\d$"))(press_listener(self.on_press, self.guard.check_slot))
        app.action("vote_none")(press_listener(self.on_none, self.guard.get_round))
        app.action(re.compile(r"^choose:\d$"))(press_listener(self.on_choice, self.guard.check_slot))
        on_reaction = event_listener(reaction_from, self.on_reaction)
        app.event("reaction_added")(on_reaction)
        app.event("reaction_removed")(on_reaction)

    async def on_press(self, press: ButtonPress, responder: Responder) -> None:
        """Set or withdraw a vote; a second delivery of the press changes nothing and gets no second answer."""
        result = await self.casting.voting.click(press.id, press.person, press.event_ts_us)
        await responder.ack()
        if result.changed:
            await responder.ephemeral(private.receipt(result))

    async def on_none(self, press: ButtonPress, responder: Responder) -> None:
        """Record that no candidate convinces the user; a second delivery gets no second answer."""
        result = await self.casting.voting.choose_none(press.id, press.person, press.event_ts_us)
        await responder.ack()
        if result.changed or result.numbers:
            await responder.ephemeral(private.none_receipt(result))

    async def on_choice(self, press: ButtonPress, responder: Responder) -> None:
        """Set the user's one choice in a run-off."""
        round_, number = await self.casting.sealed_ballots.choose(press.id, press.person)
        await responder.ephemeral(private.choice_receipt(round_, number))

    async def on_reaction(self, reaction: ReactionEvent, client: AsyncWebClient) -> None:
        """Count a person's reaction; reactions missed during an outage are read from Slack at the close."""
        place, person = reaction.place, reaction.person
        if not await self.directory.is_human(place.team, person):
            return
        await self.guard.require_member(person, place)
        ignored_in = await self.casting.voting.react(
            place, reaction.message_ts, reaction.number, person, reaction.is_added, reaction.event_ts_us
        )
        if ignored_in:
            await post_ephemeral(private.ignored_reaction(ignored_in, person), place, person, client)
