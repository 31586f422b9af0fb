"""Rows become the core's values and values become rows; columns are named like fields, their types do the rest."""

from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping

from bot.domain.face import Face
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.slot import Slot
from storage.db.tables import faces, rounds, slots

ROUND_COLUMNS = [column for column in rounds.c if column is not rounds.c.remind_at]
SLOT_COLUMNS = [column for column in slots.c if column is not slots.c.reserved_on]
FACE_COLUMNS = [column.label(f"face_{column.name}") for column in faces.c]

# Looked up by name: a roster may have a hundred thousand rows, and a lookup by column takes several times as long.
_SLOT_FIELDS = [column.name for column in SLOT_COLUMNS]
_FACE_FIELDS = [(column.name, f"face_{column.name}") for column in faces.c]

Row = dict[str, Any]


def round_from_row(row: RowMapping, round_slots: tuple[Slot, ...]) -> Round:
    """The round in a row of ROUND."""
    return Round(**_with_place(dict(row)), slots=round_slots)


def slot_from_row(row: RowMapping) -> Slot:
    """The slot in a row that has at least SLOT."""
    return Slot(**{name: row[name] for name in _SLOT_FIELDS})


def face_from_row(row: RowMapping) -> Face:
    """The face in a row that has at least FACE."""
    return Face(**_with_place({name: row[label] for name, label in _FACE_FIELDS}))


def to_row(value: Round | Slot | Face) -> Row:
    """A row for `value` without the slots of a round: these have rows of their own."""
    row = {field.name: getattr(value, field.name) for field in fields(value) if field.name != "slots"}
    if place := row.pop("place", None):
        row |= {"team": place.team, "channel": place.channel}
    return row


def _with_place(row: Row) -> Row:
    return row | {"place": ChannelRef(row.pop("team"), row.pop("channel"))}
