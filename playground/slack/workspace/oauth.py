"""Installation by OAuth: the page where a person agrees, and its codes.

docs.slack.dev, "Installing with OAuth": a code is valid for ten minutes and for one use.
"""

import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web

from playground.seed_data import CLIENT_ID, SLACKBOT, Person
from playground.slack.core.errors import SlackError
from playground.slack.core.store import Json
from playground.slack.workspace.workspace import Workspace

_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
_PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}
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
<button name="decision" value="allow">Allow</button>{organization}<button name="decision" value="cancel">Cancel</button>
</form>"""
_ORGANIZATION_BUTTON = '<button name="decision" value="allow_organization">Allow for the whole organization</button>'


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """An app's request for installation; `team` preselects a workspace."""

    scopes: tuple[str, ...]
    redirect_uri: str
    state: str
    team: str

    @property
    def fields(self) -> dict[str, str]:
        """The request as form or query fields."""
        request_fields = {"scope": ",".join(self.scopes), "redirect_uri": self.redirect_uri, "state": self.state}
        return {"client_id": CLIENT_ID, **request_fields, "team": self.team}


class InvalidAuthorizeRequest(Exception):
    """An invalid request; the page shows this text."""


def parse_authorize_request(query: Mapping[str, object]) -> AuthorizeRequest:
    """Parse a request; raises InvalidAuthorizeRequest. Redirect URLs must be on this machine."""
    values = {name: str(query.get(name, "")) for name in ("client_id", "scope", "redirect_uri", "state", "team")}
    if values["client_id"] != CLIENT_ID:
        raise InvalidAuthorizeRequest("invalid_client_id: no app has this client id")
    address = urlsplit(values["redirect_uri"])
    if address.scheme not in ("http", "https") or address.hostname not in _LOCAL_HOSTS:
        raise InvalidAuthorizeRequest("bad_redirect_uri: the address to come back to must be one of this machine")
    scopes = tuple(scope for scope in values["scope"].replace(" ", ",").split(",") if scope)
    if not scopes:
        raise InvalidAuthorizeRequest("no_scopes: the app asks for nothing")
    return AuthorizeRequest(scopes, values["redirect_uri"], values["state"], values["team"])


async def show_page(workspace: Workspace, request: web.Request) -> web.Response:
    """Show the page where a person decides."""
    try:
        authorize_request = parse_authorize_request(request.query)
    except InvalidAuthorizeRequest as error:
        return _page(f"<h1>This cannot be installed</h1><p>{escape(str(error))}</p>", 400)
    hidden = "".join(
        f'<input type="hidden" name="{k}" value="{escape(v)}">' for k, v in authorize_request.fields.items()
    )
    people = "".join(_options(workspace, authorize_request.team))
    organization = _ORGANIZATION_BUTTON if workspace.store.list_documents("organization") else ""
    scopes = escape(", ".join(authorize_request.scopes))
    return _page(_FORM.format(scopes=scopes, hidden=hidden, people=people, organization=organization))


async def decide(workspace: Workspace, request: web.Request) -> web.Response:
    """Send the person back to the app, with a code or with `access_denied`."""
    form = await request.post()
    try:
        authorize_request = parse_authorize_request(form)
    except InvalidAuthorizeRequest as error:
        return _page(f"<h1>This cannot be installed</h1><p>{escape(str(error))}</p>", 400)
    for_organization = form.get("decision") == "allow_organization"
    if form.get("decision") != "allow" and not for_organization:
        return _redirect_to_app(authorize_request, {"error": "access_denied"})
    person = workspace.person(str(form.get("person", "")))
    if person is None or not _can_install(person):
        return _page("<h1>This cannot be installed</h1><p>Only members can install an app.</p>", 400)
    if for_organization and workspace.organization_of(person.team) is None:
        return _page("<h1>This cannot be installed</h1><p>The workspace belongs to no organization.</p>", 400)
    code = issue_code(workspace, authorize_request, person.id, for_organization=for_organization)
    return _redirect_to_app(authorize_request, {"code": code})


def issue_code(
    workspace: Workspace, authorize_request: AuthorizeRequest, person: str, *, for_organization: bool
) -> str:
    """Issue a code for what the person allowed."""
    code = f"{CLIENT_ID}.{secrets.token_hex(32)}"
    expires_at = time.time() + workspace.settings.code_seconds
    row = {
        "person": person,
        "scopes": authorize_request.scopes,
        "redirect_uri": authorize_request.redirect_uri,
        "until": expires_at,
        "organization": for_organization,
    }
    workspace.store.set_document("oauth_code", code, row)
    return code


def redeem_code(workspace: Workspace, code: str, redirect_uri: str) -> Json:
    """Return what a code stands for, and invalidate it; raises SlackError."""
    row = workspace.store.get_document("oauth_code", code)
    if row is None or row["until"] < time.time():
        raise SlackError("invalid_code")
    if row["redirect_uri"] != redirect_uri:
        raise SlackError("bad_redirect_uri")
    workspace.store.delete_document("oauth_code", code)
    return row


def _options(workspace: Workspace, preferred: str) -> Iterator[str]:
    """Return people by workspace, the preferred workspace first."""
    for team in sorted(workspace.teams(), key=lambda team: team.id != preferred):
        members = [person for person in workspace.people(team.id) if _can_install(person)]
        rows = "".join(f'<option value="{p.id}">{escape(p.real_name)}</option>' for p in members)
        yield f'<optgroup label="{escape(team.name)}">{rows}</optgroup>'


def _can_install(person: Person) -> bool:
    return person.id != SLACKBOT and not (person.is_bot or person.is_limited or person.deleted)


def _redirect_to_app(authorize_request: AuthorizeRequest, result: dict[str, str]) -> web.Response:
    parts = urlsplit(authorize_request.redirect_uri)
    state = {"state": authorize_request.state} if authorize_request.state else {}
    query = urlencode([*parse_qsl(parts.query), *result.items(), *state.items()])
    return web.Response(status=302, headers={"Location": urlunsplit(parts._replace(query=query))})


def _page(body: str, status: int = 200) -> web.Response:
    return web.Response(text=_PAGE.format(body=body), content_type="text/html", status=status, headers=_PAGE_HEADERS)
