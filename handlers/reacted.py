"""Reading a round's message back: who reacted to it, and whether it is there at all."""

from collections.abc import Sequence
from typing import Any

from bot.ballot import Reaction, VoteSource
from bot.errors import MessageDeleted, SlackRejected
from bot.ports import RoundRepository
from bot.round import Round
from handlers.asking import slack_call
from handlers.clients import Clients
from handlers.payloads import number_from_emoji, parse_ts
from handlers.visibility import SlackDirectory


class ReactionReader:
    """Asks Slack for the reactions on rounds' messages."""

    def __init__(self, clients: Clients, rounds: RoundRepository, directory: SlackDirectory) -> None:
        self._clients = clients
        self._rounds = rounds
        self._directory = directory

    async def read(self, round_: Round) -> Sequence[Reaction]:
        """People's number reactions; raises Unreachable, MessageGone.

        Who reacted to a message that was deleted since is still counted as shown: nobody took that back.
        """
        reactions = await self._reactions_before_repost(round_)
        for raw in (await self._message(round_)).get("reactions", []):
            if number := number_from_emoji(raw["name"]):
                previous = reactions.get(number, Reaction(number, frozenset(), is_complete=True))
                people = {user for user in raw["users"] if await self._directory.is_human(round_.place.team, user)}
                complete = previous.is_complete and len(set(raw["users"])) == raw["count"]
                reactions[number] = Reaction(number, previous.people | people, complete)
        return tuple(reactions.values())

    async def is_deleted(self, round_: Round) -> bool:
        """Whether somebody deleted the message; raises Unreachable."""
        try:
            await self._message(round_)
        except MessageDeleted:
            return True
        return False

    async def _reactions_before_repost(self, round_: Round) -> dict[int, Reaction]:
        posted_ts_us = parse_ts(round_.message_ts or "0")
        numbers = {slot_id: number for number, slot_id in round_.slot_id_by_number.items()}
        reactions: dict[int, Reaction] = {}
        for vote_input in await self._rounds.list_vote_inputs(round_.id):
            if (
                vote_input.source is VoteSource.REACTION
                and vote_input.on
                and vote_input.event_ts_us < posted_ts_us
                and vote_input.slot_id in numbers
            ):
                number = numbers[vote_input.slot_id]
                previous = reactions.get(number, Reaction(number, frozenset(), is_complete=True))
                reactions[number] = Reaction(number, previous.people | {vote_input.person}, is_complete=True)
        return reactions

    async def _message(self, round_: Round) -> dict[str, Any]:
        """A deleted message with a thread leaves a gravestone, which Slack may tell of as a message."""
        try:
            with slack_call("reactions.get"):
                response = await self._clients.for_team(round_.place.team).reactions_get(
                    channel=round_.place.channel, timestamp=round_.message_ts or "", full=True
                )
        except SlackRejected as error:
            if error.code != "message_not_found":
                raise
            raise MessageDeleted(error.operation, error.code) from error
        message: dict[str, Any] = response.get("message") or {}
        if message.get("subtype") == "tombstone":
            raise MessageDeleted("reactions.get", "tombstone")
        return message
