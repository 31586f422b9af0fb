"""The installation of the bot that a payload belongs to; nothing else decides it.

In a channel that is shared with other organizations, `team` and the outer `team_id` can be the sender's. Slack names
the installation in `authorizations` of an event and in `view.app_installed_team_id`; `team` is null for an installation
in an organization (docs.slack.dev, "Understanding Slack Connect", and slack_bolt's `extract_team_id`).
"""

from collections.abc import Collection, Iterator, MutableMapping
from typing import Any

from handlers.slack.payloads.scalars import parse_id, parse_optional_id, parses_payload
from handlers.slack.payloads.values import BadPayload, Payload

_DECIDED = "castroom_installation"


@parses_payload
def installation_team(body: Payload) -> str:
    """Return the workspace, or the organization, whose installation the payload belongs to."""
    if decided := body.get(_DECIDED):
        return parse_id(decided)
    if not (found := next(_named_teams(body), "")):
        raise BadPayload("payload without a workspace")
    return found


@parses_payload
def decide_installation(body: MutableMapping[str, Any], installed: Collection[str]) -> str:
    """Choose the first named workspace that is installed, else the first one; record and return it, "" without any.

    A payload of a shared channel can name two workspaces with the bot, so the order counts.
    """
    body.pop(_DECIDED, None)
    named = list(_named_teams(body))
    decided = next((team for team in named if team in installed), next(iter(named), ""))
    if decided:
        body[_DECIDED] = decided
    return decided


@parses_payload
def installation_id_of(body: Payload) -> str:
    """Return the organization where the payload is of an organization's installation, else the workspace."""
    for authorization in [*map(_object, body.get("authorizations") or ()), body]:
        enterprise = authorization.get("enterprise_id") or authorization.get("context_enterprise_id")
        if authorization.get("is_enterprise_install") is True and enterprise:
            return parse_id(enterprise)
    return installation_team(body)


@parses_payload
def named_installations(body: Payload) -> list[str]:
    """Return the workspaces and organizations that the payload names, each once, the most reliable first."""
    return list(dict.fromkeys(_named_teams(body)))


@parses_payload
def is_organizations(body: Payload) -> bool:
    """Whether Slack says that the payload is for the installation of an organization."""
    flags = [_object(each).get("is_enterprise_install") for each in (*(body.get("authorizations") or ()), body)]
    return any(flag in (True, "true") for flag in flags)


@parses_payload
def organization_workspaces(body: Payload) -> list[tuple[str, str]]:
    """Return each workspace that the payload names together with its organization."""
    enterprise = _object(body.get("enterprise")).get("id")
    pairs = [
        *((each.get("team_id"), each.get("enterprise_id")) for each in map(_object, body.get("authorizations") or ())),
        (body.get("context_team_id"), body.get("context_enterprise_id")),
        (_object(body.get("team")).get("id"), _object(body.get("team")).get("enterprise_id") or enterprise),
        (body.get("team_id"), body.get("enterprise_id")),
    ]
    if is_organizations(body):
        # A payload of an organization's installation may have no team.
        view, user = _object(body.get("view")), _object(body.get("user"))
        pairs += [(view.get("team_id"), enterprise), (user.get("team_id"), enterprise)]
    found = [(parse_optional_id(team), parse_optional_id(organization)) for team, organization in pairs]
    return [(team, organization) for team, organization in found if team and organization]


def _named_teams(body: Payload) -> Iterator[str]:
    """Return the workspaces that the payload names, the most reliable first."""
    view, event_teams = _object(body.get("view")), [_object(each) for each in body.get("authorizations") or ()]
    yield from _ids(view.get("app_installed_team_id"), _team_of_own_message(body))
    yield from _ids(*(each.get("team_id") for each in event_teams), body.get("context_team_id"))
    yield from _ids(_object(body.get("team")).get("id"), body.get("team_id"))
    yield from _ids(_object(body.get("user")).get("team_id"), view.get("team_id"))
    yield from _ids(*(each.get("enterprise_id") for each in event_teams), body.get("context_enterprise_id"))
    yield from _ids(_object(body.get("enterprise")).get("id"), body.get("enterprise_id"))


def _team_of_own_message(body: Payload) -> object:
    """Return the workspace of the pressed message, which the bot posted with its own installation."""
    message, app = _object(body.get("message")), body.get("api_app_id")
    is_own = body.get("type") == "block_actions" and app and message.get("app_id") == app
    return message.get("team") if is_own else None


def _ids(*values: object) -> Iterator[str]:
    yield from (found for value in values if (found := parse_optional_id(value)))


def _object(value: object) -> Payload:
    return value if isinstance(value, dict) else {}
