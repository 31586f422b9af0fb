"""Bots in HTTP mode on one PostgreSQL database, for workspaces that install the app by OAuth."""

import asyncio
import re
import secrets
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import psycopg
from aiohttp import ClientResponse
from psycopg import sql

from playground.processes import bot_environment, start_bot, stop, unused_port
from playground.seed_data import LANTERN, TEAM
from playground.slack.delivery.http_mode import signature_headers
from tests.support.fork_server import fork_python
from tests.support.ports import wait_for_port
from tests.support.postgres_server import PostgresServer, require_postgres
from tests.support.practice_environment import PracticeEnvironment
from tests.support.s3_server import s3_server


class OAuthReplicas(PracticeEnvironment):
    """A practice workspace without any installation, and the bots `a` and `b`, which share database and bucket.

    Slack sends to one address at a time; `send_to` chooses the bot.
    """

    def __init__(self, data: Path, postgres: PostgresServer, settings: Mapping[str, str]) -> None:
        super().__init__(data, settings)
        self.postgres = postgres
        self.database = settings["DATABASE_URL"].rpartition("/")[2]
        self.ports = {name: unused_port() for name in ("a", "b")}
        self.bots: dict[str, Process] = {}

    async def start_bot(self, script: str | None = None, **extra: str) -> None:
        for team in (TEAM, LANTERN):
            await self.control_client.post("slack/uninstall", {"team": team})
        await asyncio.gather(*(self.start_replica(name, **extra) for name in self.ports))
        self.bot = self.bots["a"]
        await self.send_to("a")

    async def start_replica(self, name: str, **extra: str) -> None:
        """Start a bot and wait until it listens."""
        oauth = (await self.control_client.get("slack"))["oauth"]
        own = {
            "HTTP_PORT": str(self.ports[name]),
            "EXECUTOR_ID": name,
            "SLACK_CLIENT_ID": oauth["client_id"],
            "SLACK_CLIENT_SECRET": oauth["client_secret"],
            "PUBLIC_URL": self.address("a"),
        }
        variables = bot_environment(self.data, await self.server.environment(), **self.extra, **own, **extra)
        for unused in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
            del variables[unused]
        self.bots[name] = await start_bot(variables, self.data / f"{name}.log", None, fork_python)
        await wait_for_port(self.ports[name])

    async def stop(self) -> None:
        await asyncio.gather(*(stop(bot) for bot in self.bots.values()))
        await super().stop()

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def log_of(self, name: str) -> str:
        return (self.data / f"{name}.log").read_text("utf-8")

    async def send_to(self, name: str) -> None:
        """Have Slack send commands and events to this bot."""
        answer = await self.control_client.post("slack/http", {"url": f"{self.address(name)}/slack/events"})
        assert answer["ok"], answer

    async def install(self, person: str, at: str = "a", back_at: str = "a", **decision: str) -> tuple[int, str]:
        """Install the app from the page of the bot `at`; return status and text of the page at the end."""
        path, cookie = await self.begin_install(person, at, **decision)
        return await self.finish_install(back_at, path, cookie)

    async def begin_install(self, person: str, at: str, **decision: str) -> tuple[str, str]:
        """Decide on Slack's page; return the path that it leads back to, and the cookie of the browser."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
            async with browser.get(f"{self.address(at)}/slack/install") as page:
                cookie = page.headers["Set-Cookie"].partition(";")[0]
                link = unescape(_link(await page.text()))
            form = dict(parse_qsl(urlsplit(link).query)) | {"person": person, "decision": "allow"} | decision
            slack_page = link.partition("?")[0]
            async with browser.post(slack_page, data=form, allow_redirects=False) as allowed:
                back = _location(allowed)
            return back.removeprefix(self.address("a")), cookie

    async def finish_install(self, name: str, path: str, cookie: str) -> tuple[int, str]:
        """Come back from Slack to a bot; return status and text of its page."""
        async with (
            aiohttp.ClientSession() as browser,
            browser.get(f"{self.address(name)}{path}", headers={"Cookie": cookie}) as page,
        ):
            return page.status, await page.text()

    async def ask(self, name: str, team: str) -> str:
        """Send `/cast help` of a workspace to one bot, signed but without an address for the answer.

        Returns the body: empty where the bot serves the workspace, else why not.
        """
        command = {"command": "/cast", "text": "help", "team_id": team, "channel_id": "C1", "user_id": "U1"}
        body = urlencode(command | {"trigger_id": secrets.token_hex(8), "api_app_id": "A0CASTROOM"})
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | signature_headers(body, int(time.time()))
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.address(name)}/slack/events", data=body, headers=headers) as response,
        ):
            assert response.status == 200, response.status
            return await response.text()

    def dump(self) -> str:
        """Return all rows of all tables as text, as a backup of the database would have them."""
        with psycopg.connect(self.postgres.url(self.database, "postgresql")) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            select = sql.SQL("SELECT * FROM {}")
            rows = [connection.execute(select.format(sql.Identifier(name))).fetchall() for (name,) in tables]
        return repr(rows)


@asynccontextmanager
async def oauth_replicas(data: Path, **settings: str) -> AsyncIterator[OAuthReplicas]:
    """Open the workspace with two bots; skips the test where there is no PostgreSQL."""
    postgres = await asyncio.to_thread(require_postgres)
    bucket_server = await asyncio.to_thread(s3_server)
    storage = {
        "DATABASE_URL": postgres.url(postgres.create_database()),
        "ENGINE_URL": postgres.url(postgres.create_database(), "postgresql"),
        "PORTRAITS_URL": f"s3://{bucket_server.create_bucket()}/portraits",
        **bucket_server.variables,
    }
    environment = OAuthReplicas(data, postgres, storage | settings)
    await environment.start()
    try:
        yield environment
    finally:
        await environment.stop()


def _link(page: str) -> str:
    found = re.search(r'href="([^"]*oauth/v2/authorize[^"]*)"', page)
    assert found, page
    return found[1]


def _location(response: ClientResponse) -> str:
    assert response.status == 302, response.status
    return response.headers["Location"]
