"""Statements that SQLAlchemy compiles once for each process, and not for each engine.

A bot has its engines as long as it runs. Each test opens new ones, and would compile every
statement again.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

_MAX_STATEMENTS = 2_000


class _StatementCache(LRUCache[Any, Any]):
    """Compiled statements by kind of dialect; the engines' own caches hold them by dialect."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_shared_key(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(_shared_key(key), compiled)


def share_compiled_statements() -> None:
    """Let all engines of this process use one cache."""
    cache = _StatementCache(_MAX_STATEMENTS)

    @event.listens_for(Engine, "engine_connect")
    def use_shared_cache(connection: Connection) -> None:
        connection.execution_options(compiled_cache=cache)


def _shared_key(key: Any) -> Any:
    dialect, *rest = key
    return type(dialect), *rest
