"""The practice workspace on one port: Slack, models, control API and page."""

import asyncio
import shutil
from pathlib import Path

from aiohttp import web

from playground.control.server import add_control
from playground.faces import MAX_DRAWN_SIDE
from playground.models import add_models, reset_models
from playground.slack import WORKSPACE, add_slack, require_local_origin
from playground.web import add_page

# Uploads pass through memory; Slack itself accepts a gigabyte.
_MAX_BODY_BYTES = 256 * 1024 * 1024


def build(data: Path, *, speed: float = 1.0, drawn_side: int = MAX_DRAWN_SIDE) -> web.Application:
    """Build the application; `data` is its folder, `speed` divides the models' latency.

    Portraits with a side over `drawn_side` pixels are drawn smaller and enlarged.
    """
    app = web.Application(middlewares=[require_local_origin], client_max_size=_MAX_BODY_BYTES)
    add_slack(app, data=data)
    add_models(app, data=data, speed=speed, drawn_side=drawn_side)
    add_control(app)
    add_page(app)
    app.router.add_post("/control/reset", _reset)
    return app


async def _reset(request: web.Request) -> web.Response:
    """Delete messages, files, usage log and faults, and restore the initial state."""
    workspace = request.app[WORKSPACE]
    await asyncio.to_thread(shutil.rmtree, workspace.folder / "files", ignore_errors=True)
    workspace.reset()
    await reset_models(request.app)
    return web.json_response({"ok": True})
