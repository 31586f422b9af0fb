"""Rows with a value in every column, made from the schema that a database has, whatever its revision."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    inspect,
)
from sqlalchemy.types import TypeEngine

FIRST_DAY = date(2026, 11, 24)
# JSON that two databases could store differently.
VALUE = {"z": [1, 2.5, None, True], "a": {"text": "Zoë 😀 \u2028", "large": 2**53 + 1, "tiny": 1e-7}}
NOT_COPIED = ("alembic_version", "unfinished_copy")


@dataclass(frozen=True)
class Schema:
    """The bot's tables as a database has them, those that others refer to first, and the texts that CHECKs allow.

    `literals` has the allowed texts by table and column.
    """

    tables: Sequence[Table]
    literals: Mapping[str, Mapping[str, Sequence[str]]]


def read_schema(connection: Connection) -> Schema:
    """Return the schema of a database."""
    metadata = MetaData()
    metadata.reflect(connection)
    tables = [table for table in metadata.sorted_tables if table.name not in NOT_COPIED]
    return Schema(tables, {table.name: _check_literals(connection, table) for table in tables})


def insert_rows(
    connection: Connection, count: int = 1, start: int = 1, schema: Schema | None = None, **json: Any
) -> None:
    """Insert `count` rows into every table, by default those of the database's schema.

    `json` gives the value of a JSON column by `table_column`. The row of number n refers to the rows of number n, and
    to row n - 1 of its own table.
    """
    schema = schema or read_schema(connection)
    for table in schema.tables:
        for number in range(start, start + count):
            literals = schema.literals[table.name]
            values = {column.name: _value(column, number, start, literals, json) for column in table.c}
            connection.execute(table.insert(), values)


def _check_literals(connection: Connection, table: Table) -> dict[str, list[str]]:
    """Return the texts that a CHECK allows, by the column that it names first."""
    checks = [str(check["sqltext"]) for check in inspect(connection).get_check_constraints(table.name)]
    found = {check: re.search(r"\w+", check) for check in checks}
    return {match[0]: re.findall(r"'([^']*)'", check) for check, match in found.items() if match}


def _value(
    column: Column[Any], number: int, start: int, literals: Mapping[str, Sequence[str]], json: Mapping[str, Any]
) -> Any:
    if key := next(iter(column.foreign_keys), None):
        is_own = key.column.table is column.table
        return (_text(key.column, number - 1) if number > start else None) if is_own else _text(key.column, number)
    if allowed := literals.get(column.name):
        return allowed[number % len(allowed)]
    kinds: list[tuple[type[TypeEngine[Any]], Any]] = [
        (Boolean, number % 2 == 0),
        (JSON, json.get(f"{column.table.name}_{column.name}", VALUE)),
        (Date, FIRST_DAY + timedelta(days=number)),
        (DateTime, None),
        (Float, number + 0.1),
        (BigInteger, number),
        # Some have a CHECK with such a range.
        (Integer, number if column.primary_key else 1 + (number - 1) % 8),
        (LargeBinary, bytes([number % 256, 0, 255])),
    ]
    return next((value for kind, value in kinds if isinstance(column.type, kind)), _text(column, number))


def _text(column: Column[Any], number: int) -> str:
    while key := next((key for key in column.foreign_keys if key.column.table is not column.table), None):
        column = key.column
    return f"{column.table.name}.{column.name} {number} é"
