"""Tables of what follows a lock: faces, upscales, and the views of character sheets with people's opinions."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from bot.domain.catalogue import Size
from bot.domain.character_sheet import UNDRAWN_STATES, SheetViewState
from bot.domain.face import Portrait, Unlock
from bot.domain.slot import UNFINISHED_STATES, SlotFailure
from bot.domain.upscale import IN_PROGRESS_STATES, LIVE_STATES, UpscaleMethod, UpscaleState
from storage.db.columns import Dollars, EnumText, JsonValue, UtcMicros
from storage.db.tables import metadata, one_of, slots

faces = Table(
    "faces",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("character_id", ForeignKey("characters.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("character", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("slot_id", ForeignKey("slots.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("portrait", JsonValue[Portrait](Portrait), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("prompt_version", Text, nullable=False),
    Column("brief", Text, nullable=False),
    Column("seed", BigInteger),
    Column("request_id", Text, nullable=False),
    Column("cost", Dollars, nullable=False),
    Column("cost_source", Text, nullable=False),
    Column("tally", JsonValue[Mapping[int, int]](Mapping[int, int]), nullable=False),
    Column("voters", Integer, nullable=False),
    Column("decided_by_lead", Boolean, nullable=False),
    Column("lead", Text, nullable=False),
    Column("locked_by", Text, nullable=False),
    Column("locked_at", UtcMicros, nullable=False),
    Column("message_ts", Text, nullable=False),
    Column("use", Text, nullable=False, server_default=""),
    Column("unlocked", JsonValue[Unlock](Unlock)),
    Column("variation_of", Integer),
    Column("consent_withdrawn_at", UtcMicros),
    UniqueConstraint("character_id", "version"),
    Index("ix_faces_locked_at", "locked_at"),
)

upscales = Table(
    "upscales",
    metadata,
    Column("id", Text, primary_key=True),
    Column("round_id", ForeignKey("faces.round_id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("method", EnumText[UpscaleMethod](UpscaleMethod), nullable=False),
    Column("model", Text, nullable=False),
    Column("price", Dollars, nullable=False),
    Column("reserved_on", Date, nullable=False),
    Column("original_sha256", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("seed", BigInteger),
    Column("requested_by", Text, nullable=False),
    Column("opened_at", UtcMicros, nullable=False),
    Column("state", EnumText[UpscaleState](UpscaleState), nullable=False),
    Column("requested_at", UtcMicros),
    Column("seconds", Float),
    Column("cost", Dollars),
    Column("cost_source", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("portrait", JsonValue[Portrait](Portrait)),
    Column("failure", JsonValue[SlotFailure](SlotFailure)),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcMicros),
    Column("pair_file", Text),
    Column("file_id", Text),
    Column("asked_by", Text, nullable=False, server_default=""),
    one_of("state", UpscaleState),
    one_of("method", UpscaleMethod),
    UniqueConstraint("round_id", "attempt"),
    Index("ix_upscales_state", "state"),
)

_is_live = upscales.c.state.in_([literal_column(f"'{state.value}'") for state in UpscaleState if state in LIVE_STATES])

Index("uq_upscales_live", upscales.c.round_id, unique=True, sqlite_where=_is_live, postgresql_where=_is_live)

# Deleted with their face.
sheet_views = Table(
    "sheet_views",
    metadata,
    Column("id", Text, primary_key=True),
    Column("round_id", ForeignKey("faces.round_id", ondelete="CASCADE"), nullable=False),
    Column("view", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("size", EnumText[Size](Size), nullable=False),
    Column("price", Dollars, nullable=False),
    Column("reserved_on", Date, nullable=False),
    Column("original_sha256", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("opened_at", UtcMicros, nullable=False),
    Column("state", EnumText[SheetViewState](SheetViewState), nullable=False),
    Column("requested_at", UtcMicros),
    Column("seconds", Float),
    Column("cost", Dollars),
    Column("cost_source", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("portrait", JsonValue[Portrait](Portrait)),
    Column("failure", JsonValue[SlotFailure](SlotFailure)),
    Column("asked_by", Text, nullable=False),
    Column("provider_job_id", Text),
    Column("kept_by", Text, nullable=False),
    Column("kept_at", UtcMicros),
    Column("file_id", Text),
    Column("message_ts", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("earlier_same", Integer, nullable=False),
    Column("earlier_drifted", Integer, nullable=False),
    one_of("state", SheetViewState),
    UniqueConstraint("round_id", "view", "attempt"),
    Index("ix_sheet_views_state", "state"),
)

# The tables of pictures that models draw, with the states in which a picture is waited for and its price reserved.
UNFINISHED_PICTURES: Mapping[Table, Collection[StrEnum]] = {
    slots: UNFINISHED_STATES,
    upscales: IN_PROGRESS_STATES,
    sheet_views: UNDRAWN_STATES,
}

sheet_opinions = Table(
    "sheet_opinions",
    metadata,
    Column("view_id", ForeignKey("sheet_views.id", ondelete="CASCADE"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("round_id", Text, nullable=False),
    Column("same", Boolean, nullable=False),
    Column("event_ts_us", BigInteger, nullable=False),
    Index("ix_sheet_opinions_round_id", "round_id"),
)
