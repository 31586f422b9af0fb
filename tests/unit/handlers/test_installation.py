"""The installation of a payload: shared channels, organizations, and payloads that name two workspaces."""

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.domain.ids import ChannelRef
from bot.domain.service_errors import SlackUnavailable
from handlers.slack.middleware import EnvelopeValidation
from handlers.slack.payloads.installation import (
    decide_installation,
    installation_team,
    is_organizations,
    named_installations,
    organization_workspaces,
)
from handlers.slack.payloads.parsers import (
    command_from,
    home_opened_from,
    mention_from,
    options_query_from,
    press_from,
    reaction_from,
    shortcut_from,
    submission_from,
)
from handlers.slack.payloads.values import BadPayload
from tests.support.listener_harness import listener_harness
from tests.support.slack_payloads import (
    home_opened,
    mention_event,
    message_press,
    reaction_event,
    slash_command,
    view_action,
    view_submission,
)

CLIENT = "T0CLIENTCO"
AUTHORIZED = {"authorizations": [{"team_id": "T1", "user_id": "U0BOT"}], "is_ext_shared_channel": True}


def from_client(body: dict[str, Any]) -> dict[str, Any]:
    """The same event as Slack sends it for a message of another organization."""
    return body | {"team_id": CLIENT} | AUTHORIZED


def view_of_client(body: dict[str, Any], team: str | None) -> dict[str, Any]:
    """The same form, submitted by a person of another organization; `team` is the outer one."""
    view = body["view"] | {"app_installed_team_id": "T1", "team_id": CLIENT}
    outer = {"id": team} if team else None
    return body | {"team": outer, "user": {"id": "U0MEI", "team_id": CLIENT}, "view": view}


def suggestion() -> dict[str, Any]:
    return view_submission("form", "w1") | {"type": "block_suggestion", "action_id": "cast_name", "value": "Ma"}


def shortcut(**outer: Any) -> dict[str, Any]:
    message = {"ts": "1.1", "text": "a fisherwoman", "team": CLIENT}
    user = {"id": "U0MEI", "team_id": "T1"}
    return {
        "type": "message_action",
        "user": user,
        "channel": {"id": "C1"},
        "trigger_id": "t",
        "message": message,
    } | outer


@pytest.mark.parametrize("named", [AUTHORIZED, {"context_team_id": "T1"}], ids=["authorizations", "context"])
def test_events_of_shared_channels_belong_to_the_installation(named: dict[str, Any]) -> None:
    outer = {"team_id": CLIENT} | named
    reaction, home = reaction_from(reaction_event("one") | outer), home_opened_from(home_opened("home") | outer)
    assert reaction
    assert home
    assert (reaction.place, home.team) == (ChannelRef("T1", "C1"), "T1")
    assert mention_from(mention_event("<@U0BOT> Maya") | outer).place == ChannelRef("T1", "C1")


@pytest.mark.parametrize("team", [CLIENT, None])
def test_forms_belong_to_the_installation_that_opened_them(team: str | None) -> None:
    assert submission_from(view_of_client(view_submission("refine", "r1"), team)).place.team == "T1"
    assert options_query_from(view_of_client(suggestion(), team)).place.team == "T1"
    assert installation_team(view_of_client(view_action("page:next", "2"), team)) == "T1"


@pytest.mark.parametrize("outer", [{"team": None}, {}, {"team": None, "is_enterprise_install": True}], ids=str)
def test_the_users_workspace_decides_where_team_is_null(outer: dict[str, Any]) -> None:
    assert shortcut_from(shortcut(**outer)).place.team == "T1"
    press = {name: part for name, part in message_press("lock", "r1").items() if name != "team"}
    assert press_from(press | outer).place.team == "T1"
    submitted = view_submission("refine", "r1")
    del submitted["team"]
    assert submission_from(submitted | outer).place.team == "T1"


def test_a_press_on_the_bots_message_belongs_to_the_installation_that_posted_it() -> None:
    message = {"app_id": "A1", "team": "T1", "ts": "1.1"}
    assert press_from(message_press("vote:1", "r1-0", team="T2") | {"message": message}).place.team == "T1"
    other_app = message | {"app_id": "A2"}
    assert press_from(message_press("vote:1", "r1-0", team="T2") | {"message": other_app}).place.team == "T2"


@pytest.mark.parametrize(
    ("body", "team"),
    [
        ({"team_id": CLIENT, "context_team_id": "T2"}, "T2"),
        ({"authorizations": [{"team_id": None, "enterprise_id": "E1"}], "team_id": CLIENT}, "E1"),
        ({"authorizations": [{"team_id": "T9"}, {"team_id": "T2"}], "team_id": CLIENT}, "T2"),
        ({"team": {"id": CLIENT}, "user": {"team_id": "T2"}}, "T2"),
        ({"team": {"id": CLIENT}, "enterprise": {"id": "E1"}}, "E1"),
        ({"team_id": CLIENT}, CLIENT),
    ],
    ids=str,
)
def test_an_installed_workspace_precedes_others(body: dict[str, Any], team: str) -> None:
    assert decide_installation(body, {"T1", "T2", "E1"}) == team
    assert installation_team(body) == team


def test_the_bot_of_the_installation_is_taken_out_of_a_mention() -> None:
    authorizations = [{"team_id": "T9", "user_id": "U0OTHERBOT"}, {"team_id": "T2", "user_id": "U0BOT"}]
    body = mention_event("<@U0BOT> Maya and <@U0OTHERBOT>", team=CLIENT) | {"authorizations": authorizations}
    assert decide_installation(body, {"T2"}) == "T2"
    assert mention_from(body).text == "Maya and @U0OTHERBOT"


def test_a_payload_cannot_decide_itself() -> None:
    body = slash_command("Maya") | {"castroom_installation": "T2"}
    assert decide_installation(body, {"T1", "T2"}) == "T1"
    assert command_from(body).place.team == "T1"


@pytest.mark.parametrize(
    "body", [{}, {"team": None}, {"team_id": 7}, {"authorizations": [{"team_id": ["T1"]}]}], ids=str
)
def test_a_payload_without_a_workspace_is_rejected(body: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        installation_team(body)


async def test_the_mention_of_another_organization_is_answered_with_our_token() -> None:
    async with listener_harness() as harness:
        await harness.send(from_client(mention_event("<@U0BOT>")))
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
        assert ("chat.postEphemeral", "xoxb-test") in harness.slack.tokens
    assert sent["team_id"] == "T1"


async def test_a_press_of_another_organizations_person_is_taken() -> None:
    message = {"app_id": "A1", "team": "T1", "ts": "1764000000.000100"}
    async with listener_harness() as harness:
        await harness.send(message_press("vote:1", "r1-0", team=CLIENT) | {"message": message})
    assert harness.use_cases.calls[0][0] == "voting.click"


@pytest.mark.parametrize(
    "body",
    [
        {"context_team_id": "T7", "context_enterprise_id": "E1", "authorizations": [{"is_enterprise_install": True}]},
        {"team_id": "T7", "enterprise_id": "E1", "is_enterprise_install": "true"},
        {"team": {"id": "T7"}, "enterprise": {"id": "E1"}, "is_enterprise_install": True},
        {"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True, "user": {"team_id": "T7"}},
        {"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True, "view": {"team_id": "T7"}},
    ],
)
def test_a_payload_of_an_organization_names_workspace_and_organization(body: dict[str, Any]) -> None:
    assert is_organizations(body)
    assert ("T7", "E1") in organization_workspaces(body)
    assert named_installations(body)[0] == "T7"


def test_a_payload_of_a_workspace_is_not_of_an_organization() -> None:
    for body in (slash_command("help"), mention_event("hello"), message_press("vote:1", "r1")):
        assert not is_organizations(body)
        assert organization_workspaces(body) == []


async def test_while_nobody_knows_who_is_installed_slack_is_asked_to_send_again() -> None:
    class AwayLookup:
        async def is_installed(self, team: str) -> bool:
            raise SlackUnavailable(f"token of {team}: away")

        async def learn_organization(self, team: str, enterprise: str) -> bool:
            return False

    app = AsyncApp(authorize=authorize_nobody, signing_secret="s", before_authorize=EnvelopeValidation(AwayLookup()))
    response = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=slash_command("help")))
    assert response.status == 503


async def authorize_nobody() -> AuthorizeResult:
    raise AssertionError("nobody is authorized")
