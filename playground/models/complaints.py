"""How a vendor says no: an error that becomes its answer."""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any

from aiohttp import web

Json = dict[str, Any]
Handler = Callable[[Any, web.Request], Awaitable[web.StreamResponse]]


class ComplaintError(Exception):
    """An answer in a vendor's own spelling; status 200 where the vendor refuses politely."""

    def __init__(self, status: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def speaks(handler: Handler) -> Handler:
    """Turns a complaint raised in a vendor's handler into the answer."""

    @wraps(handler)
    async def spoken(vendor: Any, request: web.Request) -> web.StreamResponse:
        try:
            return await handler(vendor, request)
        except ComplaintError as complaint:
            return web.json_response(complaint.body, status=complaint.status, headers=complaint.headers)

    return spoken


def bearer(request: web.Request) -> str:
    """The key of `Authorization: Bearer`; empty without one."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def good_key(key: str) -> bool:
    """Practice keys alone are good, so a real one that strays here is refused."""
    return key.startswith("practice-")
