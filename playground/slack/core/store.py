"""Storage of the practice workspace: one SQLite file, written immediately."""

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


# Without the index, SQLite scans the whole channel to find a thread.
_THREAD_FILTER = "indexed by by_thread where thread = ? and channel = ? and reader is null"


class Store:
    """Documents by kind and key, and messages by channel and `ts`.

    Calls take tens of microseconds (WAL, no fsync: a killed process loses nothing, a power cut may), so they run on the
    event loop.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._db = sqlite3.connect(folder / "workspace.sqlite", isolation_level=None)
        self._db.executescript("pragma journal_mode = wal; pragma synchronous = normal;" + _SCHEMA)
        self._last_ts_micros = int((self.get_document("counter", "stamp") or {"value": 0})["value"])

    def close(self) -> None:
        self._db.close()

    @property
    def change_count(self) -> int:
        """The number of rows changed since the start; grows with every write."""
        return self._db.total_changes

    def new_ts(self) -> str:
        """Return a `ts` later than every earlier one, across restarts and clock changes."""
        self._last_ts_micros = max(int(self._clock() * 1_000_000), self._last_ts_micros + 1)
        self.set_document("counter", "stamp", {"value": self._last_ts_micros})
        return f"{self._last_ts_micros // 1_000_000}.{self._last_ts_micros % 1_000_000:06d}"

    def get_document(self, kind: str, key: str) -> Json | None:
        row = self._db.execute("select body from things where kind = ? and key = ?", (kind, key)).fetchone()
        return None if row is None else _load(row[0])

    def list_documents(self, kind: str) -> list[Json]:
        return [
            _load(row[0]) for row in self._db.execute("select body from things where kind = ? order by key", (kind,))
        ]

    def list_keys(self, kind: str) -> list[str]:
        return [row[0] for row in self._db.execute("select key from things where kind = ? order by key", (kind,))]

    def set_document(self, kind: str, key: str, body: Json) -> None:
        self._db.execute("replace into things values (?, ?, ?)", (kind, key, _dump(body)))

    def delete_document(self, kind: str, key: str) -> None:
        self._db.execute("delete from things where kind = ? and key = ?", (kind, key))

    def clear(self) -> None:
        """Delete everything but the counters, so that no id repeats."""
        self._db.execute("delete from things where kind != 'counter'")
        self._db.execute("delete from messages")

    def set_message(self, channel: str, message: Json, reader: str | None = None) -> None:
        """Store a message; an ephemeral has one `reader`."""
        thread = message.get("thread_ts")
        row = (channel, message["ts"], None if thread == message["ts"] else thread, reader)
        self._db.execute("replace into messages values (?, ?, ?, ?, ?)", (*row, _dump(message)))

    def delete_message(self, channel: str, ts: str) -> None:
        self._db.execute("delete from messages where channel = ? and ts = ?", (channel, ts))

    def get_message(self, channel: str, ts: str) -> Json | None:
        return self._fetch_one("where channel = ? and ts = ? and reader is null", channel, ts)

    def get_ephemeral(self, channel: str, ts: str, reader: str) -> Json | None:
        return self._fetch_one("where channel = ? and ts = ? and reader = ?", channel, ts, reader)

    def list_messages(self, channel: str, limit: int, before: str | None = None, oldest: str = "") -> list[Json]:
        """Return top-level messages, newest first; `before` and `oldest` are exclusive."""
        where = "where channel = ? and thread is null and reader is null and ts < ? and ts > ? order by ts desc limit ?"
        return self._fetch_all(where, channel, before or "9", oldest, limit)

    def list_replies(self, channel: str, ts: str) -> list[Json]:
        """Return a thread without its parent, oldest first."""
        return self._fetch_all(f"{_THREAD_FILTER} order by ts", ts, channel)

    def rename_channel(self, old: str, new: str) -> None:
        """Replace a channel's id in its messages and in all documents."""
        self._db.execute("update messages set channel = ? where channel = ?", (new, old))
        for table in ("messages", "things"):
            where = "where instr(body, ?)"
            statement = f"update {table} set body = replace(body, ?, ?) {where}"  # noqa: S608
            self._db.execute(statement, (f'"{old}"', f'"{new}"', f'"{old}"'))

    def thread_summary(self, channel: str, ts: str) -> tuple[int, str | None, list[str]]:
        """Return the number of replies, the last reply's `ts`, and the authors."""
        columns = "count(*), max(ts), group_concat(distinct json_extract(body, '$.user'))"
        query = f"select {columns} from messages {_THREAD_FILTER}"  # noqa: S608
        count, last, people = self._db.execute(query, (ts, channel)).fetchone()
        return count, last, people.split(",") if people else []

    def list_ephemerals(self, reader: str | None, limit: int) -> list[Json]:
        """Return the newest ephemerals of one person or of all, oldest first."""
        where = "where reader is not null" if reader is None else "where reader = ?"
        values = (limit,) if reader is None else (reader, limit)
        return list(reversed(self._fetch_all(f"{where} order by ts desc limit ?", *values)))

    def latest_ts(self, channel: str) -> str | None:
        query = "select max(ts) from messages where channel = ? and thread is null and reader is null"
        row = self._db.execute(query, (channel,)).fetchone()
        return row[0] if row else None

    def _fetch_one(self, where: str, *values: object) -> Json | None:
        return next(iter(self._fetch_all(where, *values)), None)

    def _fetch_all(self, where: str, *values: object) -> list[Json]:
        rows: Iterable[tuple[str]] = self._db.execute(f"select body from messages {where}", values)  # noqa: S608
        return [_load(row[0]) for row in rows]


def _dump(body: Json) -> str:
    return msgspec.json.encode(body).decode()


def _load(body: str) -> Json:
    loaded: Json = msgspec.json.decode(body)
    return loaded
