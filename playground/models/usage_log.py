"""The charges of the practice vendors: every accepted call is logged before its response is sent."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from playground.models.generation_order import GenerationOrder

_T = TypeVar("_T")

_SCHEMA = """
pragma journal_mode = wal;
pragma synchronous = full;
create table if not exists calls (
    id text primary key, at real not null, vendor text not null, model text not null, prompt_sha256 text not null,
    take integer not null, size text not null, n integer not null, price_usd real not null,
    seconds real, fault text, outcome text not null, charged integer not null
);
create index if not exists by_prompt on calls (model, prompt_sha256);
"""
_COLUMNS = "id, at, vendor, model, prompt_sha256, size, n, price_usd, seconds, fault, outcome, charged"


@dataclass(frozen=True, slots=True)
class UsageEntry:
    """An accepted call; `repeat_index` counts earlier calls with the same model and prompt, across restarts."""

    id: str
    repeat_index: int
    started_at: float


class UsageLog:
    """The log in an SQLite file, used from its own thread so that no write blocks the event loop."""

    def __init__(self, data: Path) -> None:
        self._path = data / "bill.sqlite"
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="usage-log")
        self._db: sqlite3.Connection | None = None

    async def add_call(self, vendor: str, order: GenerationOrder, fault: str | None) -> UsageEntry:
        """Log a call in progress; nothing is charged yet."""
        return await self._run(lambda db: _insert_call(db, vendor, order, fault))

    async def set_outcome(self, entry: UsageEntry, outcome: str, *, charged: bool) -> None:
        seconds = round(time.monotonic() - entry.started_at, 3)
        statement = "update calls set outcome = ?, charged = ?, seconds = ? where id = ?"
        await self._run(lambda db: db.execute(statement, (outcome, charged, seconds, entry.id)))

    async def list_calls(self, model: str | None = None) -> dict[str, Any]:
        """Return all calls with their charges, oldest first."""
        calls = await self._run(lambda db: _select_calls(db, model))
        return {"calls": calls, "total_usd": round(sum(call["price_usd"] for call in calls if call["charged"]), 6)}

    async def clear(self) -> None:
        await self._run(lambda db: db.execute("delete from calls"))

    async def close(self) -> None:
        if self._db is not None:
            await self._run(lambda db: db.close())
        self._thread.shutdown()

    async def _run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(self._open()))

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self._path, isolation_level=None)
            self._db.executescript(_SCHEMA)
        return self._db


def _insert_call(db: sqlite3.Connection, vendor: str, order: GenerationOrder, fault: str | None) -> UsageEntry:
    digest = sha256(order.prompt.encode()).hexdigest()
    query = "select count(*) from calls where model = ? and prompt_sha256 = ?"
    repeat_index = int(db.execute(query, (order.model, digest)).fetchone()[0])
    entry = UsageEntry(uuid4().hex, repeat_index, time.monotonic())
    row = (
        entry.id,
        time.time(),
        vendor,
        order.model,
        digest,
        repeat_index,
        order.size,
        order.n,
        order.price_usd,
        fault,
    )
    statement = "insert into calls values (?, ?, ?, ?, ?, ?, ?, ?, ?, null, ?, 'drawing', 0)"
    db.execute(statement, row)
    return entry


def _select_calls(db: sqlite3.Connection, model: str | None) -> list[dict[str, Any]]:
    cursor = db.execute(f"select {_COLUMNS} from calls where ? in (model, '') order by at", (model or "",))  # noqa: S608
    names = [column[0] for column in cursor.description]
    rows = (dict(zip(names, row, strict=True)) for row in cursor)
    return [{**row, "charged": bool(row["charged"])} for row in rows]
