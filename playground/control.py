"""The control door: a script or the page plays the practice people and reads everything back."""

import asyncio
import dataclasses
import io
from pathlib import Path

import msgspec
from aiohttp import web
from PIL import Image

from playground.people import APP_TOKEN, SIGNING_SECRET, Person, Place
from playground.slack import attachments, files, gestures, hands, modals
from playground.slack.desk import door, person_named, place_named, read, team_named
from playground.slack.errors import DoorError
from playground.slack.ids import new_id
from playground.slack.interactions import Actor
from playground.slack.knobs import add_knobs
from playground.slack.state import Look, picture
from playground.slack.store import Json
from playground.slack.world import World

_MOST_MESSAGES = 1000


class Form(msgspec.Struct, forbid_unknown_fields=True):
    """Every field any gesture takes; each uses its own."""

    channel: str | None = None
    ts: str = ""
    thread_ts: str | None = None
    command: str = ""
    text: str = ""
    name: str = ""
    remove: bool = False
    action_id: str = ""
    block_id: str | None = None
    value: object = None
    confirm: bool = True
    view_id: str | None = None
    values: Json = {}
    all: bool = False
    callback_id: str = ""
    tab: str = "home"
    user: str | None = None


class NewPerson(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    real_name: str
    title: str = ""
    tz: str = "Europe/London"
    channels: tuple[str, ...] = ()
    guest: bool = False
    team: str | None = None


class NewPlace(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    private: bool = False
    archived: bool = False
    members: tuple[str, ...] = ()
    team: str | None = None


def add_control(app: web.Application) -> None:
    app.router.add_post("/control/people", door(_add_person))
    app.router.add_post("/control/channels", door(_add_place))
    app.router.add_post("/control/people/{user}/attach", door(_attach))
    app.router.add_post("/control/people/{user}/{gesture}", door(_gesture))
    app.router.add_get("/control/env", door(_env))
    app.router.add_get("/control/state", door(_state))
    app.router.add_get("/control/deliveries", door(_deliveries))
    app.router.add_get("/control/calls", door(_calls))
    app.router.add_get("/control/files/{id}", door(_file))
    app.router.add_get("/control/live", door(_live))
    add_knobs(app)


async def _gesture(world: World, request: web.Request) -> Json:
    person, gesture = person_named(world, request.match_info["user"]), request.match_info["gesture"]
    if person.deleted:
        raise DoorError("deactivated", f"{person.name} has left", 403)
    actor = Actor(world, person, world.install(person.team))
    form = await read(request, Form)
    if gesture == "deactivate":
        return {"ok": True, "person": dataclasses.asdict(world.deactivate(person))}
    if gesture in ("submit", "close") or form.view_id:
        return await _in_view(actor, gesture, form)
    return await _in_place(actor, gesture, form)


async def _attach(world: World, request: web.Request) -> Json:
    """One file as the one part of a form."""
    person = person_named(world, request.match_info["user"])
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            body = await asyncio.to_thread(part.file.read)
            return {"ok": True, "file": await attachments.attach(world, person, part.filename, body)}
    raise DoorError("bad_request", "no file in the form")


async def _in_place(actor: Actor, gesture: str, form: Form) -> Json:
    if gesture == "home":
        return await gestures.open_home(actor, form.tab, _own_place(actor))
    if gesture == "shortcut" and form.channel is None:
        return await gestures.shortcut(actor, form.callback_id, None, "")
    if gesture == "rename" and form.channel is None:
        return hands.rename_person(actor, form.name)
    if form.channel is None:
        raise DoorError("bad_request", "which channel?")
    team = actor.person.team
    place = place_named(actor.world, form.channel, team)
    match gesture:
        case "command":
            return await gestures.command(actor, place, form.command, form.text)
        case "mention":
            return await gestures.mention(actor, place, form.text, form.thread_ts)
        case "say":
            return await gestures.say(actor, place, form.text, form.thread_ts)
        case "react":
            return await gestures.react(actor, place, form.ts, form.name, form.remove)
        case "click":
            return await gestures.click(actor, place, form.ts, _wanted(form))
        case "shortcut":
            return await gestures.shortcut(actor, form.callback_id, place, form.ts)
        case "invite":
            guest = person_named(actor.world, form.user, team).id if form.user else actor.install.bot
            return await gestures.invite(actor, place, guest)
    return _by_hand(actor, place, gesture, form)


def _by_hand(actor: Actor, place: Place, gesture: str, form: Form) -> Json:
    match gesture:
        case "archive" | "unarchive":
            return hands.archive(actor, place, archived=gesture == "archive")
        case "rename":
            return hands.rename_place(actor, place, form.name)
        case "remove":
            member = person_named(actor.world, form.user, place.team).id if form.user else actor.install.bot
            return hands.remove(actor, place, member)
        case "delete":
            return hands.delete(actor, place, form.ts)
        case "edit":
            return hands.edit(actor, place, form.ts, form.text)
    raise DoorError("no_such_gesture", gesture, 404)


async def _in_view(actor: Actor, gesture: str, form: Form) -> Json:
    view = actor.world.store.thing("view", form.view_id or "")
    if view is None or view["user"] != actor.person.id:
        raise DoorError("no_such_view", f"{actor.person.name} has no view {form.view_id!r} open", 404)
    match gesture:
        case "click":
            return await gestures.click_in_view(actor, view, _wanted(form), form.values)
        case "suggest":
            return await gestures.suggest(actor, view, _wanted(form))
        case "submit":
            return await modals.submit(actor, view, form.values)
        case "close":
            return await modals.close(actor, view, form.all)
    raise DoorError("no_such_gesture", gesture, 404)


def _wanted(form: Form) -> Json:
    return {"action_id": form.action_id, "block_id": form.block_id, "value": form.value, "confirm": form.confirm}


def _own_place(actor: Actor) -> Place:
    """The person's direct message with the app."""
    members = {actor.person.id, actor.install.bot}
    return next(place for place in actor.world.places(actor.person.team) if set(place.members) == members)


async def _add_person(world: World, request: web.Request) -> Json:
    new = await read(request, NewPerson)
    team = team_named(world, new.team).id
    person = Person(new_id("U"), team, new.name, new.real_name, new.title, new.tz, is_guest=new.guest)
    world.save_person(person)
    world.save_place(Place(new_id("D"), team, "", "im", (person.id, world.install(team).bot)))
    for key in new.channels:
        world.join(place_named(world, key, team), person.id)
    return {"ok": True, "person": dataclasses.asdict(person)}


async def _add_place(world: World, request: web.Request) -> Json:
    new = await read(request, NewPlace)
    team = team_named(world, new.team).id
    members = tuple(person_named(world, key, team).id for key in new.members)
    place = Place(
        new_id("C"), team, new.name, "private" if new.private else "public", members, is_archived=new.archived
    )
    world.save_place(place)
    return {"ok": True, "channel": world.shown(place)}


async def _env(world: World, request: web.Request) -> Json:
    """`team` names the workspaces whose bot tokens are given, the first unless told, `all` in their order."""
    address = f"http://{request.host}"
    wanted = request.query.get("team")
    teams = world.teams() if wanted == "all" else [team_named(world, wanted)]
    return {
        "SLACK_BASE_URL": f"{address}/slack/api/",
        "SLACK_BOT_TOKEN": ",".join(world.install(team.id).token for team in teams),
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "RECRAFT_BASE_URL": f"{address}/recraft/v1",
        "RECRAFT_API_TOKEN": "practice-recraft",
        "OPENAI_BASE_URL": f"{address}/openai/v1",
        "OPENAI_API_KEY": "practice-openai",
        "GEMINI_BASE_URL": f"{address}/gemini/v1beta",
        "GEMINI_API_KEY": "practice-gemini",
    }


async def _state(world: World, request: web.Request) -> Json:
    query = request.query
    person = person_named(world, query["user"]) if query.get("user") else None
    channel = place_named(world, query["channel"]).id if query.get("channel") else None
    limit = min(_whole(query.get("limit", "100")), _MOST_MESSAGES)
    return picture(world, Look(person, channel, query.get("thread"), limit, query.get("before")))


async def _deliveries(world: World, request: web.Request) -> Json:
    kind = request.query.get("kind")
    found = [delivery.public() for delivery in world.courier.deliveries if kind in (None, delivery.kind)]
    return {"deliveries": found[-_whole(request.query.get("limit", "100")) :]}


async def _calls(world: World, request: web.Request) -> Json:
    limit = _whole(request.query.get("limit", "100"))
    return {"calls": world.journal.newest(limit, request.query.get("method"))}


async def _file(world: World, request: web.Request) -> web.StreamResponse:
    """The bytes as they came, or a smaller JPEG; whatever they are, a browser shall not run them."""
    file = world.store.thing("file", request.match_info["id"])
    if file is None or not file["received"]:
        raise DoorError("no_such_file", request.match_info["id"], 404)
    target = files.path(world, file["id"])
    width = request.query.get("width", "")
    if width.isdigit() and file["mimetype"].startswith("image/"):
        body = await asyncio.to_thread(_smaller, target, int(width))
        return web.Response(body=body, content_type="image/jpeg", headers={"Cache-Control": "max-age=3600"})
    inert = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return web.FileResponse(target, headers={"Content-Type": file["mimetype"], **inert})


async def _live(world: World, request: web.Request) -> web.StreamResponse:
    key = request.query.get("user")
    return await world.live.serve(request, person_named(world, key).id if key else None)


def _smaller(source: Path, width: int) -> bytes:
    with Image.open(source) as picture:
        target = io.BytesIO()
        picture.draft("RGB", (width, width * picture.height // picture.width))
        picture.thumbnail((width, picture.height), Image.Resampling.LANCZOS)
        picture.convert("RGB").save(target, "JPEG", quality=85)
        return target.getvalue()


def _whole(text: str) -> int:
    if not text.isdigit():
        raise DoorError("bad_request", f"{text!r} is no number")
    return int(text)
