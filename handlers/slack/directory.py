"""Conversations, their members and users, as Slack reports them."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from bot.domain.erasure import is_pseudonym
from bot.domain.ids import ChannelRef
from bot.domain.service_errors import SlackRejected, SlackUnavailable
from bot.domain.users import User
from handlers.slack.api_errors import slack_call
from handlers.slack.clients import Clients
from handlers.slack.lookups import SlackLookup, current_request
from handlers.slack.rate_limits import fail_when_limited

log = structlog.get_logger()

_PAGE_SIZE = 200
_ADMIN_FLAGS = ("is_admin", "is_owner", "is_primary_owner")
_SLACKBOT = "USLACKBOT"
# users.list has a low rate limit (tier 2, docs.slack.dev), and a large workspace many pages.
_USERS_PAGE_SIZE, _MAX_USER_PAGES, _ADMINISTRATORS_CACHED = 1_000, 10, 3_600.0
# How long users and conversations count where Slack does not answer.
_USABLE_SECONDS = 300.0
_BOT_FLAGS = ("is_bot", "is_workflow_bot", "is_connector_bot")
# Slack's answers about people that it does not show to the bot (docs.slack.dev, errors of "users.info").
_UNKNOWN_USER_CODES = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
_CONVERSATION_TYPES = "public_channel,private_channel,mpim,im"


@dataclass(frozen=True)
class _Conversation:
    is_private: bool
    has_bot: bool
    dm_user: str
    name: str = ""
    has_outsiders: bool = False


class SlackDirectory:
    """Implementation of the ports ChannelAccess and UserDirectory; answers are cached for `cached` seconds.

    Memberships decide what a person may do, so each request of a user asks for them again. Where Slack does not answer,
    the cached ones count, and users and conversations for five minutes. `now` is a monotonic clock in seconds.
    """

    def __init__(self, clients: Clients, now: Callable[[], float] = time.monotonic, cached: float = 60.0) -> None:
        self._clients = clients
        usable = max(cached, _USABLE_SECONDS)
        self._conversations = SlackLookup(self._fetch_conversation, now, fresh_seconds=cached, usable_seconds=usable)
        self._memberships = SlackLookup(self._fetch_channels, now, fresh_seconds=cached, usable_seconds=cached)
        self._members = SlackLookup(self._fetch_members, now, fresh_seconds=cached, usable_seconds=cached)
        self._users = SlackLookup(
            self._fetch_user, now, fresh_seconds=cached, usable_seconds=usable, refill=self._refill_users
        )
        self._all_users = SlackLookup(self._read_users, now, fresh_seconds=cached, usable_seconds=cached)
        self._administrators = SlackLookup(
            self._read_users, now, fresh_seconds=_ADMINISTRATORS_CACHED, usable_seconds=_ADMINISTRATORS_CACHED
        )

    async def is_private(self, place: ChannelRef) -> bool:
        return (await self._conversation_or_closed(place)).is_private

    async def has_outsiders(self, place: ChannelRef) -> bool:
        return (await self._conversation_or_closed(place)).has_outsiders

    async def can_see(self, person: str, place: ChannelRef) -> bool:
        """Guests and people of other organizations see a public channel only if they are in it.

        See slack.com/help, "Guest roles".
        """
        try:
            conversation = await self._conversation(place)
            if conversation.dm_user == person:
                return True
            user = await self.get_user(place.team, person)
            if not conversation.is_private and not user.is_guest and not user.is_deactivated:
                return True
            return await self._is_member(person, user, place)
        except SlackUnavailable as error:
            log.warning("visibility_unknown", channel=place.channel, what=error.operation)
            return False

    async def is_member(self, person: str, place: ChannelRef) -> bool:
        """Whether the user may act in the conversation now; raises SlackUnavailable.

        A public channel is open to everyone in the workspace except guests, who must be in it.
        """
        conversation = await self._conversation(place)
        if conversation.dm_user:
            return conversation.dm_user == person
        user = await self.get_user(place.team, person)
        if not conversation.is_private and not user.is_guest:
            return not user.is_deactivated
        return person in await self._list_members(place)

    async def channel_name(self, place: ChannelRef) -> str:
        """Return a channel's name for menus, which show no mentions; empty for direct messages or after an error."""
        try:
            return (await self._conversation(place)).name
        except SlackUnavailable as error:
            log.info("channel_lookup_failed", channel=place.channel, what=error.operation)
            return ""

    async def can_post(self, place: ChannelRef) -> bool:
        """Whether the bot is in the conversation; raises SlackUnavailable.

        A negative answer is not cached, since the user may invite the bot next.
        """
        try:
            return (await self._conversation(place)).has_bot
        except SlackUnavailable as error:
            if isinstance(error.__cause__, SlackApiError) and error.operation.endswith("channel_not_found"):
                return False
            raise

    async def is_human(self, team: str, user: str) -> bool:
        """Whether `user` is neither a bot nor Slackbot; raises SlackUnavailable."""
        return (await self.get_user(team, user)).is_human

    async def is_deactivated(self, team: str, user: str) -> bool:
        """Whether the user's account is deactivated; False after an error."""
        try:
            return (await self.get_user(team, user)).is_deactivated
        except SlackUnavailable:
            return False

    def forget_channel(self, place: ChannelRef) -> None:
        """Ask Slack again about a conversation whose id changed, and about everyone's conversations."""
        self._conversations.forget(place.team, place.channel)
        self._members.forget(place.team, place.channel)
        self._memberships.forget_team(place.team)

    async def _is_member(self, person: str, user: User, place: ChannelRef) -> bool:
        """Whether the user is in the conversation.

        Slack does not document whether it lists conversations of people of other organizations, so they are looked up
        among the members too.
        """
        try:
            if place.channel in await self.list_channels(place.team, person):
                return True
        except SlackRejected:
            if not user.is_external:
                raise
        return user.is_external and not user.is_deactivated and person in await self._list_members(place)

    async def _conversation_or_closed(self, place: ChannelRef) -> _Conversation:
        """Return the conversation; where Slack does not answer, a private one with outsiders."""
        try:
            return await self._conversation(place)
        except SlackUnavailable as error:
            log.warning("visibility_unknown", channel=place.channel, what=error.operation)
            return _Conversation(is_private=True, has_bot=False, dm_user="", has_outsiders=True)

    async def _conversation(self, place: ChannelRef) -> _Conversation:
        found = await self._conversations.get(place.team, place.channel)
        if not found.has_bot:
            self._conversations.forget(place.team, place.channel)
        return found

    async def _fetch_conversation(self, team: str, id_: str) -> _Conversation:
        with slack_call("conversations.info"):
            client = await self._clients.for_team(team)
            channel = (await client.conversations_info(channel=id_))["channel"]
        is_dm = bool(channel.get("is_im"))
        is_private = is_dm or bool(channel.get("is_private") or channel.get("is_mpim") or channel.get("is_group"))
        name = "" if is_dm else str(channel.get("name") or "")
        has_bot, dm_user = is_dm or bool(channel.get("is_member")), str(channel.get("user", ""))
        return _Conversation(is_private, has_bot, dm_user, name, bool(channel.get("is_ext_shared")))

    async def list_channels(self, team: str, person: str) -> Mapping[str, str]:
        """Return the names of the user's conversations that the bot can see, by id; raises SlackUnavailable."""
        return await self._memberships.get(team, person, since=current_request())

    async def _fetch_channels(self, team: str, person: str) -> Mapping[str, str]:
        channels: dict[str, str] = {}
        cursor = None
        while cursor != "":
            with slack_call("users.conversations"):
                client = await self._clients.for_team(team)
                page = await client.users_conversations(
                    user=person, types=_CONVERSATION_TYPES, exclude_archived=False, limit=_PAGE_SIZE, cursor=cursor
                )
            channels |= {channel["id"]: str(channel.get("name", "")) for channel in page["channels"]}
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        return channels

    async def _list_members(self, place: ChannelRef) -> frozenset[str]:
        return await self._members.get(place.team, place.channel, since=current_request())

    async def _fetch_members(self, team: str, channel: str) -> frozenset[str]:
        members: set[str] = set()
        cursor = None
        while cursor != "":
            with slack_call("conversations.members"):
                client = await self._clients.for_team(team)
                page = await client.conversations_members(channel=channel, limit=_PAGE_SIZE, cursor=cursor)
            members.update(page["members"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        return frozenset(members)

    async def get_user(self, team: str, person: str) -> User:
        """Raises SlackUnavailable. A person whose data was erased counts as one who left."""
        if is_pseudonym(person):
            return User(is_guest=True, is_deactivated=True, is_unknown=True)
        return await self._users.get(team, person)

    async def _fetch_user(self, team: str, person: str) -> User:
        try:
            with slack_call("users.info"):
                client = await self._clients.for_team(team)
                info = (await client.users_info(user=person))["user"]
        except SlackRejected as error:
            if error.code not in _UNKNOWN_USER_CODES:
                raise
            log.info("user_unknown", person=person, why=error.code)
            return _unknown_user(error.code)
        return _user(person, info, await self._clients.organization(team))

    async def _refill_users(self, team: str) -> None:
        """Read many users with few calls, where Slack limits how often it is asked about one."""
        with suppress(SlackUnavailable), fail_when_limited():
            await self._all_users.get(team, "")

    async def list_administrators(self, team: str) -> Sequence[str]:
        """Return the administrators among the first members that Slack lists, from the cache for an hour."""
        return await self._administrators.get(team, "")

    async def _read_users(self, team: str, _: str) -> Sequence[str]:
        """Read the users of a workspace, keep them, and return its administrators."""
        client, organization = await self._clients.for_team(team), await self._clients.organization(team)
        found: list[str] = []
        cursor = None
        for _page in range(_MAX_USER_PAGES):
            with slack_call("users.list"):
                page = await client.users_list(limit=_USERS_PAGE_SIZE, cursor=cursor)
            for info in page["members"]:
                user = _user(info["id"], info, organization)
                self._users.store(team, info["id"], user)
                if user.is_admin and user.is_human and not user.is_deactivated:
                    found.append(info["id"])
            if not (cursor := (page.get("response_metadata") or {}).get("next_cursor")):
                break
        return tuple(found)


def _unknown_user(code: str) -> User:
    """Return a user without rights or votes; one that Slack does not find has left."""
    return User(is_human=False, is_guest=True, is_deactivated=code != "user_not_visible", is_unknown=True)


def _user(person: str, info: Mapping[str, Any], organization: frozenset[str]) -> User:
    profile = info.get("profile") or {}
    external = _is_external(info, organization) and person != _SLACKBOT
    guest = bool(info.get("is_restricted") or info.get("is_ultra_restricted"))
    return User(
        is_human=not any(info.get(flag) for flag in _BOT_FLAGS) and person != _SLACKBOT,
        is_guest=guest or external,
        is_deactivated=bool(info.get("deleted")),
        time_zone=str(info.get("tz") or ""),
        name=str(profile.get("display_name") or info.get("real_name") or info.get("name") or ""),
        is_admin=not guest and not external and any(info.get(flag) for flag in _ADMIN_FLAGS),
        is_external=external,
    )


def _is_external(info: Mapping[str, Any], organization: frozenset[str]) -> bool:
    """Return whether the user is of another organization than the installation.

    `is_stranger` is false for members of shared channels; their `team_id` is another workspace's, or the id of another
    organization (docs.slack.dev, "Understanding Slack Connect"). Colleagues of the bot's own organization can have
    another `team_id` too.
    """
    enterprise = info.get("enterprise_user") or {}
    team = info.get("team_id") or (info.get("profile") or {}).get("team")
    teams = {str(each) for each in (team, enterprise.get("enterprise_id"), *(enterprise.get("teams") or ())) if each}
    return bool(info.get("is_stranger")) or (bool(teams) and not teams & organization)
