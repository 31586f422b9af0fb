"""Refuses host names that merely resolve to this machine, and pages of other origins."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
# Programs call the APIs of apps and models without an Origin; everything else is for this server's pages.
_PROGRAM_PATHS = ("/slack/", "/recraft/", "/openai/", "/gemini/")
_BROWSER_PATH = "/slack/oauth/"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def require_local_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 403 to a foreign Host (DNS rebinding) and, outside the APIs for programs, to a foreign Origin."""
    port = _port(request)
    if not _is_local(f"//{request.headers.get('Host', '')}", port):
        return _forbidden("foreign_host")
    origin = request.headers.get("Origin")
    is_program_path = request.path.startswith(_PROGRAM_PATHS) and not request.path.startswith(_BROWSER_PATH)
    if origin is not None and not is_program_path and not _is_local(origin, port):
        return _forbidden("foreign_origin")
    return await handler(request)


def _port(request: web.Request) -> int:
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return int(name[1]) if name else 0


def _is_local(address: str, port: int) -> bool:
    try:
        parts = urlsplit(address)
        host, requested_port = parts.hostname, parts.port or 80
    except ValueError:
        return False
    return host in _LOCAL_HOSTS and requested_port == port and parts.scheme in ("", "http")


def _forbidden(error: str) -> web.Response:
    return web.json_response({"ok": False, "error": error}, status=403)
