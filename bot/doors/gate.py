"""Lets callers in: a bearer token, a link's holder, or a person whom Slack's signature names."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from cachetools import TTLCache
from slack_sdk.signature import SignatureVerifier

from bot.domain.door_token import DoorToken
from bot.domain.errors import DoorRefused
from bot.doors import words
from bot.doors.config import DoorsConfig
from bot.doors.problems import Problem
from bot.doors.rate_limits import CallLimits
from bot.usecases.casting import Casting
from bot.usecases.door_access import Caller

log = structlog.get_logger()

# Slack is asked about a caller's memberships at most this often; between two questions the last answer counts.
_MEMBERSHIP_SECONDS = 5.0
_MAX_CALLERS = 10_000
_BEARER = "bearer "
_MAX_SECRET = 200
_SLACK_HEADERS = ("x-slack-signature", "x-slack-request-timestamp")


@dataclass(frozen=True)
class SlackAsker:
    """The person whom a request that Slack signed names."""

    team: str
    person: str


class Gate:
    """Checks each call: the token or signature, the rate, then what the use cases know about the person."""

    def __init__(self, casting: Casting, config: DoorsConfig) -> None:
        self._access = casting.door_access
        self._config = config
        self._limits = CallLimits(config.calls_per_minute)
        self._asked: TTLCache[str, bool] = TTLCache(_MAX_CALLERS, _MEMBERSHIP_SECONDS)
        self._verifier = SignatureVerifier(config.signing_secret) if config.signing_secret else None

    async def admit_bearer(self, authorization: str, call: str) -> Caller:
        """Return the caller of an Authorization header and log the call; raises Problem, DoorRefused."""
        secret = authorization[len(_BEARER) :].strip() if authorization.lower().startswith(_BEARER) else ""
        if not secret:
            raise Problem(401, "unauthorized", words.NO_TOKEN, {"WWW-Authenticate": 'Bearer realm="castroom"'})
        if len(secret) > _MAX_SECRET:
            raise DoorRefused("unknown")
        return await self._admit_token(await self._access.find_token(secret), call)

    async def admit_holder(self, holder: str, call: str) -> Caller:
        """Return the caller who asked for a signed link; the link's signature was checked. Raises DoorRefused."""
        kind, _, id_ = holder.partition(":")
        if kind == "slack":
            team, _, person = id_.partition(":")
            return await self.admit_asker(SlackAsker(team, person), call)
        return await self._admit_token(await self._access.get_token(id_), call)

    async def admit_asker(self, asker: SlackAsker, call: str) -> Caller:
        """Return the caller for a person asking over Slack; raises DoorRefused, SlackUnavailable."""
        caller_id = f"{asker.team}:{asker.person}"
        self._limits.take(caller_id)
        self._ask_again(caller_id)
        caller = await self._access.admit_person(asker.team, asker.person)
        log.info("door_called", person=asker.person, call=call)
        return caller

    async def _admit_token(self, token: DoorToken, call: str) -> Caller:
        self._limits.take(token.id)
        self._ask_again(token.id)
        caller = await self._access.admit_token(token)
        await self._access.record_use(token, call)
        log.info("door_called", token=token.id, call=call)
        return caller

    def is_from_slack(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Return whether Slack signed this body in the last five minutes."""
        signature, timestamp = (headers.get(name, "") for name in _SLACK_HEADERS)
        if self._verifier is None or not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
            return False
        return self._verifier.is_valid(body, timestamp, signature)

    def _ask_again(self, caller_id: str) -> None:
        if caller_id not in self._asked:
            self._asked[caller_id] = True
            self._config.start_membership_checks()


def has_slack_signature(headers: Mapping[str, str]) -> bool:
    return _SLACK_HEADERS[0] in headers


def asker_of(message: Mapping[str, Any]) -> SlackAsker | None:
    """Return who asks, from the `_meta.slack` of a message that Slack signed; None if it says nothing."""
    meta = _mapping(_mapping(message.get("params")).get("_meta"))
    slack = _mapping(meta.get("slack"))
    team, person = (_first(slack, names) for names in (("team_id", "team"), ("user_id", "user")))
    return SlackAsker(team, person) if team and person else None


def message_of(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object of a request body; empty for anything else."""
    try:
        return _mapping(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _first(slack: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of these members that is an id, or an object with an `id`."""
    for name in names:
        value = slack.get(name)
        value = value.get("id") if isinstance(value, dict) else value
        if isinstance(value, str) and value.isascii() and value.isalnum() and len(value) <= 64:
            return value
    return ""
