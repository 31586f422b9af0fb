"""Ways to send a response, or to fail."""

import asyncio
import gzip

from aiohttp import web

_HTML = """<!doctype html><html><head><title>One moment</title></head>
<body><h1>One moment</h1><p>The service is being looked after. Reload this page in a minute.</p></body></html>"""
# A private address, which no client may follow.
PRIVATE_URL = "http://10.20.30.40/pictures/portrait.png"
_CHUNKS = 20


def is_disconnected(request: web.Request) -> bool:
    """Return whether the client has disconnected."""
    return request.transport is None or request.transport.is_closing()


async def wait_until_disconnected(request: web.Request) -> None:
    while not is_disconnected(request):  # noqa: ASYNC110 (aiohttp offers nothing to await for a client that leaves)
        await asyncio.sleep(0.02)


def close_connection(request: web.Request) -> web.Response:
    """Close the connection; the returned response is not sent."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def html_page(status: str) -> web.Response:
    """Return a gateway's page with status 200, or with the status in the fault's spelling, such as nginx's 502."""
    return web.Response(text=_HTML, content_type="text/html", status=int(status) if status.isdecimal() else 200)


def redirect() -> web.Response:
    return web.Response(status=307, headers={"Location": PRIVATE_URL})


async def send(request: web.Request, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    """Send the whole response; raises ConnectionError if the client has disconnected."""
    response = web.Response(body=body, content_type="application/json", headers=headers)
    await response.prepare(request)
    await response.write_eof()
    return response


async def send_twice_gzipped(request: web.Request, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    """Send a response with two encodings, which expands to much more than was sent."""
    compressed = await asyncio.to_thread(lambda: gzip.compress(gzip.compress(body)))
    return await send(request, compressed, {**headers, "Content-Encoding": "gzip, gzip"})


async def send_half(request: web.Request, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    """Send the headers of the whole response and its first half, then close."""
    response = await _begin(request, body, headers)
    await response.write(body[: len(body) // 2])
    close_connection(request)
    return response


async def send_slowly(request: web.Request, body: bytes, headers: dict[str, str], seconds: float) -> web.StreamResponse:
    """Send the whole response over `seconds`."""
    response = await _begin(request, body, headers)
    step = -(-len(body) // _CHUNKS)
    for start in range(0, len(body), step):
        await response.write(body[start : start + step])
        await asyncio.sleep(seconds / _CHUNKS)
    await response.write_eof()
    return response


async def _begin(request: web.Request, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    response = web.StreamResponse(headers={**headers, "Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    return response
