"""Installation by OAuth: the page, the code, the token."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.web.async_client import AsyncWebClient

from playground.seed_data import CLIENT_ID, CLIENT_SECRET, INSTALLS, LANTERN, LANTERN_BOT, NOOR
from tests.support.practice_slack import PracticeWorkspace

# slack_sdk passes client id and secret to aiohttp in a deprecated way.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

REDIRECT_URI = "http://127.0.0.1:3000/slack/oauth_redirect"
AUTHORIZE_PATH = "/slack/oauth/v2/authorize"
AUTHORIZE_PARAMS = {"client_id": CLIENT_ID, "scope": "commands,chat:write", "redirect_uri": REDIRECT_URI, "state": "s1"}


async def submit_decision(
    workspace: PracticeWorkspace, decision: str = "allow", person: str = NOOR, **changes: str
) -> httpx.Response:
    form = AUTHORIZE_PARAMS | {"person": person, "decision": decision} | changes
    return await workspace.http.post(AUTHORIZE_PATH, data=form, headers={"Origin": workspace.address})


def redirect_params(answer: httpx.Response) -> dict[str, str]:
    """Return the query of the URL that the person is redirected to."""
    assert answer.status_code == 302, answer.text
    address = answer.headers["Location"]
    assert address.startswith(REDIRECT_URI)
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def get_code(workspace: PracticeWorkspace) -> str:
    return redirect_params(await submit_decision(workspace))["code"]


def make_client(workspace: PracticeWorkspace, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=f"{workspace.address}/slack/api/")


async def exchange_code(workspace: PracticeWorkspace, code: str, **changes: str) -> Any:
    arguments = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uri": REDIRECT_URI} | changes
    return await make_client(workspace).oauth_v2_access(code=code, **arguments)


async def exchange_error(workspace: PracticeWorkspace, code: str, **changes: str) -> str:
    with pytest.raises(SlackApiError) as caught:
        await exchange_code(workspace, code, **changes)
    return str(caught.value.response["error"])


async def test_authorize_page_names_app_scopes_and_users(workspace: PracticeWorkspace) -> None:
    address = AuthorizeUrlGenerator(
        client_id=CLIENT_ID,
        redirect_uri=REDIRECT_URI,
        scopes=["commands", "chat:write"],
        authorization_url=f"{workspace.address}{AUTHORIZE_PATH}",
    ).generate("<s>")
    answer = await workspace.http.get(f"{address}&team={LANTERN}")
    assert answer.status_code == 200
    for expected in ("practice workspace", "commands, chat:write", "Lena Ortiz", "Noor Haddad", "Allow", "Cancel"):
        assert expected in answer.text
    assert "<s>" not in answer.text
    assert "&lt;s&gt;" in answer.text
    for excluded in ("Slackbot", ">Castroom<"):
        assert excluded not in answer.text


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"redirect_uri": "https://evil.example/"}, "bad_redirect_uri"),
        ({"redirect_uri": "javascript://127.0.0.1/%0aalert(1)"}, "bad_redirect_uri"),
        ({"scope": ""}, "no_scopes"),
    ],
)
async def test_invalid_authorize_request_is_rejected(
    workspace: PracticeWorkspace, changes: dict[str, str], word: str
) -> None:
    shown = await workspace.http.get(AUTHORIZE_PATH, params=AUTHORIZE_PARAMS | changes)
    sent = await submit_decision(workspace, **changes)
    assert (shown.status_code, sent.status_code) == (400, 400)
    assert word in shown.text
    assert word in sent.text


async def test_foreign_origin_cannot_approve_an_install(workspace: PracticeWorkspace) -> None:
    form = AUTHORIZE_PARAMS | {"person": NOOR, "decision": "allow"}
    answer = await workspace.http.post(AUTHORIZE_PATH, data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize("person", ["U0NOBODY", LANTERN_BOT, "USLACKBOT"])
async def test_only_members_install_apps(workspace: PracticeWorkspace, person: str) -> None:
    assert (await submit_decision(workspace, person=person)).status_code == 400


async def test_cancelled_install_redirects_without_a_code(workspace: PracticeWorkspace) -> None:
    assert redirect_params(await submit_decision(workspace, "cancel")) == {"error": "access_denied", "state": "s1"}


async def test_code_becomes_a_token_of_the_users_workspace(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/uninstall", team=LANTERN)
    params = redirect_params(await submit_decision(workspace))
    assert params["state"] == "s1"
    answer = await exchange_code(workspace, params["code"])
    assert (answer["token_type"], answer["scope"]) == ("bot", "commands,chat:write")
    assert (answer["team"], answer["bot_user_id"]) == ({"id": LANTERN, "name": "Lantern Advertising"}, LANTERN_BOT)
    assert answer["authed_user"] == {"id": NOOR}
    assert answer["is_enterprise_install"] is False
    identity = await make_client(workspace, answer["access_token"]).auth_test()
    assert identity["team_id"] == LANTERN
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await make_client(workspace, INSTALLS[1].token).auth_test()


async def test_a_second_installation_keeps_the_token_and_adds_scopes(workspace: PracticeWorkspace) -> None:
    answer = await exchange_code(
        workspace, redirect_params(await submit_decision(workspace, scope="team:read"))["code"]
    )
    assert answer["access_token"] == INSTALLS[1].token
    assert set(answer["scope"].split(",")) == {*INSTALLS[1].scopes, "team:read"}


async def test_code_can_be_used_once(workspace: PracticeWorkspace) -> None:
    code = await get_code(workspace)
    await exchange_code(workspace, code)
    assert await exchange_error(workspace, code) == "invalid_code"


async def test_code_expires(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/settings", code_seconds=0.05)
    code = await get_code(workspace)
    await asyncio.sleep(0.1)
    assert await exchange_error(workspace, code) == "invalid_code"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"client_secret": "wrong"}, "bad_client_secret"),
        ({"redirect_uri": f"{REDIRECT_URI}/else"}, "bad_redirect_uri"),
        ({"grant_type": "refresh_token"}, "invalid_grant_type"),
    ],
)
async def test_rejected_exchange_does_not_use_up_the_code(
    workspace: PracticeWorkspace, changes: dict[str, str], error: str
) -> None:
    code = await get_code(workspace)
    assert await exchange_error(workspace, code, **changes) == error
    assert (await exchange_code(workspace, code))["ok"]


async def test_call_log_contains_no_secret_or_token(workspace: PracticeWorkspace) -> None:
    await exchange_code(workspace, await get_code(workspace))
    (call,) = (await workspace.get("calls", method="oauth.v2.access"))["calls"]
    assert call["ok"]
    assert CLIENT_SECRET not in str(call)
    assert INSTALLS[1].token not in str(call)


async def refresh(workspace: PracticeWorkspace, refresh_token: str) -> Any:
    return await make_client(workspace).oauth_v2_access(
        client_id=CLIENT_ID, client_secret=CLIENT_SECRET, grant_type="refresh_token", refresh_token=refresh_token
    )


async def test_a_refresh_token_works_once_and_the_token_before_until_it_expires(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/settings", token_seconds=100)
    first = await exchange_code(workspace, await get_code(workspace))
    assert (first["expires_in"], first["access_token"][:10]) == (100, "xoxe.xoxb-")
    second = await refresh(workspace, first["refresh_token"])
    assert second["access_token"] != first["access_token"]
    for granted in (first, second):
        assert (await make_client(workspace, granted["access_token"]).auth_test())["team_id"] == LANTERN
    with pytest.raises(SlackApiError, match="invalid_refresh_token"):
        await refresh(workspace, first["refresh_token"])


async def test_a_rotated_token_expires(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/settings", token_seconds=0.1)
    granted = await exchange_code(workspace, await get_code(workspace))
    await asyncio.sleep(0.2)
    with pytest.raises(SlackApiError, match="token_expired"):
        await make_client(workspace, granted["access_token"]).auth_test()


async def test_an_uninstall_revokes_every_token(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/settings", token_seconds=100)
    first = await exchange_code(workspace, await get_code(workspace))
    second = await refresh(workspace, first["refresh_token"])
    await workspace.post("slack/uninstall", team=LANTERN)
    for granted in (first, second):
        with pytest.raises(SlackApiError, match="account_inactive"):
            await make_client(workspace, granted["access_token"]).auth_test()
    with pytest.raises(SlackApiError, match="invalid_refresh_token"):
        await refresh(workspace, second["refresh_token"])


async def test_an_organization_installs_with_one_token_that_needs_the_workspace(workspace: PracticeWorkspace) -> None:
    await workspace.post("slack/organization", id="E0STUDIOS", name="Studios", teams=[LANTERN])
    decided = await submit_decision(workspace, "allow_organization", scope="users:read")
    code = redirect_params(decided)["code"]
    granted = await exchange_code(workspace, code)
    assert (granted["team"], granted["is_enterprise_install"]) == (None, True)
    assert granted["enterprise"] == {"id": "E0STUDIOS", "name": "Studios"}
    client = make_client(workspace, granted["access_token"])
    assert (await client.auth_test())["enterprise_id"] == "E0STUDIOS"
    assert (await client.users_info(user=NOOR, team_id=LANTERN))["user"]["id"] == NOOR
    for team, error in (("", "missing_argument"), ("T0HARBOUR", "team_access_not_granted")):
        with pytest.raises(SlackApiError, match=error):
            await client.users_info(user=NOOR, team_id=team)


async def test_a_workspace_without_an_organization_cannot_install_for_one(workspace: PracticeWorkspace) -> None:
    answer = await submit_decision(workspace, "allow_organization")
    assert (answer.status_code, "belongs to no organization" in answer.text) == (400, True)
