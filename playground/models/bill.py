"""What the practice vendors would charge: every accepted call, written down before its answer leaves."""

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

from playground.models.order import Order

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
_SHOWN = "id, at, vendor, model, prompt_sha256, size, n, price_usd, seconds, fault, outcome, charged"


@dataclass(frozen=True, slots=True)
class Call:
    """An accepted call; `take` counts the calls before it with the same model and words, across restarts too."""

    id: str
    take: int
    began: float


class Bill:
    """One SQLite file, used from one thread of its own so that no write waits on the event loop."""

    def __init__(self, data: Path) -> None:
        self._path = data / "bill.sqlite"
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="bill")
        self._db: sqlite3.Connection | None = None

    async def accept(self, vendor: str, order: Order, fault: str | None) -> Call:
        """Writes the call down as being drawn; nothing is charged yet."""
        return await self._run(lambda db: _accept(db, vendor, order, fault))

    async def settle(self, call: Call, outcome: str, *, charged: bool) -> None:
        seconds = round(time.monotonic() - call.began, 3)
        statement = "update calls set outcome = ?, charged = ?, seconds = ? where id = ?"
        await self._run(lambda db: db.execute(statement, (outcome, charged, seconds, call.id)))

    async def read(self, model: str | None = None) -> dict[str, Any]:
        """All calls, oldest first, and what was charged for them."""
        calls = await self._run(lambda db: _calls(db, model))
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


def _accept(db: sqlite3.Connection, vendor: str, order: Order, fault: str | None) -> Call:
    digest = sha256(order.prompt.encode()).hexdigest()
    known = "select count(*) from calls where model = ? and prompt_sha256 = ?"
    take = int(db.execute(known, (order.model, digest)).fetchone()[0])
    call = Call(uuid4().hex, take, time.monotonic())
    row = (call.id, time.time(), vendor, order.model, digest, take, order.size, order.n, order.price_usd, fault)
    statement = "insert into calls values (?, ?, ?, ?, ?, ?, ?, ?, ?, null, ?, 'drawing', 0)"
    db.execute(statement, row)
    return call


def _calls(db: sqlite3.Connection, model: str | None) -> list[dict[str, Any]]:
    cursor = db.execute(f"select {_SHOWN} from calls where ? in (model, '') order by at", (model or "",))  # noqa: S608
    names = [column[0] for column in cursor.description]
    rows = (dict(zip(names, row, strict=True)) for row in cursor)
    return [{**row, "charged": bool(row["charged"])} for row in rows]
