"""What the practice workspace remembers: one SQLite file, written through at once."""

import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

Json = dict[str, Any]

_SCHEMA = """
create table if not exists things (kind text, key text, body text not null, primary key (kind, key)) without rowid;
create table if not exists messages (
    channel text, ts text, thread text, reader text, body text not null, primary key (channel, ts)
) without rowid;
create index if not exists by_thread on messages (thread, channel, ts) where thread is not null;
create index if not exists by_reader on messages (reader, ts) where reader is not null;
"""


# Left to itself, SQLite walks through the whole channel to find a thread.
_IN_THREAD = "indexed by by_thread where thread = ? and channel = ? and reader is null"


class Store:
    """Documents by kind and key, and messages by channel and `ts`.

    Calls take tens of microseconds (WAL, no fsync: a killed process loses nothing, a power cut may), so they are made
    on the event loop.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._db = sqlite3.connect(folder / "workspace.sqlite", isolation_level=None)
        self._db.executescript("pragma journal_mode = wal; pragma synchronous = normal;" + _SCHEMA)
        self._stamp = int((self.thing("counter", "stamp") or {"value": 0})["value"])

    def close(self) -> None:
        self._db.close()

    def stamp(self) -> str:
        """A new `ts`, later than every one before, also across restarts and clocks set back."""
        self._stamp = max(int(self._clock() * 1_000_000), self._stamp + 1)
        self.keep("counter", "stamp", {"value": self._stamp})
        return f"{self._stamp // 1_000_000}.{self._stamp % 1_000_000:06d}"

    def thing(self, kind: str, key: str) -> Json | None:
        row = self._db.execute("select body from things where kind = ? and key = ?", (kind, key)).fetchone()
        return None if row is None else _load(row[0])

    def things(self, kind: str) -> list[Json]:
        return [
            _load(row[0]) for row in self._db.execute("select body from things where kind = ? order by key", (kind,))
        ]

    def keys(self, kind: str) -> list[str]:
        return [row[0] for row in self._db.execute("select key from things where kind = ? order by key", (kind,))]

    def keep(self, kind: str, key: str, body: Json) -> None:
        self._db.execute("replace into things values (?, ?, ?)", (kind, key, _dump(body)))

    def forget(self, kind: str, key: str) -> None:
        self._db.execute("delete from things where kind = ? and key = ?", (kind, key))

    def clear(self) -> None:
        """Forgets everything but the counters, so that nothing is ever named twice."""
        self._db.execute("delete from things where kind != 'counter'")
        self._db.execute("delete from messages")

    def keep_message(self, channel: str, message: Json, reader: str | None = None) -> None:
        """Writes a message; `reader` is the one person an ephemeral is for."""
        thread = message.get("thread_ts")
        row = (channel, message["ts"], None if thread == message["ts"] else thread, reader)
        self._db.execute("replace into messages values (?, ?, ?, ?, ?)", (*row, _dump(message)))

    def drop_message(self, channel: str, ts: str) -> None:
        self._db.execute("delete from messages where channel = ? and ts = ?", (channel, ts))

    def message(self, channel: str, ts: str) -> Json | None:
        return self._one("where channel = ? and ts = ? and reader is null", channel, ts)

    def ephemeral(self, channel: str, ts: str, reader: str) -> Json | None:
        return self._one("where channel = ? and ts = ? and reader = ?", channel, ts, reader)

    def newest(self, channel: str, limit: int, before: str | None = None, oldest: str = "") -> list[Json]:
        """Top-level messages, newest first; `before` and `oldest` are exclusive."""
        where = "where channel = ? and thread is null and reader is null and ts < ? and ts > ? order by ts desc limit ?"
        return self._many(where, channel, before or "9", oldest, limit)

    def replies(self, channel: str, ts: str) -> list[Json]:
        """A thread without its parent, oldest first."""
        return self._many(f"{_IN_THREAD} order by ts", ts, channel)

    def summary(self, channel: str, ts: str) -> tuple[int, str | None, list[str]]:
        """How many replies a message has, the last one's `ts`, and who wrote them."""
        found = "count(*), max(ts), group_concat(distinct json_extract(body, '$.user'))"
        query = f"select {found} from messages {_IN_THREAD}"  # noqa: S608
        count, last, people = self._db.execute(query, (ts, channel)).fetchone()
        return count, last, people.split(",") if people else []

    def ephemerals(self, reader: str | None, limit: int) -> list[Json]:
        """The newest ones of one person or of all, oldest first."""
        where = "where reader is not null" if reader is None else "where reader = ?"
        values = (limit,) if reader is None else (reader, limit)
        return list(reversed(self._many(f"{where} order by ts desc limit ?", *values)))

    def latest(self, channel: str) -> str | None:
        query = "select max(ts) from messages where channel = ? and thread is null and reader is null"
        row = self._db.execute(query, (channel,)).fetchone()
        return row[0] if row else None

    def _one(self, where: str, *values: object) -> Json | None:
        return next(iter(self._many(where, *values)), None)

    def _many(self, where: str, *values: object) -> list[Json]:
        rows: Iterable[tuple[str]] = self._db.execute(f"select body from messages {where}", values)  # noqa: S608
        return [_load(row[0]) for row in rows]


def _dump(body: Json) -> str:
    return msgspec.json.encode(body).decode()


def _load(body: str) -> Json:
    loaded: Json = msgspec.json.decode(body)
    return loaded
