"""Other endpoints of Slack: sockets, uploads, private files, response_url, the OAuth page."""

import asyncio

from aiohttp import web

from playground.slack.core.errors import SlackError
from playground.slack.core.faults import ConnectionCut, StatusError
from playground.slack.web_api import server
from playground.slack.workspace import bot_tokens, files, oauth, uploads
from playground.slack.workspace.response_urls import respond
from playground.slack.workspace.workspace import Workspace

WORKSPACE = web.AppKey("world", Workspace)
# The response to a browser without a session; an app that forgets its token must not take it for the file.
_LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in</body></html>"
_RESPONSE_URL_STATUS = {"expired_url": 404, "used_url": 404, "channel_not_found": 404, "message_not_found": 404}


def add_routes(app: web.Application) -> None:
    app.router.add_route("*", "/slack/api/{method}", _handle_api)
    app.router.add_get("/slack/socket", _socket)
    app.router.add_post("/slack/upload/v1/{file}", _upload)
    app.router.add_get("/slack/files-pri/{file}/{tail:.+}", _private_file)
    app.router.add_post("/slack/respond/{key}", _respond)
    app.router.add_get("/slack/oauth/v2/authorize", _authorize)
    app.router.add_post("/slack/oauth/v2/authorize", _authorize)


async def _handle_api(request: web.Request) -> web.StreamResponse:
    return await server.handle_call(request.app[WORKSPACE], request)


async def _authorize(request: web.Request) -> web.StreamResponse:
    workspace = request.app[WORKSPACE]
    return await (oauth.decide if request.method == "POST" else oauth.show_page)(workspace, request)


async def _socket(request: web.Request) -> web.StreamResponse:
    return await request.app[WORKSPACE].sockets.serve(request)


async def _upload(request: web.Request) -> web.StreamResponse:
    """Receive a file, as the body or as the only part of a form; the URL is the only secret."""
    workspace = request.app[WORKSPACE]
    file = workspace.store.get_document("file", request.match_info["file"])
    if file is None or file["ready_at"]:
        return web.Response(status=404, text="no such upload")
    try:
        fault = await workspace.faults.apply_before("upload")
        body = await _read_upload(request)
        if len(body) != file["size"]:
            return web.Response(status=400, text=f"announced {file['size']} bytes, got {len(body)}")
        await uploads.store_upload(workspace, file, body)
        workspace.faults.apply_after(fault)
    except ConnectionCut:
        return server.drop_connection(request)
    except (StatusError, SlackError) as error:
        return web.Response(status=500 if isinstance(error, SlackError) else int(str(error)), text="practice fault")
    return web.Response(text=f"OK - {len(body)}")


async def _read_upload(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return await asyncio.to_thread(value.file.read)
    return b""


async def _private_file(request: web.Request) -> web.StreamResponse:
    workspace = request.app[WORKSPACE]
    team, _, key = request.match_info["file"].partition("-")
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        owner = bot_tokens.find_install(workspace, token, team)
    except SlackError:
        owner = None
    if owner is None or owner.team != team or "files:read" not in owner.scopes:
        return web.Response(text=_LOGIN_PAGE, content_type="text/html")
    try:
        file = files.find_file(workspace, team, key)
    except SlackError:
        return web.Response(status=404)
    return web.FileResponse(files.file_path(workspace, key), headers={"Content-Type": file["mimetype"]})


async def _respond(request: web.Request) -> web.StreamResponse:
    workspace = request.app[WORKSPACE]
    try:
        fault = await workspace.faults.apply_before("response_url")
        body = await request.json()
        respond(workspace, request.match_info["key"], body)
        workspace.faults.apply_after(fault)
    except ConnectionCut:
        return server.drop_connection(request)
    except StatusError as error:
        return web.Response(status=int(str(error)), text="practice fault")
    except ValueError:
        return web.Response(status=400, text="invalid_payload")
    except SlackError as error:
        return web.json_response(error.body(), status=_RESPONSE_URL_STATUS.get(error.code, 500))
    return web.Response(text="ok")
