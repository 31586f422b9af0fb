"""Conversion between rows and domain values. Columns have the names of the fields."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Table

from bot.domain.face import Face
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.slot import Slot
from storage.db.face_tables import faces
from storage.db.tables import rounds, slots

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ROUND_COLUMNS = [column for column in rounds.c if column is not rounds.c.remind_at]
SLOT_COLUMNS = [column for column in slots.c if column is not slots.c.reserved_on]
FACE_COLUMNS = [column.label(f"face_{column.name}") for column in faces.c]

# By name: a roster may have 100,000 rows, and a lookup by column takes several times as long.
_SLOT_FIELDS = [column.name for column in SLOT_COLUMNS]
_FACE_FIELDS = [(column.name, f"face_{column.name}") for column in faces.c]

Row = dict[str, Any]
T = TypeVar("T")


def round_from_row(row: RowMapping | Row, round_slots: tuple[Slot, ...]) -> Round:
    """Build a round from a row of ROUND_COLUMNS by name."""
    return Round(**with_place(dict(row)), slots=round_slots)


def slot_from_row(row: RowMapping | Row) -> Slot:
    """Build a slot from a row with at least SLOT_COLUMNS."""
    return Slot(**{name: row[name] for name in _SLOT_FIELDS})


def face_from_row(row: RowMapping) -> Face:
    """Build a face from a row with at least FACE_COLUMNS."""
    return Face(**with_place({name: row[label] for name, label in _FACE_FIELDS}))


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the items in groups of at most `size`."""
    return (items[at : at + size] for at in range(0, len(items), size))


def to_row(value: "DataclassInstance") -> Row:
    """Build the row of `value`; a round's slots are left out, because they have their own rows."""
    row = {field.name: getattr(value, field.name) for field in fields(value) if field.name != "slots"}
    if place := row.pop("place", None):
        row |= {"team": place.team, "channel": place.channel}
    return row


def is_at(table: Table, place: ChannelRef) -> ColumnElement[bool]:
    """Return the condition for the rows of a channel."""
    return (table.c.team == place.team) & (table.c.channel == place.channel)


def with_place(row: Row) -> Row:
    """Join workspace and channel, the one field that has two columns."""
    return row | {"place": ChannelRef(row.pop("team"), row.pop("channel"))}
