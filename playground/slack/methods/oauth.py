"""oauth.v2.access: a code becomes an installation and its token."""

import secrets
from dataclasses import replace

from playground.people import CLIENT_ID, CLIENT_SECRET, Install
from playground.slack import oauth
from playground.slack.call import Call, Method
from playground.slack.errors import SlackError
from playground.slack.rates import TIER_4
from playground.slack.store import Json


def access(call: Call) -> Json:
    """Scopes add up over installations; a workspace that keeps the app keeps its token."""
    given = call.arguments
    if given.text("client_id") != CLIENT_ID:
        raise SlackError("invalid_client_id")
    if given.text("client_secret") != CLIENT_SECRET:
        raise SlackError("bad_client_secret")
    if given.text("grant_type", "authorization_code") != "authorization_code":
        raise SlackError("invalid_grant_type")
    allowed = oauth.take(call.world, given.text("code"), given.text("redirect_uri"))
    person = call.world.person(allowed["person"])
    assert person
    install = _installed(call.world.install(person.team), allowed["scopes"])
    call.world.save_install(install)
    team = call.world.store.thing("team", install.team) or {}
    return {
        "access_token": install.token,
        "token_type": "bot",
        "scope": ",".join(install.scopes),
        "bot_user_id": install.bot,
        "app_id": install.app,
        "team": {"id": team["id"], "name": team["name"]},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": person.id},
    }


def _installed(old: Install, scopes: list[str]) -> Install:
    """The old token if it still works; one that an uninstall took away does not come back."""
    if old.active:
        return replace(old, scopes=tuple(dict.fromkeys((*old.scopes, *scopes))))
    return replace(old, active=True, scopes=tuple(scopes), token=f"xoxb-practice-{secrets.token_hex(12)}")


METHODS = {"oauth.v2.access": Method(access, TIER_4, tokenless=True)}
