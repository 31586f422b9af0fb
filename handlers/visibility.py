"""Who may see which conversation, and who is a person: asked of Slack, remembered for a while."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
from slack_sdk.errors import SlackApiError

from bot.errors import Unreachable
from bot.face import Place
from bot.member import Member
from handlers.asking import asking
from handlers.clients import Clients

K = TypeVar("K")
V = TypeVar("V")
log = structlog.get_logger()

_A_PAGE = 200
_TYPES = "public_channel,private_channel,mpim,im"


@dataclass(frozen=True)
class _Conversation:
    private: bool
    ours: bool
    partner: str
    name: str = ""


class Memory(Generic[K, V]):
    """Answers that are forgotten after some seconds."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._now = now
        self._kept: dict[K, tuple[float, V]] = {}

    def get(self, key: K) -> V | None:
        until, value = self._kept.get(key, (0.0, None))
        return value if self._now() < until else None

    def keep(self, key: K, value: V) -> V:
        now = self._now()
        self._kept = {k: kept for k, kept in self._kept.items() if now < kept[0]}
        self._kept[key] = (now + self._seconds, value)
        return value


class SlackVisibility:
    """Answers by Slack; implements the ports People and Visibility, where an error counts as no.

    Answers are kept for `cached` seconds; `now` is seconds of any steady clock.
    """

    def __init__(self, clients: Clients, now: Callable[[], float] = time.monotonic, cached: float = 60.0) -> None:
        self._clients = clients
        self._conversations: Memory[Place, _Conversation] = Memory(cached, now)
        self._memberships: Memory[tuple[str, str], Mapping[str, str]] = Memory(cached, now)
        self._people: Memory[tuple[str, str], Member] = Memory(cached, now)

    async def is_private(self, place: Place) -> bool:
        try:
            return (await self._conversation(place)).private
        except Unreachable as error:
            log.warning("visibility_unknown", channel=place.channel, what=error.what)
            return True

    async def sees(self, person: str, place: Place) -> bool:
        """Guests see a public channel only if they are in it (slack.com/help, "Guest roles")."""
        try:
            conversation = await self._conversation(place)
            if conversation.partner == person:
                return True
            member = await self.who(place.team, person)
            if not conversation.private and not member.guest and not member.gone:
                return True
            return place.channel in await self.channels_of(place.team, person)
        except Unreachable as error:
            log.warning("visibility_unknown", channel=place.channel, what=error.what)
            return False

    async def name_of(self, place: Place) -> str:
        """What a channel is called, for menus, which show no mentions; empty for direct messages or if nobody says."""
        try:
            return (await self._conversation(place)).name
        except Unreachable as error:
            log.info("channel_not_named", channel=place.channel, what=error.what)
            return ""

    async def may_post(self, place: Place) -> bool:
        """Whether the bot is in the conversation; a no is never remembered, since an invitation follows it.

        Raises Unreachable when Slack says neither.
        """
        try:
            return (await self._conversation(place)).ours
        except Unreachable as error:
            if isinstance(error.__cause__, SlackApiError) and error.what.endswith("channel_not_found"):
                return False
            raise

    async def is_person(self, team: str, user: str) -> bool:
        """Whether `user` of a workspace is neither a bot nor Slack itself; raises Unreachable."""
        return (await self.who(team, user)).human

    async def is_gone(self, team: str, user: str) -> bool:
        """Whether somebody's account is closed; a Slack that says nothing counts as no."""
        try:
            return (await self.who(team, user)).gone
        except Unreachable:
            return False

    async def _conversation(self, place: Place) -> _Conversation:
        if known := self._conversations.get(place):
            return known
        with asking("conversations.info"):
            channel = (await self._clients.of(place.team).conversations_info(channel=place.channel))["channel"]
        direct = bool(channel.get("is_im"))
        private = direct or bool(channel.get("is_private") or channel.get("is_mpim") or channel.get("is_group"))
        name = "" if direct else str(channel.get("name") or "")
        found = _Conversation(private, direct or bool(channel.get("is_member")), str(channel.get("user", "")), name)
        return self._conversations.keep(place, found) if found.ours else found

    async def channels_of(self, team: str, person: str) -> Mapping[str, str]:
        """All pages of the conversations a person is in, as far as the bot may know of them; raises Unreachable."""
        if (known := self._memberships.get((team, person))) is not None:
            return known
        found: dict[str, str] = {}
        cursor = None
        while cursor != "":
            with asking("users.conversations"):
                page = await self._clients.of(team).users_conversations(
                    user=person, types=_TYPES, exclude_archived=False, limit=_A_PAGE, cursor=cursor
                )
            found |= {channel["id"]: str(channel.get("name", "")) for channel in page["channels"]}
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        return self._memberships.keep((team, person), found)

    async def who(self, team: str, person: str) -> Member:
        """Raises Unreachable."""
        if known := self._people.get((team, person)):
            return known
        with asking("users.info"):
            told = (await self._clients.of(team).users_info(user=person))["user"]
        human = not told.get("is_bot") and person != "USLACKBOT"
        guest = bool(told.get("is_restricted") or told.get("is_ultra_restricted") or told.get("is_stranger"))
        called = (told.get("profile") or {}).get("display_name") or told.get("real_name") or told.get("name") or ""
        member = Member(human, guest, bool(told.get("deleted")), str(told.get("tz") or ""), str(called))
        return self._people.keep((team, person), member)
