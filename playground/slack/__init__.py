"""The practice Slack: Web API, Socket Mode, files, people."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from aiohttp import web

from playground.slack.origin_guard import require_local_origin
from playground.slack.web_api.routes import WORKSPACE, add_routes
from playground.slack.workspace import uploads
from playground.slack.workspace.workspace import open_workspace

__all__ = ["WORKSPACE", "add_slack", "require_local_origin"]


def add_slack(app: web.Application, *, data: Path) -> None:
    """Add everything under `/slack`; `app[WORKSPACE]` is set when the app starts."""

    async def workspace_context(app: web.Application) -> AsyncIterator[None]:
        async with open_workspace(data) as workspace:
            app[WORKSPACE] = workspace
            uploads.resume_processing(workspace)
            yield

    app.cleanup_ctx.append(workspace_context)
    app.on_shutdown.append(_close_connections)
    app.middlewares.append(_remember_address)
    add_routes(app)


@web.middleware
async def _remember_address(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Store the address of this server as the client used it, for URLs in responses."""
    request.app[WORKSPACE].address = f"http://{request.host}"
    return await handler(request)


async def _close_connections(app: web.Application) -> None:
    """Close websockets, which would keep the server from stopping."""
    await app[WORKSPACE].sockets.disconnect("abrupt", 0)
    await app[WORKSPACE].live_updates.close()
