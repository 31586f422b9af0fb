"""Installing by OAuth: the page, the code, the token."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.web.async_client import AsyncWebClient

from playground.people import CLIENT_ID, CLIENT_SECRET, INSTALLS, LANTERN, LANTERN_BOT, NOOR
from tests.contract.practice_slack.practice import Practice

# slack_sdk hands the app's name and secret to aiohttp in a way that aiohttp will give up.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

BACK = "http://127.0.0.1:3000/slack/oauth_redirect"
PAGE = "/slack/oauth/v2/authorize"
ASKED = {"client_id": CLIENT_ID, "scope": "commands,chat:write", "redirect_uri": BACK, "state": "s1"}


async def decided(practice: Practice, decision: str = "allow", person: str = NOOR, **changes: str) -> httpx.Response:
    form = ASKED | {"person": person, "decision": decision} | changes
    return await practice.door.post(PAGE, data=form, headers={"Origin": practice.address})


def brought_back(answer: httpx.Response) -> dict[str, str]:
    """The address the person is sent to, taken apart."""
    assert answer.status_code == 302, answer.text
    address = answer.headers["Location"]
    assert address.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def code_of(practice: Practice) -> str:
    return brought_back(await decided(practice))["code"]


def app(practice: Practice, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=f"{practice.address}/slack/api/")


async def exchange(practice: Practice, code: str, **changes: str) -> Any:
    given = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uri": BACK} | changes
    return await app(practice).oauth_v2_access(code=code, **given)


async def refusal(practice: Practice, code: str, **changes: str) -> str:
    with pytest.raises(SlackApiError) as caught:
        await exchange(practice, code, **changes)
    return str(caught.value.response["error"])


async def test_the_page_says_who_asks_for_what_and_that_this_is_practice(practice: Practice) -> None:
    address = AuthorizeUrlGenerator(
        client_id=CLIENT_ID,
        redirect_uri=BACK,
        scopes=["commands", "chat:write"],
        authorization_url=f"{practice.address}{PAGE}",
    ).generate("<s>")
    answer = await practice.door.get(f"{address}&team={LANTERN}")
    assert answer.status_code == 200
    for words in ("practice workspace", "commands, chat:write", "Lena Ortiz", "Noor Haddad", "Allow", "Cancel"):
        assert words in answer.text
    assert "<s>" not in answer.text
    assert "&lt;s&gt;" in answer.text
    for nobody in ("Slackbot", ">Castroom<"):
        assert nobody not in answer.text


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"redirect_uri": "https://evil.example/"}, "bad_redirect_uri"),
        ({"redirect_uri": "javascript://127.0.0.1/%0aalert(1)"}, "bad_redirect_uri"),
        ({"scope": ""}, "no_scopes"),
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused_on_the_page(
    practice: Practice, changes: dict[str, str], word: str
) -> None:
    shown = await practice.door.get(PAGE, params=ASKED | changes)
    sent = await decided(practice, **changes)
    assert (shown.status_code, sent.status_code) == (400, 400)
    assert word in shown.text
    assert word in sent.text


async def test_a_foreign_page_cannot_say_yes_for_a_person(practice: Practice) -> None:
    form = ASKED | {"person": NOOR, "decision": "allow"}
    answer = await practice.door.post(PAGE, data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize("person", ["U0NOBODY", LANTERN_BOT, "USLACKBOT"])
async def test_only_members_install_apps(practice: Practice, person: str) -> None:
    assert (await decided(practice, person=person)).status_code == 400


async def test_a_person_who_cancels_is_sent_back_without_a_code(practice: Practice) -> None:
    assert brought_back(await decided(practice, "cancel")) == {"error": "access_denied", "state": "s1"}


async def test_a_code_becomes_a_token_of_that_persons_workspace(practice: Practice) -> None:
    await practice.set("slack/uninstall", team=LANTERN)
    given = brought_back(await decided(practice))
    assert given["state"] == "s1"
    answer = await exchange(practice, given["code"])
    assert (answer["token_type"], answer["scope"]) == ("bot", "commands,chat:write")
    assert (answer["team"], answer["bot_user_id"]) == ({"id": LANTERN, "name": "Lantern Advertising"}, LANTERN_BOT)
    assert answer["authed_user"] == {"id": NOOR}
    assert answer["is_enterprise_install"] is False
    told = await app(practice, answer["access_token"]).auth_test()
    assert told["team_id"] == LANTERN
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await app(practice, INSTALLS[1].token).auth_test()


async def test_a_second_installation_keeps_the_token_and_adds_scopes(practice: Practice) -> None:
    answer = await exchange(practice, brought_back(await decided(practice, scope="team:read"))["code"])
    assert answer["access_token"] == INSTALLS[1].token
    assert set(answer["scope"].split(",")) == {*INSTALLS[1].scopes, "team:read"}


async def test_a_code_is_good_for_one_use(practice: Practice) -> None:
    code = await code_of(practice)
    await exchange(practice, code)
    assert await refusal(practice, code) == "invalid_code"


async def test_a_code_does_not_last(practice: Practice) -> None:
    await practice.set("slack/settings", code_seconds=0.05)
    code = await code_of(practice)
    await asyncio.sleep(0.1)
    assert await refusal(practice, code) == "invalid_code"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"client_secret": "wrong"}, "bad_client_secret"),
        ({"redirect_uri": f"{BACK}/else"}, "bad_redirect_uri"),
        ({"grant_type": "refresh_token"}, "invalid_grant_type"),
    ],
)
async def test_what_does_not_fit_is_refused_and_spends_no_code(
    practice: Practice, changes: dict[str, str], error: str
) -> None:
    code = await code_of(practice)
    assert await refusal(practice, code, **changes) == error
    assert (await exchange(practice, code))["ok"]


async def test_neither_secret_nor_token_stands_among_the_calls(practice: Practice) -> None:
    await exchange(practice, await code_of(practice))
    (call,) = (await practice.get("calls", method="oauth.v2.access"))["calls"]
    assert call["ok"]
    assert CLIENT_SECRET not in str(call)
    assert INSTALLS[1].token not in str(call)
