"""Modals and home tabs."""

import secrets
import time
from functools import partial

import msgspec

from playground.seed_data import Install
from playground.slack.block_kit.elements import initial_state
from playground.slack.block_kit.validator import check_refused, check_view
from playground.slack.core.errors import SlackError
from playground.slack.core.ids import new_id
from playground.slack.core.store import Json
from playground.slack.workspace import files
from playground.slack.workspace.message_content import with_ids
from playground.slack.workspace.workspace import Workspace

_MAX_STACK = 3
# docs.slack.dev, "views.open": 250 KB.
_MAX_BYTES = 250_000


def validate_view(workspace: Workspace, team: str, view: object, kind: str) -> Json:
    """Validate a view in a workspace; raises SlackError `invalid_arguments`, `view_too_large`."""
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", ("must provide an object [json-pointer:/view]",))
    problems = check_view(view, kind, partial(files.is_usable_in_blocks, workspace, team))
    problems += check_refused(view.get("blocks"), workspace.settings.refused_blocks, "/view/blocks")
    if problems:
        raise SlackError("invalid_arguments", problems)
    if len(msgspec.json.encode(view)) > _MAX_BYTES:
        raise SlackError("view_too_large")
    return view


def open_modal(workspace: Workspace, install: Install, person: str, body: Json) -> Json:
    """Open a new stack of modals; it replaces the person's open one."""
    for old in modal_stack(workspace, person):
        _remove_view(workspace, old)
    return _create_view(workspace, install, person, body, None)


def push_modal(workspace: Workspace, install: Install, person: str, body: Json) -> Json:
    """Push onto the open stack; raises SlackError `push_limit_reached`, `not_found`."""
    below = modal_stack(workspace, person)
    if not below:
        raise SlackError("not_found")
    if len(below) >= _MAX_STACK:
        raise SlackError("push_limit_reached")
    return _create_view(workspace, install, person, body, below[-1])


def publish_home(workspace: Workspace, install: Install, person: str, body: Json, expected_hash: str) -> Json:
    """Publish a person's home tab; `expected_hash` is the hash the app last saw, if it sent one."""
    old = home_view(workspace, person)
    if old is None:
        return _create_view(workspace, install, person, body, None)
    return replace_view(workspace, install, old, body, expected_hash)


def update_view(
    workspace: Workspace, install: Install, key: str, external_id: str, view: object, expected_hash: str
) -> Json:
    """Update a view; raises SlackError `not_found`, `hash_conflict`."""
    found = [
        old
        for old in workspace.store.list_documents("view")
        if old["id"] == key or (external_id and old["external_id"] == external_id)
    ]
    if not found or found[0]["app_installed_team_id"] != install.team:
        raise SlackError("not_found")
    return replace_view(
        workspace, install, found[0], validate_view(workspace, install.team, view, found[0]["type"]), expected_hash
    )


def replace_view(workspace: Workspace, install: Install, old: Json, body: Json, expected_hash: str = "") -> Json:
    """Replace a view's content; inputs stay if block and action keep their ids."""
    if expected_hash and expected_hash != old["hash"]:
        raise SlackError("hash_conflict")
    new = _build_view(install, old["user"], body)
    state_values = new["state"]["values"]
    for block, actions in old["state"]["values"].items():
        state_values[block] = {name: actions.get(name, value) for name, value in state_values.get(block, {}).items()}
    state = {"values": {block: actions for block, actions in state_values.items() if actions}}
    return save_view(workspace, {**new, "id": old["id"], "state": state, **_stack_fields(old)})


def close_view(workspace: Workspace, view: Json, whole_stack: bool = False) -> list[Json]:
    """Close a view or the whole stack; return the closed ones, top first."""
    open_views = modal_stack(workspace, view["user"])
    closed = open_views if whole_stack else [view]
    for old in reversed(closed):
        _remove_view(workspace, old)
    return list(reversed(closed))


def modal_stack(workspace: Workspace, person: str) -> list[Json]:
    """Return the person's open modals, bottom first."""
    found = [
        view for view in workspace.store.list_documents("view") if view["type"] == "modal" and view["user"] == person
    ]
    return sorted(found, key=lambda view: view["opened"])


def home_view(workspace: Workspace, person: str) -> Json | None:
    found = (
        view for view in workspace.store.list_documents("view") if view["type"] == "home" and view["user"] == person
    )
    return next(found, None)


def save_view(workspace: Workspace, view: Json) -> Json:
    workspace.store.set_document("view", view["id"], view)
    key = view["user"] if view["type"] == "home" else view["id"]
    kind = "home" if view["type"] == "home" else "view"
    workspace.live_updates.publish({"kind": kind, "id": key, "value": view}, readers={view["user"]})
    return view


def to_view_object(view: Json) -> Json:
    """Build a view object without internal fields."""
    return {name: value for name, value in view.items() if name not in ("user", "opened")}


def _create_view(workspace: Workspace, install: Install, person: str, body: Json, below: Json | None) -> Json:
    key = new_id("V")
    stack_fields = {
        "root_view_id": below["root_view_id"] if below else key,
        "previous_view_id": below["id"] if below else None,
    }
    return save_view(
        workspace, {**_build_view(install, person, body), "id": key, **stack_fields, "opened": time.time_ns()}
    )


def _build_view(install: Install, person: str, body: Json) -> Json:
    blocks = [with_ids(block) for block in body["blocks"]]
    view: Json = {"team_id": install.team, "type": body["type"], "blocks": blocks, "user": person}
    view |= {name: body.get(name) for name in ("title", "submit", "close")}
    view |= {name: body.get(name) or "" for name in ("callback_id", "external_id", "private_metadata")}
    view |= {"clear_on_close": bool(body.get("clear_on_close")), "notify_on_close": bool(body.get("notify_on_close"))}
    view |= {"state": {"values": initial_state(blocks)}, "hash": f"{int(time.time())}.{secrets.token_hex(4)}"}
    return view | {"app_id": install.app, "bot_id": install.bot_id, "app_installed_team_id": install.team}


def _stack_fields(old: Json) -> Json:
    return {name: old[name] for name in ("root_view_id", "previous_view_id", "opened")}


def _remove_view(workspace: Workspace, view: Json) -> None:
    workspace.store.delete_document("view", view["id"])
    workspace.live_updates.publish({"kind": "view", "id": view["id"], "value": None}, readers={view["user"]})
