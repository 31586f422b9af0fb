"""Modals and home tabs."""

import secrets
import time
from functools import partial

import msgspec

from playground.people import Install
from playground.slack import files
from playground.slack.content import named
from playground.slack.errors import SlackError
from playground.slack.ids import new_id
from playground.slack.inputs import initial_state
from playground.slack.store import Json
from playground.slack.validator import check_view, refused
from playground.slack.world import World

_DEEPEST = 3
# docs.slack.dev, "views.open": 250 KB.
_LARGEST = 250_000


def checked(world: World, team: str, view: object, kind: str) -> Json:
    """A view that Slack takes in a workspace; raises SlackError `invalid_arguments`, `view_too_large`."""
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", ("must provide an object [json-pointer:/view]",))
    problems = check_view(view, kind, partial(files.usable_in_blocks, world, team))
    problems += refused(view.get("blocks"), world.settings.refused_blocks, "/view/blocks")
    if problems:
        raise SlackError("invalid_arguments", problems)
    if len(msgspec.json.encode(view)) > _LARGEST:
        raise SlackError("view_too_large")
    return view


def open_modal(world: World, install: Install, person: str, body: Json) -> Json:
    """A new stack; what the person had open before is gone."""
    for old in stack(world, person):
        _remove(world, old)
    return _new(world, install, person, body, None)


def push(world: World, install: Install, person: str, body: Json) -> Json:
    """On top of the open stack; raises SlackError `push_limit_reached`, `not_found`."""
    below = stack(world, person)
    if not below:
        raise SlackError("not_found")
    if len(below) >= _DEEPEST:
        raise SlackError("push_limit_reached")
    return _new(world, install, person, body, below[-1])


def publish(world: World, install: Install, person: str, body: Json, known: str) -> Json:
    """The home tab of one person; `known` is the hash the app last saw, if it sent one."""
    old = home(world, person)
    if old is None:
        return _new(world, install, person, body, None)
    return replace(world, install, old, body, known)


def update(world: World, install: Install, key: str, external: str, view: object, known: str) -> Json:
    """Raises SlackError `not_found`, `hash_conflict`."""
    found = [
        old for old in world.store.things("view") if old["id"] == key or (external and old["external_id"] == external)
    ]
    if not found or found[0]["app_installed_team_id"] != install.team:
        raise SlackError("not_found")
    return replace(world, install, found[0], checked(world, install.team, view, found[0]["type"]), known)


def replace(world: World, install: Install, old: Json, body: Json, known: str = "") -> Json:
    """New content under the old id; what was entered stays where block and action keep their ids."""
    if known and known != old["hash"]:
        raise SlackError("hash_conflict")
    new = _built(install, old["user"], body)
    entered = new["state"]["values"]
    for block, actions in old["state"]["values"].items():
        entered[block] = {name: actions.get(name, value) for name, value in entered.get(block, {}).items()}
    state = {"values": {block: actions for block, actions in entered.items() if actions}}
    return save(world, {**new, "id": old["id"], "state": state, **_place_in_stack(old)})


def close(world: World, view: Json, everything: bool = False) -> list[Json]:
    """Takes the view away, or the whole stack; returns what was closed, top first."""
    above = stack(world, view["user"])
    gone = above if everything else [view]
    for old in reversed(gone):
        _remove(world, old)
    return list(reversed(gone))


def stack(world: World, person: str) -> list[Json]:
    """The person's open modals, bottom first."""
    found = [view for view in world.store.things("view") if view["type"] == "modal" and view["user"] == person]
    return sorted(found, key=lambda view: view["opened"])


def home(world: World, person: str) -> Json | None:
    found = (view for view in world.store.things("view") if view["type"] == "home" and view["user"] == person)
    return next(found, None)


def save(world: World, view: Json) -> Json:
    world.store.keep("view", view["id"], view)
    key = view["user"] if view["type"] == "home" else view["id"]
    kind = "home" if view["type"] == "home" else "view"
    world.live.publish({"kind": kind, "id": key, "value": view}, readers={view["user"]})
    return view


def for_app(view: Json) -> Json:
    """Without what only this side knows."""
    return {name: value for name, value in view.items() if name not in ("user", "opened")}


def _new(world: World, install: Install, person: str, body: Json, below: Json | None) -> Json:
    key = new_id("V")
    places = {
        "root_view_id": below["root_view_id"] if below else key,
        "previous_view_id": below["id"] if below else None,
    }
    return save(world, {**_built(install, person, body), "id": key, **places, "opened": time.time_ns()})


def _built(install: Install, person: str, body: Json) -> Json:
    blocks = [named(block) for block in body["blocks"]]
    view: Json = {"team_id": install.team, "type": body["type"], "blocks": blocks, "user": person}
    view |= {name: body.get(name) for name in ("title", "submit", "close")}
    view |= {name: body.get(name) or "" for name in ("callback_id", "external_id", "private_metadata")}
    view |= {"clear_on_close": bool(body.get("clear_on_close")), "notify_on_close": bool(body.get("notify_on_close"))}
    view |= {"state": {"values": initial_state(blocks)}, "hash": f"{int(time.time())}.{secrets.token_hex(4)}"}
    return view | {"app_id": install.app, "bot_id": install.bot_id, "app_installed_team_id": install.team}


def _place_in_stack(old: Json) -> Json:
    return {name: old[name] for name in ("root_view_id", "previous_view_id", "opened")}


def _remove(world: World, view: Json) -> None:
    world.store.forget("view", view["id"])
    world.live.publish({"kind": "view", "id": view["id"], "value": None}, readers={view["user"]})
