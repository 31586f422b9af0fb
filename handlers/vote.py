"""Votes: number buttons and number reactions."""

import re

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from handlers.apology import apology, nobody
from handlers.blocks import private
from handlers.delivery import Replies, whisper
from handlers.payloads import Payload, press_from, reaction_from
from handlers.reach import Reach
from handlers.visibility import SlackVisibility


class Vote:
    """Listens to votes."""

    def __init__(self, casting: Casting, visibility: SlackVisibility, reach: Reach) -> None:
        self._voting = casting.voting
        self._sealing = casting.sealing
        self._visibility = visibility
        self._reach = reach

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^vote:\d$"))(self.on_press)
        app.action(re.compile(r"^choose:\d$"))(self.on_choice)
        app.event("reaction_added")(self.on_reaction)
        app.event("reaction_removed")(self.on_reaction)

    async def on_press(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """A press that Slack delivers twice changes nothing and is answered once."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await self._reach.slot(press)
            clicked = await self._voting.click(press.id, press.person, press.stamp)
            await replies.ack()
            if clicked.changed:
                await replies.privately(private.receipt(clicked))

    async def on_choice(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """The one choice in a run-off."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await self._reach.slot(press)
            round_, number = await self._sealing.choose(press.id, press.person)
            await replies.privately(private.chosen(round_, number))

    async def on_reaction(self, body: Payload, client: AsyncWebClient) -> None:
        """Reactions of other bots do not count; one missed while Slack is silent is read back at the close."""
        async with apology(nobody):
            reacted = reaction_from(body)
            if reacted and await self._visibility.is_person(reacted.place.team, reacted.person):
                in_vain = await self._voting.react(
                    reacted.place, reacted.message_ts, reacted.number, reacted.person, reacted.on, reacted.stamp
                )
                if in_vain:
                    await whisper(private.in_vain(in_vain, reacted.person), reacted.place, reacted.person, client)
