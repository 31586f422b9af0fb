"""The health check of containers."""

import asyncio

import pytest
from aiohttp import web

from bot.cli.healthcheck import check, main
from bot.runtime.http_listener import http_listener
from playground.processes import unused_port


@pytest.mark.parametrize(("status", "is_ready"), [(200, True), (503, False)])
@pytest.mark.parametrize("host", ["", "127.0.0.1", "0.0.0.0"])  # noqa: S104 - compared
async def test_the_check_follows_readiness(status: int, is_ready: bool, host: str) -> None:
    async def readyz(_request: web.Request) -> web.Response:
        return web.Response(text="slack: as it is\n", status=status)

    app, port = web.Application(), unused_port()
    app.add_routes([web.get("/readyz", readyz)])
    async with http_listener(app, ("127.0.0.1", port), "OPS_PORT", shutdown_seconds=0.1):
        assert await asyncio.to_thread(check, port, host) == (is_ready, "slack: as it is")


def test_a_bot_that_does_not_answer_is_not_ready() -> None:
    ready, text = check(unused_port())
    assert not ready
    assert text.startswith("The bot does not answer on port ")


def test_a_check_without_a_port_says_which_variable_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OPS_PORT", raising=False)
    assert main() == 1
    assert "OPS_PORT" in capsys.readouterr().out
