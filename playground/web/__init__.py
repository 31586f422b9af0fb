"""The page of the practice workspace: static files."""

from pathlib import Path

from aiohttp import web

_FILES = Path(__file__).parent / "page"
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data: http://127.0.0.1:* http://localhost:*; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def add_page(app: web.Application) -> None:
    """Serve the page at `/` and its files under `/page/`; it loads nothing from other origins."""
    app.router.add_get("/", _index)
    app.router.add_static("/page", _FILES)
    app.on_response_prepare.append(_add_security_headers)


async def _index(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(_FILES / "index.html")


async def _add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Restrict the page to its own scripts, whatever a message contains."""
    if request.path == "/" or request.path.startswith("/page/"):
        response.headers.update(_HEADERS)
