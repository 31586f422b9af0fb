"""Keeps strangers out: names that merely resolve to this machine, and pages of other origins."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
# Apps and models are called by programs, which send no Origin; the rest is for this server's own pages.
_FOR_PROGRAMS = ("/slack/", "/recraft/", "/openai/", "/gemini/")
_FOR_PEOPLE = "/slack/oauth/"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """403 for a foreign Host (DNS rebinding) and, outside the doors for programs, a foreign Origin."""
    port = _port(request)
    if not _is_here(f"//{request.headers.get('Host', '')}", port):
        return _refusal("foreign_host")
    origin = request.headers.get("Origin")
    by_program = request.path.startswith(_FOR_PROGRAMS) and not request.path.startswith(_FOR_PEOPLE)
    if origin is not None and not by_program and not _is_here(origin, port):
        return _refusal("foreign_origin")
    return await handler(request)


def _port(request: web.Request) -> int:
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return int(name[1]) if name else 0


def _is_here(address: str, port: int) -> bool:
    try:
        parts = urlsplit(address)
        host, asked = parts.hostname, parts.port or 80
    except ValueError:
        return False
    return host in _HERE and asked == port and parts.scheme in ("", "http")


def _refusal(error: str) -> web.Response:
    return web.json_response({"ok": False, "error": error}, status=403)
