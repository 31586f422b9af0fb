"""Runs the calls of SQLite in the event loop: changing to aiosqlite's threads takes a third of a use case's time."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import aiosqlite
import pytest
from sqlalchemy import Dialect, Engine, event

R = TypeVar("R")


@contextmanager
def sqlite_in_loop() -> Iterator[None]:
    """Patch aiosqlite inside the block. Other tasks still run between any two calls."""
    event.listen(Engine, "do_connect", _allow_any_thread)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aiosqlite.Connection, "_execute", _call)
        yield
    event.remove(Engine, "do_connect", _allow_any_thread)


async def _call(connection: aiosqlite.Connection, call: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    await asyncio.sleep(0)
    if connection._connection is None:
        raise ValueError("Connection closed")
    return call(*args, **kwargs)


def _allow_any_thread(dialect: Dialect, _record: object, _arguments: object, parameters: dict[str, Any]) -> None:
    """Let the loop use a connection that aiosqlite's thread opened."""
    if dialect.name == "sqlite":
        parameters["check_same_thread"] = False
