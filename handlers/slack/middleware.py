"""Bolt middleware: payload validation, the time until each ack, and presses on menus shown as buttons."""

from collections.abc import Awaitable, Callable, Collection
from time import perf_counter
from typing import Any, Protocol

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.domain.service_errors import SlackUnavailable, StorageUnavailable
from bot.ports.deadline import AckDeadline, start_ack_deadline
from bot.telemetry import logs, metrics, tracing
from handlers.slack.fallback_blocks import unwrap_menu_buttons
from handlers.slack.payloads.installation import (
    decide_installation,
    is_organizations,
    named_installations,
    organization_workspaces,
)
from handlers.slack.payloads.parsers import validate_envelope
from handlers.slack.payloads.values import BadPayload, Payload

log = structlog.get_logger()

# Workspaces; organizations have ids with an E.
_TEAM_PREFIX = "T"


class InstalledLookup(Protocol):
    """Where the app is installed; both methods raise SlackUnavailable or StorageUnavailable."""

    async def is_installed(self, team: str) -> bool: ...

    async def learn_organization(self, team: str, enterprise: str) -> bool: ...


class EnvelopeValidation(AsyncMiddleware):
    """Validation of payloads before Bolt's authorization; a class, since Bolt parses the payload before a function.

    It also decides the installation, by which Bolt authorizes: one with the app, if the payload names one.
    """

    def __init__(self, clients: InstalledLookup | None = None) -> None:
        self._clients = clients

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt's argument
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt's name
    ) -> BoltResponse | None:
        """Answer a bad payload with status 200 and drop it, since Slack would send it again.

        Answer 503 while the database cannot say who is installed: Slack sends events again.
        """
        try:
            validate_envelope(req.body)
            team = decide_installation(req.body, await self._installed(req.body))
        except BadPayload as error:
            log.warning("payload_rejected", why=str(error))
            return BoltResponse(status=200)
        except (SlackUnavailable, StorageUnavailable) as error:
            log.warning("payload_refused", why=str(error))
            return BoltResponse(status=503)
        if not req.context.response_url:
            # Bolt would use an empty response_url as an address to answer an unknown workspace.
            req.context.pop("response_url", None)
        _use_installation(req, team)
        return await next()

    async def _installed(self, body: Payload) -> Collection[str]:
        """Return the first named workspace where the app is installed, by itself or by its organization."""
        if self._clients is None:
            return ()
        named, pairs = named_installations(body), organization_workspaces(body)
        for team, enterprise in pairs if is_organizations(body) else ():
            if team == named[0] and await self._clients.learn_organization(team, enterprise):
                return (team,)
        for team in named:
            if team.startswith(_TEAM_PREFIX) and await self._clients.is_installed(team):
                return (team,)
        for team, enterprise in pairs:
            if await self._clients.learn_organization(team, enterprise):
                return (team,)
        for team in named:
            if not team.startswith(_TEAM_PREFIX) and await self._clients.is_installed(team):
                return (team,)
        return ()


def _use_installation(req: AsyncBoltRequest, team: str) -> None:
    """Replace the workspace that Bolt read, also in the client, which sends it with every call."""
    req.context.pop("team_id", None)
    parameters = req.context.client.default_params if req.context.client else {}
    parameters.pop("team_id", None)
    if team:
        req.context["team_id"] = parameters["team_id"] = team


class _TimedAck(AsyncAck):
    """An ack that observes the time until its first call."""

    def __init__(self, kind: str, started: float, deadline: AckDeadline) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._kind = kind
        self._started = started
        self._deadline = deadline

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.response is None:
            metrics.ack_seconds.labels(self._kind).observe(perf_counter() - self._started)
        self._deadline.at = None
        return await super().__call__(*args, **kwargs)


async def ack_timing(context: AsyncBoltContext, body: dict[str, Any], next: Callable[[], Awaitable[Any]]) -> Any:  # noqa: A002 - Bolt's name
    """Time the ack and clear the log context of the previous request; register it before other middleware."""
    logs.clear_context()
    kind = "command" if "command" in body else str(body.get("type", "event"))
    context["ack"] = _TimedAck(kind, perf_counter(), start_ack_deadline())
    tracing.begin_request(kind)
    try:
        return await next()
    finally:
        tracing.end_request()


async def menu_fallback(body: dict[str, Any], next: Callable[[], Awaitable[Any]]) -> Any:  # noqa: A002 - Bolt's name
    """Restore the menu's own action id, by which Bolt chooses the listener."""
    unwrap_menu_buttons(body)
    return await next()
