"""Migration 0105: stored names get the keys of the present fold, and names that become equal stay apart."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from bot.domain.names import normalize_name
from storage import migrate
from storage.migrations import _config


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A database at the revision before, with one production."""
    path = tmp_path / "castroom.sqlite"
    with create_engine(f"sqlite:///{path}").begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, _revision_before())
        insert(connection, "productions", id="p1", team="T1", channel="C1", name="")
    yield f"sqlite+aiosqlite:///{path}"


def _revision_before() -> str:
    revision = ScriptDirectory.from_config(_config()).get_revision("0105").down_revision
    assert isinstance(revision, str)
    return revision


def insert(connection: Connection, table: str, **row: Any) -> None:
    columns = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), row)  # noqa: S608 - constants


def add_character(
    connection: Connection, id_: str, name: str, key: str, *, opened_at: int = 1, face: bool = False
) -> None:
    insert(connection, "characters", id=id_, production_id="p1", name=name, name_key=key, has_face=face)
    row = {"id": f"r-{id_}", "team": "T1", "channel": "C1", "character_id": id_, "lead": "U1"}
    row |= {
        "brief": json.dumps({"name": name, "text": "x"}),
        "prompt": "",
        "prompt_version": "",
        "routing_reason": "{}",
    }
    row |= {"order_seed": "0", "patience_until": "0", "state": "void", "void_reason": "", "sheet_candidate_count": "0"}
    insert(connection, "rounds", **row, ballot_version=0, opened_at=opened_at)


def add_alias(connection: Connection, name: str, key: str, character_id: str) -> None:
    insert(connection, "aliases", production_id="p1", name=name, name_key=key, character_id=character_id)


def connect(url: str) -> Connection:
    return create_engine(url.replace("+aiosqlite", "")).connect()


def names(url: str, table: str = "characters", id_: str = "id") -> dict[str, tuple[str, str]]:
    with connect(url) as connection:
        rows = connection.execute(text(f"SELECT {id_} AS id, name, name_key FROM {table}"))  # noqa: S608 - constants
        return {row.id: (row.name, row.name_key) for row in rows}


async def test_stored_names_get_new_keys_and_stay_as_typed(url: str) -> None:
    with connect(url) as connection:
        add_character(connection, "c1", "O’Connor", "o’connor")
        add_character(connection, "c2", "Jean‑Luc", "jean‑luc")
        add_character(connection, "c3", "Maya", "maya")
        add_alias(connection, "the fisher’s wife", "the fisher’s wife", "c3")
        connection.commit()
    await migrate(url)
    assert names(url) == {"c1": ("O’Connor", "o'connor"), "c2": ("Jean‑Luc", "jean-luc"), "c3": ("Maya", "maya")}
    assert names(url, "aliases", "character_id") == {"c3": ("the fisher’s wife", "the fisher's wife")}
    with connect(url) as connection:
        keys = set(connection.scalars(text("SELECT name_key FROM name_trigrams WHERE team = 'T1'")))
    assert {"o'connor", "jean-luc", "the fisher's wife"} <= keys


async def test_twins_are_both_kept_and_the_later_one_gets_a_number(url: str) -> None:
    with connect(url) as connection:
        add_character(connection, "c1", "O'Connor", "o'connor", opened_at=1)
        add_character(connection, "c2", "O’Connor", "o’connor", opened_at=2, face=True)
        add_character(connection, "c3", "OʼConnor", "oʼconnor", opened_at=3)
        add_character(connection, "c4", "O'Connor (2)", "o'connor (2)", opened_at=4)
        connection.commit()
    await migrate(url)
    found = names(url)
    assert found["c2"] == ("O’Connor", "o'connor"), "the one with a face keeps its name"
    assert found["c4"] == ("O'Connor (2)", "o'connor (2)")
    assert {found["c1"][0], found["c3"][0]} == {"O'Connor (3)", "OʼConnor (4)"}
    assert len({key for _, key in found.values()}) == 4
    with connect(url) as connection:
        brief = json.loads(connection.scalar(text("SELECT brief FROM rounds WHERE id = 'r-c1'")))
        events = connection.execute(text("SELECT action, character_id, detail FROM audit_log ORDER BY id")).all()
    assert brief["name"] == found["c1"][0], "a re-roll of its round finds it and not its twin"
    assert {tuple(event) for event in events} == {("renamed", "c1", "O'Connor"), ("renamed", "c3", "OʼConnor")}


async def test_exchanged_keys_and_nameless_characters_do_not_stop_it(url: str) -> None:
    with connect(url) as connection:
        add_character(connection, "c1", "\u200b", "\u200b")
        add_character(connection, "c2", "\u3164", "\u3164", opened_at=2)
        add_character(connection, "c3", "A-B", "a–b")
        add_character(connection, "c4", "A–C", "a-b")
        connection.commit()
    await migrate(url)
    found = names(url)
    assert [found[id_][0] for id_ in ("c1", "c2")] == ["Unnamed", "Unnamed (2)"]
    assert [found[id_][1] for id_ in ("c3", "c4")] == ["a-b", "a-c"]


async def test_alias_that_reads_like_another_name_is_told_apart(url: str) -> None:
    with connect(url) as connection:
        add_character(connection, "c1", "O'Connor", "o'connor")
        add_character(connection, "c2", "Maya", "maya", opened_at=2)
        add_alias(connection, "O’Connor", "o’connor", "c1")
        add_alias(connection, "OʼConnor", "oʼconnor", "c2")
        add_alias(connection, "\u200b", "\u200b", "c2")
        connection.commit()
    await migrate(url)
    assert names(url, "aliases", "character_id") == {"c2": ("OʼConnor (2)", "oʼconnor (2)".replace("ʼ", "'"))}


async def test_stored_keys_are_those_of_the_fold(url: str) -> None:
    with connect(url) as connection:
        for number, name in enumerate(("IŞIK", "Straße", "Ｍａｙａ", "김\u00a0민수", "मीना")):
            add_character(connection, f"c{number}", name, f"old {number}")
        connection.commit()
    await migrate(url)
    assert all(key == normalize_name(name) for name, key in names(url).values())
