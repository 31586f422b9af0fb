"""Messages about a round, the reactions on them, and the channels that are closed for them."""

import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.ballot import Reaction, VoteSource
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.service_errors import ChannelClosed, MessageDeleted, SlackRejected, SlackUnavailable
from bot.ports.erasure import MessageAddress, PostedMessages
from bot.ports.rounds import BallotRepository
from handlers.slack.api_errors import best_effort, slack_call
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.fallback import send_view
from handlers.slack.payloads.parsers import number_from_emoji
from handlers.slack.payloads.scalars import parse_ts
from handlers.views.builder import View, fit

log = structlog.get_logger()

_MAX_ATTEMPTS = 3
_DELETED = "duplicate_message_not_found"
_CHECK_INTERVAL_SECONDS = 10.0


class Messages:
    """Writer of messages about rounds; `client_msg_id` makes the first post of each idempotent.

    Slack answers a known `client_msg_id` with the first message, or with `duplicate_message_not_found` after its
    deletion (docs.slack.dev, errors of "chat.postMessage", which does not document the argument itself).
    """

    def __init__(self, clients: Clients, posted: PostedMessages | None = None) -> None:
        self._clients = clients
        self._posted = posted

    async def post(self, round_: Round, view: View) -> str:
        """Post the round's message, or a replacement of a deleted one; return its ts. Raises SlackUnavailable."""
        for attempt in range(_MAX_ATTEMPTS):
            try:
                return await self._post(round_, view, f"{round_.message_ts or ''}:{attempt}")
            except SlackRejected as error:
                if error.code != _DELETED:
                    raise
        raise SlackRejected("chat.postMessage", _DELETED)

    async def update(self, round_: Round, view: View) -> None:
        """Update the round's message without a fallback; raises what slack_sdk raises."""
        client = await self._clients.for_team(round_.place.team)
        await client.chat_update(
            channel=round_.place.channel, ts=round_.message_ts or "", text=view.text, blocks=view.blocks
        )

    async def reply(self, round_: Round, text: str) -> None:
        """Post a line in the round's thread; a final refusal is only logged."""
        await self._post_line(round_, text, thread_ts=round_.message_ts)

    async def link_from_thread(self, round_: Round, text: str) -> None:
        """Post a line once in the thread that started the round; a final refusal is only logged."""
        message_id, thread_ts = _client_msg_id(round_, "source_thread"), round_.source_thread_ts
        await self._post_line(
            round_, text, thread_ts=thread_ts, client_msg_id=message_id, unfurl_links=False, unfurl_media=False
        )

    async def _post_line(self, round_: Round, text: str, **options: Any) -> None:
        with best_effort("chat.postMessage"):
            client = await self._clients.for_team(round_.place.team)
            response = await client.chat_postMessage(channel=round_.place.channel, text=text, **options)
            await self._record(round_, response)

    async def notify_lead(self, round_: Round, view: View, notice: str) -> None:
        """Send the lead a direct message once for each `notice`; a final refusal is only logged."""

        async def send(sent: View) -> None:
            client = await self._clients.for_team(round_.place.team)
            response = await client.chat_postMessage(
                channel=round_.lead, text=sent.text, blocks=sent.blocks, client_msg_id=_client_msg_id(round_, notice)
            )
            await self._record(round_, response)

        with best_effort("chat.postMessage"):
            await send_view(send, fit(view))

    async def _record(self, round_: Round, response: AsyncSlackResponse) -> None:
        """Store where the message is, so that deleting the character deletes it."""
        if self._posted and response.get("ts"):
            address = MessageAddress(str(response.get("channel") or round_.place.channel), str(response["ts"]))
            await self._posted.add(round_.id, address)

    async def _post(self, round_: Round, view: View, attempt: str) -> str:
        async def send(sent: View) -> str:
            client = await self._clients.for_team(round_.place.team)
            response = await client.chat_postMessage(
                channel=round_.place.channel,
                text=sent.text,
                blocks=sent.blocks,
                metadata={"event_type": "castroom_round", "event_payload": {"round": round_.id}},
                client_msg_id=_client_msg_id(round_, attempt),
                unfurl_links=False,
                unfurl_media=False,
            )
            return str(response["ts"])

        with slack_call("chat.postMessage"):
            return await send_view(send, fit(view))


def _client_msg_id(round_: Round, purpose: str) -> str:
    return str(uuid5(NAMESPACE_OID, f"castroom:{round_.place.team}:{round_.id}:{purpose}"))


class ReactionReader:
    """Reader of the number reactions on rounds' messages."""

    def __init__(self, clients: Clients, ballots: BallotRepository, directory: SlackDirectory) -> None:
        self._clients = clients
        self._ballots = ballots
        self._directory = directory

    async def read(self, round_: Round) -> Sequence[Reaction]:
        """Return people's number reactions; raises SlackUnavailable, MessageDeleted.

        Reactions on an earlier message that was deleted still count: their users did not withdraw them.
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
        """Whether the message is deleted; raises SlackUnavailable."""
        try:
            await self._message(round_)
        except MessageDeleted:
            return True
        return False

    async def _reactions_before_repost(self, round_: Round) -> dict[int, Reaction]:
        posted_ts_us = parse_ts(round_.message_ts or "0")
        numbers = {slot_id: number for number, slot_id in round_.slot_id_by_number.items()}
        reactions: dict[int, Reaction] = {}
        for vote_input in await self._ballots.list_vote_inputs(round_.id):
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
        """Return the message; a deleted one with a thread may come as a message with subtype `tombstone`."""
        try:
            with slack_call("reactions.get"):
                client = await self._clients.for_team(round_.place.team)
                response = await client.reactions_get(
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


class ClosedChannels:
    """Rounds whose channel refuses updates, kept in memory until the channel is open again.

    Each start of the bot redraws every message and so finds them again.
    """

    def __init__(self, clients: Clients, now: Callable[[], float] = time.monotonic) -> None:
        self._clients = clients
        self._now = now
        self._rounds: dict[str, ChannelRef] = {}
        self._checked_at = 0.0

    def add(self, round_: Round, error: ChannelClosed) -> None:
        """Record that the round's message cannot be updated."""
        log.warning("channel_closed", round=round_.id, why=error.code)
        self._rounds[round_.id] = round_.place

    def discard(self, round_id: str) -> None:
        """Forget a round whose message was updated, for example after its channel got another id."""
        self._rounds.pop(round_id, None)

    async def pop_reopened(self) -> list[str]:
        """Return and forget the rounds whose channel is open again; checks Slack every ten seconds at most."""
        if not self._rounds or self._now() < self._checked_at + _CHECK_INTERVAL_SECONDS:
            return []
        self._checked_at = self._now()
        open_places = {place for place in set(self._rounds.values()) if await self._is_open(place)}
        reopened = [round_id for round_id, place in self._rounds.items() if place in open_places]
        for round_id in reopened:
            del self._rounds[round_id]
        return reopened

    async def _is_open(self, place: ChannelRef) -> bool:
        try:
            with slack_call("conversations.info"):
                client = await self._clients.for_team(place.team)
                channel = (await client.conversations_info(channel=place.channel))["channel"]
        except SlackUnavailable:
            return False
        return not channel.get("is_archived") and bool(channel.get("is_member") or channel.get("is_im"))
