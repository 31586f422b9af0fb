"""Errors of a vendor, raised in a handler and sent as its response."""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any

from aiohttp import web

Json = dict[str, Any]
Handler = Callable[[Any, web.Request], Awaitable[web.StreamResponse]]


class VendorError(Exception):
    """An error response in the vendor's format; status 200 for refusals of some vendors."""

    def __init__(self, status: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def vendor_errors(handler: Handler) -> Handler:
    """Turn a VendorError raised in a handler into its response."""

    @wraps(handler)
    async def wrapper(vendor: Any, request: web.Request) -> web.StreamResponse:
        try:
            return await handler(vendor, request)
        except VendorError as error:
            return web.json_response(error.body, status=error.status, headers=error.headers)

    return wrapper


def bearer_key(request: web.Request) -> str:
    """Return the key of `Authorization: Bearer`; empty without one."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def is_practice_key(key: str) -> bool:
    """Return whether the key is a practice key; a real one sent here by mistake is refused."""
    return key.startswith("practice-")
