"""How a vendor says no: an error that becomes its answer."""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any

from aiohttp import web

Json = dict[str, Any]
Handler = Callable[[Any, web.Request], Awaitable[web.StreamResponse]]


class VendorError(Exception):
    """An answer in a vendor's own spelling; status 200 where the vendor refuses politely."""

    def __init__(self, status: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def vendor_errors(handler: Handler) -> Handler:
    """Turns a complaint raised in a vendor's handler into the answer."""

    @wraps(handler)
    async def wrapper(vendor: Any, request: web.Request) -> web.StreamResponse:
        try:
            return await handler(vendor, request)
        except VendorError as error:
            return web.json_response(error.body, status=error.status, headers=error.headers)

    return wrapper


def bearer_key(request: web.Request) -> str:
    """The key of `Authorization: Bearer`; empty without one."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def is_practice_key(key: str) -> bool:
    """Practice keys alone are good, so a real one that strays here is refused."""
    return key.startswith("practice-")
