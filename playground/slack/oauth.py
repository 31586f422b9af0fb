"""Installing by OAuth: the page where a person says yes, and the codes it gives out.

docs.slack.dev, "Installing with OAuth": a code is good for ten minutes and for one use.
"""

import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web

from playground.people import CLIENT_ID, SLACKBOT, Person
from playground.slack.errors import SlackError
from playground.slack.store import Json
from playground.slack.world import World

_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_QUIET = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Install Castroom · practice workspace</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
main {{ max-width: 34rem; margin: 4rem auto; padding: 0 1.5rem }}
select, button {{ font: inherit; padding: .5rem .8rem; margin: .3rem .4rem .3rem 0 }}
</style></head><body><main>{body}</main></body></html>"""
_FORM = """<h1>Castroom wants to be installed</h1>
<p>This is a practice workspace: nobody outside this machine hears of it.</p>
<p>The app asks for: {scopes}.</p>
<form method="post">{hidden}
<p><label>You are <select name="person">{people}</select></label></p>
<button name="decision" value="allow">Allow</button><button name="decision" value="cancel">Cancel</button>
</form>"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an app asks a person for; `team` preselects a workspace."""

    scopes: tuple[str, ...]
    redirect_uri: str
    state: str
    team: str

    @property
    def fields(self) -> dict[str, str]:
        """The same as a form or an address carries it."""
        named = {"scope": ",".join(self.scopes), "redirect_uri": self.redirect_uri, "state": self.state}
        return {"client_id": CLIENT_ID, **named, "team": self.team}


class RefusedWishError(Exception):
    """What the page says instead of asking."""


def wish_from(query: Mapping[str, object]) -> Wish:
    """Raises RefusedWishError; of redirect addresses only those of this machine are known here."""
    given = {name: str(query.get(name, "")) for name in ("client_id", "scope", "redirect_uri", "state", "team")}
    if given["client_id"] != CLIENT_ID:
        raise RefusedWishError("invalid_client_id: no app has this client id")
    address = urlsplit(given["redirect_uri"])
    if address.scheme not in ("http", "https") or address.hostname not in _HERE:
        raise RefusedWishError("bad_redirect_uri: the address to come back to must be one of this machine")
    scopes = tuple(scope for scope in given["scope"].replace(" ", ",").split(",") if scope)
    if not scopes:
        raise RefusedWishError("no_scopes: the app asks for nothing")
    return Wish(scopes, given["redirect_uri"], given["state"], given["team"])


async def show(world: World, request: web.Request) -> web.Response:
    """The page where somebody decides."""
    try:
        wish = wish_from(request.query)
    except RefusedWishError as refusal:
        return _page(f"<h1>This cannot be installed</h1><p>{escape(str(refusal))}</p>", 400)
    hidden = "".join(f'<input type="hidden" name="{k}" value="{escape(v)}">' for k, v in wish.fields.items())
    people = "".join(_options(world, wish.team))
    return _page(_FORM.format(scopes=escape(", ".join(wish.scopes)), hidden=hidden, people=people))


async def decide(world: World, request: web.Request) -> web.Response:
    """Sends the person back to the app, with a code or with their no."""
    form = await request.post()
    try:
        wish = wish_from(form)
    except RefusedWishError as refusal:
        return _page(f"<h1>This cannot be installed</h1><p>{escape(str(refusal))}</p>", 400)
    if form.get("decision") != "allow":
        return _back(wish, {"error": "access_denied"})
    person = world.person(str(form.get("person", "")))
    if person is None or not _may_install(person):
        return _page("<h1>This cannot be installed</h1><p>Only members can install an app.</p>", 400)
    return _back(wish, {"code": give(world, wish, person.id)})


def give(world: World, wish: Wish, person: str) -> str:
    """A new code for what the person allowed."""
    code = f"{CLIENT_ID}.{secrets.token_hex(32)}"
    until = time.time() + world.settings.code_seconds
    row = {"person": person, "scopes": wish.scopes, "redirect_uri": wish.redirect_uri, "until": until}
    world.store.keep("oauth_code", code, row)
    return code


def take(world: World, code: str, redirect_uri: str) -> Json:
    """What the code stands for; from now on it stands for nothing. Raises SlackError."""
    row = world.store.thing("oauth_code", code)
    if row is None or row["until"] < time.time():
        raise SlackError("invalid_code")
    if row["redirect_uri"] != redirect_uri:
        raise SlackError("bad_redirect_uri")
    world.store.forget("oauth_code", code)
    return row


def _options(world: World, preferred: str) -> Iterator[str]:
    """People by workspace, the preferred one first."""
    for team in sorted(world.teams(), key=lambda team: team.id != preferred):
        members = [person for person in world.people(team.id) if _may_install(person)]
        rows = "".join(f'<option value="{p.id}">{escape(p.real_name)}</option>' for p in members)
        yield f'<optgroup label="{escape(team.name)}">{rows}</optgroup>'


def _may_install(person: Person) -> bool:
    return person.id != SLACKBOT and not (person.is_bot or person.is_guest or person.deleted)


def _back(wish: Wish, answer: dict[str, str]) -> web.Response:
    parts = urlsplit(wish.redirect_uri)
    state = {"state": wish.state} if wish.state else {}
    query = urlencode([*parse_qsl(parts.query), *answer.items(), *state.items()])
    return web.Response(status=302, headers={"Location": urlunsplit(parts._replace(query=query))})


def _page(body: str, status: int = 200) -> web.Response:
    return web.Response(text=_PAGE.format(body=body), content_type="text/html", status=status, headers=_QUIET)
