"""The part of the control door that makes Slack difficult."""

import dataclasses
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from playground.people import CLIENT_ID, CLIENT_SECRET, Command, Shortcut
from playground.slack import events
from playground.slack.desk import door, read, team_named
from playground.slack.errors import DoorError
from playground.slack.faults import Fault
from playground.slack.http_mode import HttpMode
from playground.slack.rates import Rate
from playground.slack.settings import Settings
from playground.slack.store import Json
from playground.slack.world import World


class Cut(msgspec.Struct, forbid_unknown_fields=True):
    kind: str = "refresh"
    seconds: float = 0.0


class NewRates(msgspec.Struct, forbid_unknown_fields=True):
    enabled: bool = True
    methods: dict[str, Rate] = {}


class NewInstall(msgspec.Struct, forbid_unknown_fields=True):
    team: str | None = None
    scopes: tuple[str, ...] | None = None
    events: tuple[str, ...] | None = None
    commands: tuple[Command, ...] | None = None
    shortcuts: tuple[Shortcut, ...] | None = None


class Address(msgspec.Struct, forbid_unknown_fields=True):
    url: str | None = None


class Again(msgspec.Struct, forbid_unknown_fields=True):
    id: str


def add_knobs(app: web.Application) -> None:
    app.router.add_get("/control/slack", door(_show))
    app.router.add_post("/control/slack/faults", door(_fault))
    app.router.add_post("/control/slack/cut", door(_cut))
    app.router.add_post("/control/slack/rates", door(_rates))
    app.router.add_post("/control/slack/settings", door(_settings))
    app.router.add_post("/control/slack/redeliver", door(_redeliver))
    app.router.add_post("/control/slack/http", door(_http))
    app.router.add_post("/control/slack/install", door(_install))
    app.router.add_post("/control/slack/uninstall", door(_uninstall))


async def _show(world: World, _request: web.Request) -> Json:
    faults = [dataclasses.asdict(fault) for fault in world.faults.set.values()]
    rates = {name: dataclasses.asdict(rate) for name, rate in world.rates.changed.items()}
    installs = [dataclasses.asdict(dataclasses.replace(install, token="")) for install in world.installs()]
    return {
        "ok": True,
        "faults": faults,
        "rates": {"enabled": world.rates.enabled, "methods": rates},
        "http": world.store.thing("setting", "request_url"),
        "settings": dataclasses.asdict(world.settings),
        "installs": installs,
        "oauth": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "authorize": "/slack/oauth/v2/authorize"},
    }


async def _fault(world: World, request: web.Request) -> Json:
    world.faults.put(await read(request, Fault))
    return await _show(world, request)


async def _cut(world: World, request: web.Request) -> Json:
    cut = await read(request, Cut)
    if cut.kind not in ("warning", "refresh", "abrupt", "silent"):
        raise DoorError("bad_request", "kind is warning, refresh, abrupt or silent")
    return {"ok": True, "sockets": await world.sockets.disconnect(cut.kind, cut.seconds)}


async def _rates(world: World, request: web.Request) -> Json:
    new = await read(request, NewRates)
    world.rates.change(new.enabled, new.methods)
    return await _show(world, request)


async def _settings(world: World, request: web.Request) -> Json:
    """Names left out keep their value."""
    body = await read(request, dict[str, float | tuple[float | str, ...]])
    try:
        merged = msgspec.convert(dataclasses.asdict(world.settings) | body, Settings)
    except msgspec.ValidationError as error:
        raise DoorError("bad_request", str(error)) from error
    if unknown := set(body) - {field.name for field in dataclasses.fields(Settings)}:
        raise DoorError("bad_request", f"no such setting: {', '.join(sorted(unknown))}")
    world.courier.settings = merged
    return await _show(world, request)


async def _redeliver(world: World, request: web.Request) -> Json:
    key = (await read(request, Again)).id
    found = next((delivery for delivery in world.courier.deliveries if delivery.id == key), None)
    if found is None or found.kind != "events_api":
        raise DoorError("no_such_event", f"no event was delivered as {key!r}; only events are sent again", 404)
    world.courier.repeat(found)
    return {"ok": True, "id": key}


async def _http(world: World, request: web.Request) -> Json:
    """Reaches the app at an address of this machine, once it answered the challenge; null means Socket Mode."""
    url = (await read(request, Address)).url
    if url and urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise DoorError("bad_request", "only addresses of this machine")
    if url and not await HttpMode(url).verify():
        raise DoorError("url_not_verified", f"{url} did not give back the challenge", 409)
    world.reach({"url": url} if url else None)
    return await _show(world, request)


async def _install(world: World, request: web.Request) -> Json:
    new = await read(request, NewInstall)
    install = world.install(team_named(world, new.team).id)
    changes = {name: getattr(new, name) for name in ("scopes", "events", "commands", "shortcuts")}
    given = {name: value for name, value in changes.items() if value is not None}
    world.save_install(dataclasses.replace(install, active=True, **given))
    return await _show(world, request)


async def _uninstall(world: World, request: web.Request) -> Json:
    """The app hears of it; from then on its token is of no use until it is installed again."""
    install = world.install(team_named(world, (await read(request, NewInstall)).team).id)
    events.uninstalled(world, install)
    world.save_install(dataclasses.replace(install, active=False))
    return await _show(world, request)
