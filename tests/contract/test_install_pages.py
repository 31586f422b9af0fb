"""Installation by OAuth over the HTTP port, against the practice workspace."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import structlog
from aiohttp.test_utils import TestServer
from cryptography.fernet import Fernet
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.service_errors import StorageUnavailable
from bot.runtime.slack_server import HttpServer
from handlers.slack.manifest import scopes
from handlers.slack.oauth import OAuthApp, make_install_flow
from playground.seed_data import CLIENT_ID, CLIENT_SECRET, LANTERN, NOOR, SIGNING_SECRET
from storage import Storage, open_storage
from storage.installations.oauth_states import SqlOAuthStates
from storage.installations.repository import SqlInstallations
from tests.support.practice_slack import PracticeWorkspace, open_practice_workspace
from tests.support.storage_builders import FakeClock, fresh_sqlite, make_settings
from tests.support.time_factor import scaled

# slack_sdk passes client id and secret to aiohttp in a deprecated way.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


class Installer:
    """A person with a browser, between the bot's pages and Slack's."""

    def __init__(self, workspace: PracticeWorkspace, storage: Storage, browser: httpx.AsyncClient) -> None:
        self.workspace = workspace
        self.storage = storage
        self.browser = browser

    async def begin(self) -> dict[str, str]:
        """Open the install page; return the query of its link to Slack, and keep the cookie."""
        page = await self.browser.get("/slack/install")
        assert page.status_code == 200
        cookie = page.headers["Set-Cookie"]
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        self.browser.headers["Cookie"] = cookie.partition(";")[0]
        link = page.text.partition('href="')[2].partition('"')[0].replace("&amp;", "&")
        assert link.startswith(f"{self.workspace.address}/slack/oauth/v2/authorize?")
        return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}

    async def decide(self, query: dict[str, str], decision: str = "allow") -> str:
        """Decide on Slack's page; return the path and query of the address that it redirects to."""
        form = query | {"person": NOOR, "decision": decision}
        answer = await self.workspace.http.post(
            "/slack/oauth/v2/authorize", data=form, headers={"Origin": self.workspace.address}
        )
        parts = urlsplit(answer.headers["Location"])
        return f"{parts.path}?{parts.query}"


@pytest.fixture
async def installer(tmp_path: Path) -> AsyncIterator[Installer]:
    url, clock = await fresh_sqlite(tmp_path), FakeClock()
    settings = make_settings(url).model_copy(update={"token_keys": SecretStr(Fernet.generate_key().decode())})
    storage = await open_storage(settings, clock)
    async with open_practice_workspace(tmp_path / "practice") as workspace:
        await workspace.post("slack/uninstall", team=LANTERN)
        client = AsyncWebClient(base_url=f"{workspace.address}/slack/api/")
        app = OAuthApp(CLIENT_ID, CLIENT_SECRET, "http://127.0.0.1:3000")
        flow = make_install_flow(app, client, storage.installations, storage.oauth_states, clock)
        server = HttpServer(
            AsyncApp(token="xoxb-unused", signing_secret=SIGNING_SECRET), SIGNING_SECRET, install_flow=flow
        )
        async with (
            TestServer(server.web_app()) as served,
            httpx.AsyncClient(base_url=str(served.make_url("/")), trust_env=False, timeout=scaled(10)) as browser,
        ):
            yield Installer(workspace, storage, browser)
    await storage.close()


async def test_an_installation_is_stored_with_what_slack_granted(installer: Installer) -> None:
    query = await installer.begin()
    assert set(query["scope"].split(",")) == scopes()
    assert query["redirect_uri"] == "http://127.0.0.1:3000/slack/oauth_redirect"
    page = await installer.browser.get(await installer.decide(query))
    assert page.status_code == 200
    assert "Castroom is installed in Lantern Advertising" in page.text
    stored = await installer.storage.installations.get(LANTERN)
    assert stored
    assert (stored.team, stored.bot_id, stored.bot_user) == (LANTERN, "B0LANTERN", "U0LANTERNBOT")
    assert (stored.installed_by, frozenset(stored.scopes), stored.refresh_token) == (NOOR, scopes(), "")
    client = AsyncWebClient(token=stored.token, base_url=f"{installer.workspace.address}/slack/api/")
    assert (await client.auth_test())["team_id"] == LANTERN


async def test_pages_load_nothing_and_are_not_stored(installer: Installer) -> None:
    for path in ("/slack/install", "/slack/oauth_redirect"):
        headers = (await installer.browser.get(path)).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")


async def test_a_used_state_is_refused(installer: Installer) -> None:
    query = await installer.begin()
    first = await installer.decide(query)
    second = await installer.decide(query)
    assert (await installer.browser.get(first)).status_code == 200
    page = await installer.browser.get(second)
    assert page.status_code == 401
    assert "used already, or it is older than ten minutes" in page.text


async def test_another_browser_is_refused(installer: Installer) -> None:
    path = await installer.decide(await installer.begin())
    installer.browser.headers["Cookie"] = ""
    page = await installer.browser.get(path)
    assert page.status_code == 400
    assert "another browser" in page.text
    assert await installer.storage.installations.get(LANTERN) is None


async def test_a_declined_installation_stores_nothing(installer: Installer) -> None:
    page = await installer.browser.get(await installer.decide(await installer.begin(), "cancel"))
    assert "declined in Slack" in page.text
    assert await installer.storage.installations.get(LANTERN) is None


async def test_an_error_in_the_address_is_escaped(installer: Installer) -> None:
    page = await installer.browser.get("/slack/oauth_redirect", params={"error": "<script>alert(1)</script>"})
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


async def test_a_code_that_slack_refuses_is_explained_and_never_logged(
    installer: Installer, caplog: pytest.LogCaptureFixture
) -> None:
    query = await installer.begin()
    # The bot logs what slack_sdk says from WARNING on; below, slack_sdk shows whole requests.
    caplog.set_level(logging.WARNING)
    with structlog.testing.capture_logs() as logged:
        page = await installer.browser.get(f"/slack/oauth_redirect?state={query['state']}&code=a-secret-code")
    assert page.status_code == 401
    assert "Slack did not accept the installation" in page.text
    assert "a-secret-code" not in caplog.text + str(logged)


async def test_a_slack_that_does_not_answer_is_explained(installer: Installer) -> None:
    path = await installer.decide(await installer.begin())
    await installer.workspace.post("slack/faults", method="oauth.v2.access", kind="error")
    page = await installer.browser.get(path)
    assert page.status_code == 503
    assert "did not answer" in page.text


async def test_a_database_that_is_away_is_explained(installer: Installer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> None:
        raise StorageUnavailable("database", "away")

    path = await installer.decide(await installer.begin())
    with monkeypatch.context() as broken:
        broken.setattr(SqlInstallations, "add", fail)
        page = await installer.browser.get(path)
        assert page.status_code == 500
        assert "could not be stored" in page.text
    monkeypatch.setattr(SqlOAuthStates, "issue", fail)
    page = await installer.browser.get("/slack/install")
    assert page.status_code == 503
    assert "did not answer" in page.text
