"""Rows as released schemas held them, each value in the words of its time, and how to write them at any revision."""

from datetime import date
from typing import Any

from alembic import command
from sqlalchemy import Connection, MetaData, create_engine, insert

from storage.grams import rows_of
from storage.migrations import _config

TUESDAY = date(2026, 11, 24)
NINE = 1_795_510_800_000_000  # 2026-11-24 09:00 UTC in microseconds
HOUR = 3_600_000_000

Row = dict[str, Any]


def _portrait(key: str) -> Row:
    return {
        "key": key, "media_type": "image/png", "width": 768, "height": 1024, "length": 1000, "sha256": "ab" * 32,
        "credentials": True,
    }  # fmt: skip


def _brief(name: str) -> Row:
    """As the first schema's code wrote it."""
    return {
        "name": name, "text": "a fisherwoman", "models": [], "each": None, "aspect": "3:4", "look": None,
        "open_for": "P1D", "size": "draft",
    }  # fmt: skip


def _round(id_: str, character: str, state: str, **more: object) -> Row:
    return {
        "id": id_, "team": "T1", "channel": "C1", "character_id": character, "lead": "U-lead",
        "brief": _brief(character.title()), "prompt": "A portrait.", "prompt_version": "portrait-1",
        "reason": {"kind": "look", "look": "skin", "missing": ["Nano Banana"]}, "order_seed": 7, "opened_at": NINE,
        "patience_until": NINE + HOUR, "state": state, "why_void": "", "closes_at": None, "message_ts": f"1.{id_}",
        "sheet_file": "F1", "sheet_shows": 1, "record_file": None, "locked_slot": None, "ballot_version": 3,
        "parent": None, "tally": None, "remind_at": None, **more,
    }  # fmt: skip


def _slot(id_: str, position: int, state: str, **more: object) -> Row:
    return {
        "id": id_, "round_id": id_.partition("-")[0], "position": position, "model": "recraft:recraftv4_1",
        "price": 50_000, "reserved_on": TUESDAY, "seed": position, "state": state, "again_for": None, "number": None,
        "asked_at": NINE, "paused_until": None, "seconds": None, "cost": None, "cost_source": "", "request_id": "",
        "portrait": None, "miss": None, "file_id": None, "original_file": None, **more,
    }  # fmt: skip


def _landed(id_: str, position: int, number: int) -> Row:
    return _slot(
        id_, position, "candidate", number=number, seconds=4.5, cost=40_000, cost_source="exact", request_id="req",
        portrait=_portrait(f"{id_.partition('-')[0]}/{id_}/original"), file_id="F2", original_file="F3",
    )  # fmt: skip


def _missed(id_: str, position: int, kind: str, paid: str, cost: int) -> Row:
    miss = {"kind": kind, "detail": "", "paid": paid}
    return _slot(id_, position, "miss", miss=miss, cost=cost, cost_source="unknown" if cost else "")


# In an order in which every row finds what it points to.
ROWS: dict[str, list[Row]] = {
    "productions": [{"id": "p1", "team": "T1", "channel": "C1", "name": "Harbour", "customs": {"style": "soft light"}}],
    "channels": [{"team": "T1", "channel": "C1", "production_id": "p1"}],
    "characters": [
        {"id": "maya", "production_id": "p1", "name": "Maya", "folded": "maya", "shown_in": "C1", "has_face": True},
        {"id": "ben", "production_id": "p1", "name": "Ben", "folded": "ben", "shown_in": "C1", "has_face": False},
    ],
    "grams": rows_of("T1", ("maya", "ben", "old maya")),
    "aliases": [{"production_id": "p1", "folded": "old maya", "name": "Old Maya", "character_id": "maya"}],
    "rounds": [
        _round("r1", "maya", "locked", locked_slot="r1-0", record_file="F4", tally={"votes": {"1": 2}, "voters": 2},
               closes_at=NINE + HOUR, remind_at=NINE),
        _round("r2", "ben", "void", why_void="rerolled"),
        _round("r3", "ben", "voting", parent="r2", origin="rerolled", closes_at=NINE + 24 * HOUR),
    ],
    "slots": [
        _landed("r1-0", 0, 1),
        _missed("r1-1", 1, "refused", "no", 0),
        _missed("r1-2", 2, "timed_out", "maybe", 50_000),
        _landed("r3-0", 0, 1),
        _slot("r3-1", 1, "waiting", asked_at=None, ticket=None),
    ],
    "marks": [
        {"round_id": "r1", "person": "U1", "slot_id": "r1-0", "way": "reaction", "on": True, "stamp": 1},
        {"round_id": "r1", "person": "U2", "slot_id": "r1-0", "way": "button", "on": True, "stamp": 2},
        {"round_id": "r3", "person": "U1", "slot_id": "r3-0", "way": "button", "on": False, "stamp": 3},
    ],
    "papers": [{"round_id": "r3", "person": "U3", "leg": "first", "human": ["r3-0"], "likeness": [], "tells": {},
                "stamp": 5}],
    "reminders": [{"round_id": "r3", "person": "U4", "leg": "first", "at": NINE}],
    "faces": [
        {"round_id": "r1", "character_id": "maya", "version": 1, "character": "Maya", "team": "T1", "channel": "C1",
         "slot_id": "r1-0", "number": 1, "model": "recraft:recraftv4_1", "portrait": _portrait("r1/r1-0/original"),
         "prompt": "A portrait.", "prompt_version": "portrait-1", "brief": "a fisherwoman", "seed": 0,
         "request_id": "req", "cost": 40_000, "cost_source": "exact", "tally": {"1": 2}, "voters": 2,
         "decided_by_lead": False, "lead": "U-lead", "locked_by": "U-lead", "locked_at": NINE + HOUR,
         "message_ts": "1.r1"},
    ],
    "finishes": [
        {"id": "r1-f1", "round_id": "r1", "attempt": 1, "way": "upscale", "model": "recraft:crispUpscale",
         "price": 4_000, "reserved_on": TUESDAY, "original": "ab" * 32, "prompt": "", "seed": None, "asked_by": "U1",
         "opened_at": NINE, "state": "kept", "asked_at": NINE, "seconds": 2.0, "cost": 4_000, "cost_source": "exact",
         "request_id": "up", "portrait": _portrait("r1/r1-f1/original"), "miss": None, "decided_by": "",
         "decided_at": None, "pair_file": None, "file_id": "F5"},
    ],
    "wishes": [{"id": "w1", "team": "T1", "channel": "C1", "person": "U1", "brief": _brief("Maya")}],
    "uploads": [{"key": "ab" * 32, "files": "F1 F2"}],
    "notices": [{"team": "T1", "person": "U1", "model": "openai:gpt-image-2", "at": NINE}],
    "deeds": [{"id": 1, "what": "closed", "team": "T1", "channel": "C1", "person": "U-lead", "at": NINE,
               "character_id": "maya", "round_id": "r1", "note": ""}],
}  # fmt: skip
_CHARGES = [("r1-0", "r1", 40_000, "exact"), ("r1-2", "r1", 50_000, "unknown"), ("r3-0", "r3", 40_000, "exact")]
# The day's purse: what was charged, and what the waiting slot reserves. Nothing was ever spent on the day before.
COMMITTED = 180_000


def written_at(url: str, revision: str) -> None:
    """A new database at a released revision, with a row or more in each of its tables."""
    with create_engine(url.replace("+aiosqlite", "")).connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        _fill(connection)
        connection.commit()


def _fill(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection)
    money = _late_money() if "item_id" in schema.tables["ledger"].c else _first_money()
    for name, rows in {**ROWS, **money}.items():
        if name in schema.tables:
            table = schema.tables[name]
            for row in rows:
                known = {column: value for column, value in row.items() if column in table.c}
                connection.execute(insert(table).values(**known))
    empty = [name for name, table in schema.tables.items() if not connection.execute(table.select()).first()]
    assert empty == [], "a table of a later schema needs rows in the archive too"


def _first_money() -> dict[str, list[Row]]:
    """Before the schema knew persons, productions and months."""
    return {
        "ledger": [
            {"slot_id": item, "round_id": of, "team": "T1", "day": TUESDAY, "model": "recraft:recraftv4_1", "usd": usd,
             "source": source, "at": NINE}
            for item, of, usd, source in _CHARGES
        ],
        "purses": [{"team": "T1", "day": TUESDAY, "committed": COMMITTED}],
    }  # fmt: skip


def _late_money() -> dict[str, list[Row]]:
    purses = (("day", "", TUESDAY), ("person_day", "U-lead", TUESDAY), ("production_month", "C1", date(2026, 11, 1)),
              ("workspace_month", "", date(2026, 11, 1)))  # fmt: skip
    return {
        "ledger": [
            {"item_id": item, "kind": "slot", "round_id": of, "team": "T1", "channel": "C1", "person": "U-lead",
             "day": TUESDAY, "model": "recraft:recraftv4_1", "reserved": 50_000, "usd": usd, "source": source,
             "at": NINE}
            for item, of, usd, source in _CHARGES
        ],
        "purses": [{"team": "T1", "cap": cap, "owner": owner, "since": since, "committed": COMMITTED}
                   for cap, owner, since in purses],
    }  # fmt: skip
