"""The practice workspace's Slack: Web API, Socket Mode, files, people."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from aiohttp import web

from playground.slack import uploads
from playground.slack.doors import WORLD, add_doors
from playground.slack.guard import only_from_here
from playground.slack.world import open_world

__all__ = ["WORLD", "add_slack", "only_from_here"]


def add_slack(app: web.Application, *, data: Path) -> None:
    """Adds everything under `/slack`; the workspace is opened when the app starts and is `app[WORLD]` from then on."""

    async def lifetime(app: web.Application) -> AsyncIterator[None]:
        async with open_world(data) as world:
            app[WORLD] = world
            uploads.resume(world)
            yield

    app.cleanup_ctx.append(lifetime)
    app.on_shutdown.append(_hang_up)
    app.middlewares.append(_remember_address)
    add_doors(app)


@web.middleware
async def _remember_address(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """The addresses in answers are those by which this server was reached, whatever its port."""
    request.app[WORLD].address = f"http://{request.host}"
    return await handler(request)


async def _hang_up(app: web.Application) -> None:
    """Open websockets would keep the server from stopping."""
    await app[WORLD].sockets.disconnect("abrupt", 0)
    await app[WORLD].live.close()
