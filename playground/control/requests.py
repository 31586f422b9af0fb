"""Parsing of control requests and JSON responses."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from aiohttp import web

from playground.seed_data import Person, Place, Team
from playground.slack.core.errors import ControlError, SlackError
from playground.slack.core.store import Json
from playground.slack.web_api.routes import WORKSPACE
from playground.slack.workspace.workspace import Workspace

ControlHandler = Callable[[Workspace, web.Request], Awaitable[Json | web.StreamResponse]]
RequestBody = TypeVar("RequestBody")


def control_route(control_handler: ControlHandler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Turn a function of workspace and request into a handler that answers JSON, for errors as well."""

    async def handler(request: web.Request) -> web.StreamResponse:
        try:
            body = await control_handler(request.app[WORKSPACE], request)
        except ControlError as error:
            refusal = {"ok": False, "error": error.code, "detail": error.detail}
            return web.json_response(refusal, status=error.status)
        except SlackError as error:
            return web.json_response(error.body(), status=404 if error.code.endswith("not_found") else 400)
        return body if isinstance(body, web.StreamResponse) else web.json_response(body)

    return handler


async def read_body(request: web.Request, body_type: type[RequestBody]) -> RequestBody:
    """Parse the request's JSON; unknown names and wrong types raise a ControlError that names the place."""
    body = await request.read()
    try:
        return msgspec.json.decode(body or b"{}", type=body_type)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise ControlError("bad_request", str(error)) from error


def find_team(workspace: Workspace, key: str | None) -> Team:
    """Find a team by id; without one, return the first."""
    found = next((team for team in workspace.teams() if key in (None, team.id)), None)
    if found is None:
        raise ControlError("no_such_team", f"no workspace is called {key!r}", 404)
    return found


def find_person(workspace: Workspace, key: str, team: str | None = None) -> Person:
    """Find a person by id or first name, in one workspace or in any."""
    found = workspace.member(team, key) if team else workspace.person(key)
    if found is None:
        found = next((person for person in workspace.people(team) if person.name == key.lower()), None)
    if found is None:
        raise ControlError("no_such_person", f"nobody here is called {key!r}", 404)
    return found


def find_place(workspace: Workspace, key: str, team: str | None = None) -> Place:
    """Find a channel by id or name, with or without #, in one workspace or in any; the first match."""
    found = workspace.place(key)
    if found is None or team not in (None, found.team):
        name = key.removeprefix("#")
        found = next((place for place in workspace.places(team) if place.name and place.name == name), None)
    if found is None:
        raise ControlError("no_such_channel", f"no channel is called {key!r}", 404)
    return found
