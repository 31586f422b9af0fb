"""Control API for Slack's faults, limits and settings."""

import dataclasses
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from playground.control.requests import control_route, find_team, read_body
from playground.seed_data import CLIENT_ID, CLIENT_SECRET, Command, Shortcut
from playground.slack.core.errors import ControlError
from playground.slack.core.faults import Fault
from playground.slack.core.rate_limits import RateLimit
from playground.slack.core.settings import Settings
from playground.slack.core.store import Json
from playground.slack.delivery.http_mode import HttpMode
from playground.slack.workspace import bot_tokens, events
from playground.slack.workspace.workspace import Workspace


class DisconnectRequest(msgspec.Struct, forbid_unknown_fields=True):
    kind: str = "refresh"
    seconds: float = 0.0


class RateLimitChange(msgspec.Struct, forbid_unknown_fields=True):
    enabled: bool = True
    methods: dict[str, RateLimit] = {}


class InstallChange(msgspec.Struct, forbid_unknown_fields=True):
    team: str | None = None
    scopes: tuple[str, ...] | None = None
    events: tuple[str, ...] | None = None
    commands: tuple[Command, ...] | None = None
    shortcuts: tuple[Shortcut, ...] | None = None


class Organization(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    name: str
    teams: tuple[str, ...]


class HttpModeRequest(msgspec.Struct, forbid_unknown_fields=True):
    url: str | None = None


class RedeliverRequest(msgspec.Struct, forbid_unknown_fields=True):
    id: str


def add_fault_routes(app: web.Application) -> None:
    app.router.add_get("/control/slack", control_route(_status))
    app.router.add_post("/control/slack/faults", control_route(_set_fault))
    app.router.add_post("/control/slack/cut", control_route(_disconnect))
    app.router.add_post("/control/slack/rates", control_route(_set_rate_limits))
    app.router.add_post("/control/slack/settings", control_route(_change_settings))
    app.router.add_post("/control/slack/redeliver", control_route(_redeliver))
    app.router.add_post("/control/slack/http", control_route(_set_http_mode))
    app.router.add_post("/control/slack/install", control_route(_change_install))
    app.router.add_post("/control/slack/uninstall", control_route(_uninstall))
    app.router.add_post("/control/slack/organization", control_route(_add_organization))


async def _status(workspace: Workspace, _request: web.Request) -> Json:
    faults = [dataclasses.asdict(fault) for fault in workspace.faults.active.values()]
    rates = {name: dataclasses.asdict(rate) for name, rate in workspace.rate_limiter.overrides.items()}
    installs = [
        dataclasses.asdict(dataclasses.replace(install, token="", refresh_token="")) for install in workspace.installs()
    ]
    return {
        "ok": True,
        "faults": faults,
        "rates": {"enabled": workspace.rate_limiter.enabled, "methods": rates},
        "http": workspace.store.get_document("setting", "request_url"),
        "settings": dataclasses.asdict(workspace.settings),
        "installs": installs,
        "sockets": workspace.sockets.count,
        "oauth": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "authorize": "/slack/oauth/v2/authorize"},
    }


async def _set_fault(workspace: Workspace, request: web.Request) -> Json:
    workspace.faults.put(await read_body(request, Fault))
    return await _status(workspace, request)


async def _disconnect(workspace: Workspace, request: web.Request) -> Json:
    body = await read_body(request, DisconnectRequest)
    if body.kind not in ("warning", "refresh", "abrupt", "silent"):
        raise ControlError("bad_request", "kind is warning, refresh, abrupt or silent")
    return {"ok": True, "sockets": await workspace.sockets.disconnect(body.kind, body.seconds)}


async def _set_rate_limits(workspace: Workspace, request: web.Request) -> Json:
    body = await read_body(request, RateLimitChange)
    workspace.rate_limiter.configure(body.enabled, body.methods)
    return await _status(workspace, request)


async def _change_settings(workspace: Workspace, request: web.Request) -> Json:
    """Change settings; those not named keep their value."""
    body = await read_body(request, dict[str, float | tuple[float | str, ...]])
    try:
        merged = msgspec.convert(dataclasses.asdict(workspace.settings) | body, Settings)
    except msgspec.ValidationError as error:
        raise ControlError("bad_request", str(error)) from error
    if unknown := set(body) - {field.name for field in dataclasses.fields(Settings)}:
        raise ControlError("bad_request", f"no such setting: {', '.join(sorted(unknown))}")
    workspace.dispatcher.settings = merged
    return await _status(workspace, request)


async def _redeliver(workspace: Workspace, request: web.Request) -> Json:
    key = (await read_body(request, RedeliverRequest)).id
    found = next((delivery for delivery in workspace.dispatcher.deliveries if delivery.id == key), None)
    if found is None or found.kind != "events_api":
        raise ControlError("no_such_event", f"no event was delivered as {key!r}; only events are sent again", 404)
    workspace.dispatcher.redeliver(found)
    return {"ok": True, "id": key}


async def _set_http_mode(workspace: Workspace, request: web.Request) -> Json:
    """Send to the app over HTTP at a local URL, after it answered the challenge; null returns to Socket Mode."""
    url = (await read_body(request, HttpModeRequest)).url
    if url and urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ControlError("bad_request", "only addresses of this machine")
    if url and not await HttpMode(url).verify():
        raise ControlError("url_not_verified", f"{url} did not give back the challenge", 409)
    workspace.set_request_url({"url": url} if url else None)
    return await _status(workspace, request)


async def _change_install(workspace: Workspace, request: web.Request) -> Json:
    body = await read_body(request, InstallChange)
    install = workspace.install(find_team(workspace, body.team).id)
    changes = {name: getattr(body, name) for name in ("scopes", "events", "commands", "shortcuts")}
    changed = {name: value for name, value in changes.items() if value is not None}
    workspace.save_install(dataclasses.replace(install, active=True, **changed))
    return await _status(workspace, request)


async def _add_organization(workspace: Workspace, request: web.Request) -> Json:
    """Make workspaces an organization on Enterprise Grid, whose members can install the app in all of them."""
    body = await read_body(request, Organization)
    teams = [find_team(workspace, team).id for team in body.teams]
    workspace.store.set_document("organization", body.id, {"id": body.id, "name": body.name, "teams": teams})
    return await _status(workspace, request)


async def _uninstall(workspace: Workspace, request: web.Request) -> Json:
    """Uninstall the app: it gets the events, and its token is invalid until it is installed again."""
    install = workspace.install(find_team(workspace, (await read_body(request, InstallChange)).team).id)
    events.send_app_uninstalled(workspace, install)
    bot_tokens.uninstall(workspace, install)
    return await _status(workspace, request)
