"""Reading a round's message back: who reacted to it, and whether it is there at all."""

from collections.abc import Sequence
from typing import Any

from bot.ballot import Reaction, Way
from bot.errors import MessageGone, NotTaken
from bot.ports import Rounds
from bot.round import Round
from handlers.asking import asking
from handlers.clients import Clients
from handlers.payloads import number_of, stamp_of
from handlers.visibility import SlackVisibility


class Reacted:
    """Asks Slack for the reactions on rounds' messages."""

    def __init__(self, clients: Clients, rounds: Rounds, visibility: SlackVisibility) -> None:
        self._clients = clients
        self._rounds = rounds
        self._visibility = visibility

    async def on(self, round_: Round) -> Sequence[Reaction]:
        """People's number reactions; raises Unreachable, MessageGone.

        Who reacted to a message that was deleted since is still counted as shown: nobody took that back.
        """
        shown = await self._standing_before(round_)
        for given in (await self._message(round_)).get("reactions", []):
            if number := number_of(given["name"]):
                known = shown.get(number, Reaction(number, frozenset(), complete=True))
                people = {user for user in given["users"] if await self._visibility.is_person(round_.place.team, user)}
                complete = known.complete and len(set(given["users"])) == given["count"]
                shown[number] = Reaction(number, known.people | people, complete)
        return tuple(shown.values())

    async def is_gone(self, round_: Round) -> bool:
        """Whether somebody deleted the message; raises Unreachable."""
        try:
            await self._message(round_)
        except MessageGone:
            return True
        return False

    async def _standing_before(self, round_: Round) -> dict[int, Reaction]:
        posted = stamp_of(round_.message_ts or "0")
        numbers = {slot_id: number for number, slot_id in round_.slot_of.items()}
        shown: dict[int, Reaction] = {}
        for mark in await self._rounds.marks(round_.id):
            if mark.way is Way.REACTION and mark.on and mark.stamp < posted and mark.slot_id in numbers:
                number = numbers[mark.slot_id]
                known = shown.get(number, Reaction(number, frozenset(), complete=True))
                shown[number] = Reaction(number, known.people | {mark.person}, complete=True)
        return shown

    async def _message(self, round_: Round) -> dict[str, Any]:
        """A deleted message with a thread leaves a gravestone, which Slack may tell of as a message."""
        try:
            with asking("reactions.get"):
                answer = await self._clients.of(round_.place.team).reactions_get(
                    channel=round_.place.channel, timestamp=round_.message_ts or "", full=True
                )
        except NotTaken as error:
            if error.why != "message_not_found":
                raise
            raise MessageGone(error.what, error.why) from error
        message: dict[str, Any] = answer.get("message") or {}
        if message.get("subtype") == "tombstone":
            raise MessageGone("reactions.get", "tombstone")
        return message
