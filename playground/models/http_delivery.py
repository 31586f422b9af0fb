"""The ways in which an answer leaves, or does not."""

import asyncio

from aiohttp import web

_HTML = """<!doctype html><html><head><title>One moment</title></head>
<body><h1>One moment</h1><p>The service is being looked after. Reload this page in a minute.</p></body></html>"""
# An address inside somebody's network, where no client may follow.
PRIVATE_URL = "http://10.20.30.40/pictures/portrait.png"
_CHUNKS = 20


def is_disconnected(request: web.Request) -> bool:
    """Whether the client has left."""
    return request.transport is None or request.transport.is_closing()


async def wait_until_disconnected(request: web.Request) -> None:
    while not is_disconnected(request):  # noqa: ASYNC110 (aiohttp offers nothing to await for a client that leaves)
        await asyncio.sleep(0.02)


def close_connection(request: web.Request) -> web.Response:
    """Closes the connection; the response returned goes nowhere."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def html_page(status: str) -> web.Response:
    """With status 200, as from a page in front of the service, or with the one that is spelled, as `502` of nginx."""
    return web.Response(text=_HTML, content_type="text/html", status=int(status) if status.isdecimal() else 200)


def redirect() -> web.Response:
    return web.Response(status=307, headers={"Location": PRIVATE_URL})


async def send(request: web.Request, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    """The whole answer; raises ConnectionError when the client has left meanwhile."""
    response = web.Response(body=body, content_type="application/json", headers=headers)
    await response.prepare(request)
    await response.write_eof()
    return response


async def send_half(request: web.Request, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    """Promises the whole, sends the first half and closes."""
    response = await _begin(request, body, headers)
    await response.write(body[: len(body) // 2])
    close_connection(request)
    return response


async def send_slowly(request: web.Request, body: bytes, headers: dict[str, str], seconds: float) -> web.StreamResponse:
    """The whole answer, spread over `seconds`."""
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
