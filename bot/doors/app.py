"""Builds the web app of both doors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import Route
from starlette.types import ASGIApp

from bot import __version__
from bot.doors import words
from bot.doors.config import DoorsConfig
from bot.doors.docs_page import docs_page
from bot.doors.documents import Documents
from bot.doors.gate import Gate
from bot.doors.http_guard import MAX_BODY_BYTES, HttpGuard
from bot.doors.mcp_door import PATH, McpDoor
from bot.doors.mcp_tools import McpTools
from bot.doors.problems import answer_problems
from bot.doors.rest import RestDoor
from bot.doors.rest_faces import FaceRoutes
from bot.doors.rest_sheets import SheetRoutes
from bot.usecases.casting import Casting

_TITLE = "Castroom"


def build_app(casting: Casting, config: DoorsConfig) -> ASGIApp:
    """Return the ASGI app of REST and MCP."""
    gate, documents = Gate(casting, config), Documents(config.url)
    rest = RestDoor(casting, gate, documents)
    faces = FaceRoutes(casting, rest, config, documents)
    server = _mcp_server(McpTools(casting, faces, documents))
    mcp_app = server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        # Any replica answers any request.
        stateless_http=True,
        max_request_body_size=MAX_BODY_BYTES,
        # HttpGuard checks hosts and origins for both doors.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    app = FastAPI(
        title=_TITLE,
        version=__version__,
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    answer_problems(app)
    app.include_router(rest.router())
    app.include_router(faces.router())
    app.include_router(SheetRoutes(casting, rest, config.url).router())
    app.router.routes.append(Route(PATH, endpoint=McpDoor(mcp_app, gate)))

    @app.get("/v1/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()), headers={"Content-Security-Policy": words.PAGE_POLICY})

    return HttpGuard(app, config.hosts, PATH)


def _mcp_server(tools: McpTools) -> MCPServer[Any]:
    server: MCPServer[Any] = MCPServer("castroom", title=_TITLE, instructions=words.INSTRUCTIONS, version=__version__)
    tools.add_to(server)
    return server
