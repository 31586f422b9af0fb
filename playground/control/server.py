"""The control API: acts as the practice people and returns the state."""

import asyncio
import dataclasses
import io
from functools import partial
from pathlib import Path

import msgspec
from aiohttp import web
from PIL import Image

from playground.control.fault_routes import add_fault_routes
from playground.control.requests import control_route, find_person, find_place, find_team, read_body
from playground.control.state_cache import StateCache
from playground.seed_data import APP_TOKEN, PRACTICE_TOKEN_KEY, SIGNING_SECRET, Person, Place
from playground.slack.core.errors import ControlError
from playground.slack.core.ids import new_id
from playground.slack.core.store import Json
from playground.slack.people import actions, admin_actions, modals
from playground.slack.workspace import attachments, files, messages
from playground.slack.workspace.interactions import Actor
from playground.slack.workspace.state import StateQuery, build_state
from playground.slack.workspace.workspace import Workspace

_MAX_MESSAGES = 1000


class UserActionRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Fields of all actions; each action uses some of them."""

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
    attachments: list[Json] = []
    shared: Json = {}
    id: str = ""


class NewPerson(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    real_name: str
    title: str = ""
    tz: str = "Europe/London"
    channels: tuple[str, ...] = ()
    guest: bool = False
    team: str | None = None
    home: str = ""
    hidden: str = ""
    bot: bool = False
    workflow: bool = False
    admin: bool = False


class NewPlace(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    private: bool = False
    archived: bool = False
    members: tuple[str, ...] = ()
    team: str | None = None


def add_control(app: web.Application) -> None:
    app.router.add_post("/control/people", control_route(_add_person))
    app.router.add_post("/control/channels", control_route(_add_place))
    app.router.add_post("/control/people/{user}/attach", control_route(_attach))
    app.router.add_post("/control/people/{user}/{gesture}", control_route(_user_action))
    app.router.add_get("/control/env", control_route(_env))
    app.router.add_get("/control/state", control_route(partial(_state, StateCache())))
    app.router.add_get("/control/deliveries", control_route(_deliveries))
    app.router.add_get("/control/calls", control_route(_calls))
    app.router.add_get("/control/files/{id}", control_route(_file))
    app.router.add_get("/control/live", control_route(_live))
    add_fault_routes(app)


async def _user_action(workspace: Workspace, request: web.Request) -> Json:
    person, action = find_person(workspace, request.match_info["user"]), request.match_info["gesture"]
    if person.deleted:
        raise ControlError("deactivated", f"{person.name} has left", 403)
    actor = Actor(workspace, person, workspace.install(person.team))
    body = await read_body(request, UserActionRequest)
    if action == "deactivate":
        return {"ok": True, "person": dataclasses.asdict(workspace.deactivate(person))}
    if action in ("submit", "close") or body.view_id:
        return await _view_action(actor, action, body)
    return await _channel_action(actor, action, body)


async def _attach(workspace: Workspace, request: web.Request) -> Json:
    """Receive a file as the only part of a form."""
    person = find_person(workspace, request.match_info["user"])
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            body = await asyncio.to_thread(part.file.read)
            return {"ok": True, "file": await attachments.attach(workspace, person, part.filename, body)}
    raise ControlError("bad_request", "no file in the form")


async def _channel_action(actor: Actor, action: str, body: UserActionRequest) -> Json:
    if action == "home":
        return await actions.open_home(actor, body.tab, _app_direct_message(actor))
    if action == "shortcut" and body.channel is None:
        return await actions.use_shortcut(actor, body.callback_id, None, "")
    if action == "rename" and body.channel is None:
        return admin_actions.rename_person(actor, body.name)
    if body.channel is None:
        raise ControlError("bad_request", "which channel?")
    team = actor.person.team
    place = find_place(actor.workspace, body.channel, team)
    match action:
        case "command":
            return await actions.run_command(actor, place, body.command, body.text)
        case "mention":
            return await actions.mention_app(actor, place, body.text, body.thread_ts, _attachments(actor, body))
        case "say":
            return await actions.post_message(actor, place, body.text, body.thread_ts, _attachments(actor, body))
        case "react":
            return await actions.react(actor, place, body.ts, body.name, body.remove)
        case "click":
            return await actions.click(actor, place, body.ts, _element_selector(body))
        case "shortcut":
            return await actions.use_shortcut(actor, body.callback_id, place, body.ts)
        case "invite":
            invited = find_person(actor.workspace, body.user, team).id if body.user else actor.install.bot
            return await actions.invite(actor, place, invited)
    return _admin_action(actor, place, action, body)


def _admin_action(actor: Actor, place: Place, action: str, body: UserActionRequest) -> Json:
    match action:
        case "archive" | "unarchive":
            return admin_actions.archive_place(actor, place, archived=action == "archive")
        case "change_id":
            return admin_actions.change_place_id(actor, place, body.id)
        case "rename":
            return admin_actions.rename_place(actor, place, body.name)
        case "remove":
            member = find_person(actor.workspace, body.user, place.team).id if body.user else actor.install.bot
            return admin_actions.remove_member(actor, place, member)
        case "delete":
            return admin_actions.delete_message(actor, place, body.ts)
        case "edit":
            return admin_actions.edit_message(actor, place, body.ts, body.text)
    raise ControlError("no_such_gesture", action, 404)


async def _view_action(actor: Actor, action: str, body: UserActionRequest) -> Json:
    view = actor.workspace.store.get_document("view", body.view_id or "")
    if view is None or view["user"] != actor.person.id:
        raise ControlError("no_such_view", f"{actor.person.name} has no view {body.view_id!r} open", 404)
    match action:
        case "click":
            return await actions.click_in_view(actor, view, _element_selector(body), body.values)
        case "suggest":
            return await actions.suggest_options(actor, view, _element_selector(body))
        case "submit":
            return await modals.submit(actor, view, body.values)
        case "close":
            return await modals.close(actor, view, body.all)
    raise ControlError("no_such_gesture", action, 404)


def _attachments(actor: Actor, body: UserActionRequest) -> list[Json]:
    """Return the attachments as given, after the message that is shared: `{"channel": ..., "ts": ...}`."""
    if not body.shared:
        return body.attachments
    source = find_place(actor.workspace, str(body.shared.get("channel")), actor.person.team)
    shared = messages.shared_message(actor.workspace, source.id, str(body.shared.get("ts")))
    return [shared, *body.attachments]


def _element_selector(body: UserActionRequest) -> Json:
    return {"action_id": body.action_id, "block_id": body.block_id, "value": body.value, "confirm": body.confirm}


def _app_direct_message(actor: Actor) -> Place:
    """Return the person's direct message with the app."""
    members = {actor.person.id, actor.install.bot}
    return next(place for place in actor.workspace.places(actor.person.team) if set(place.members) == members)


async def _add_person(workspace: Workspace, request: web.Request) -> Json:
    new = await read_body(request, NewPerson)
    team = find_team(workspace, new.team).id
    names = new.name, new.real_name, new.title, new.tz
    person = Person(
        new_id("U"),
        team,
        *names,
        is_bot=new.bot or new.workflow,
        is_guest=new.guest,
        is_admin=new.admin,
        home=new.home,
        hidden=new.hidden,
        workflow=new.workflow,
    )
    workspace.save_person(person)
    workspace.save_place(Place(new_id("D"), team, "", "im", (person.id, workspace.install(team).bot)))
    for key in new.channels:
        workspace.join(find_place(workspace, key, team), person.id)
    return {"ok": True, "person": dataclasses.asdict(person)}


async def _add_place(workspace: Workspace, request: web.Request) -> Json:
    new = await read_body(request, NewPlace)
    team = find_team(workspace, new.team).id
    members = tuple(find_person(workspace, key, team).id for key in new.members)
    place = Place(
        new_id("C"), team, new.name, "private" if new.private else "public", members, is_archived=new.archived
    )
    workspace.save_place(place)
    return {"ok": True, "channel": workspace.place_to_json(place)}


async def _env(workspace: Workspace, request: web.Request) -> Json:
    """Return the bot's environment. `team` selects the bot tokens: the first by default, `all` in order."""
    address = f"http://{request.host}"
    team_key = request.query.get("team")
    teams = workspace.teams() if team_key == "all" else [find_team(workspace, team_key)]
    return {
        "SLACK_BASE_URL": f"{address}/slack/api/",
        "SLACK_BOT_TOKEN": ",".join(workspace.install(team.id).token for team in teams),
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "RECRAFT_BASE_URL": f"{address}/recraft/v1",
        "RECRAFT_API_TOKEN": "practice-recraft",
        "OPENAI_BASE_URL": f"{address}/openai/v1",
        "OPENAI_API_KEY": "practice-openai",
        "GEMINI_BASE_URL": f"{address}/gemini/v1beta",
        "GEMINI_API_KEY": "practice-gemini",
        "TOKEN_KEYS": PRACTICE_TOKEN_KEY,
        "WEBHOOK_ALLOW_LOOPBACK": "true",
    }


async def _state(cache: StateCache, workspace: Workspace, request: web.Request) -> web.Response:
    query = request.query
    person = find_person(workspace, query["user"]) if query.get("user") else None
    channel = find_place(workspace, query["channel"]).id if query.get("channel") else None
    limit = min(_parse_integer(query.get("limit", "100")), _MAX_MESSAGES)
    state_query = StateQuery(person, channel, query.get("thread"), limit, query.get("before"))
    answer = cache.get(workspace, request.query_string, lambda: build_state(workspace, state_query))
    return web.Response(body=answer, content_type="application/json")


async def _deliveries(workspace: Workspace, request: web.Request) -> Json:
    kind = request.query.get("kind")
    deliveries = [delivery.to_json() for delivery in workspace.dispatcher.deliveries if kind in (None, delivery.kind)]
    return {"deliveries": deliveries[-_parse_integer(request.query.get("limit", "100")) :]}


async def _calls(workspace: Workspace, request: web.Request) -> Json:
    limit = _parse_integer(request.query.get("limit", "100"))
    return {"calls": workspace.call_log.latest(limit, request.query.get("method"))}


async def _file(workspace: Workspace, request: web.Request) -> web.StreamResponse:
    """Return a file's bytes, or a smaller JPEG; headers stop a browser from running them."""
    file = workspace.store.get_document("file", request.match_info["id"])
    if file is None or not file["received"]:
        raise ControlError("no_such_file", request.match_info["id"], 404)
    path = files.file_path(workspace, file["id"])
    width = request.query.get("width", "")
    if width.isdigit() and file["mimetype"].startswith("image/"):
        body = await asyncio.to_thread(_thumbnail, path, int(width))
        return web.Response(body=body, content_type="image/jpeg", headers={"Cache-Control": "max-age=3600"})
    sandbox_headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return web.FileResponse(path, headers={"Content-Type": file["mimetype"], **sandbox_headers})


async def _live(workspace: Workspace, request: web.Request) -> web.StreamResponse:
    key = request.query.get("user")
    return await workspace.live_updates.serve(request, find_person(workspace, key).id if key else None)


def _thumbnail(source: Path, width: int) -> bytes:
    with Image.open(source) as picture:
        buffer = io.BytesIO()
        picture.draft("RGB", (width, width * picture.height // picture.width))
        picture.thumbnail((width, picture.height), Image.Resampling.LANCZOS)
        picture.convert("RGB").save(buffer, "JPEG", quality=85)
        return buffer.getvalue()


def _parse_integer(text: str) -> int:
    if not text.isdigit():
        raise ControlError("bad_request", f"{text!r} is no number")
    return int(text)
