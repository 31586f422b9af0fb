"""Tables of productions, rounds, money and jobs; `*_tables.py` beside this have the others.

Ids are text, money is micro-dollars, times are microseconds UTC; CHECKs replace ENUM types.

productions -< channels, characters
characters -< aliases, rounds
rounds -< slots -< vote_inputs
rounds -< ballot_submissions (answers of sealed ballots), reminders (who was reminded to vote), comments
rounds -- comment_messages (the thread message that collects the comments)
rounds -< flaw_answers (what looked artificial on open ballots)
rounds -< look_alike_questions -< look_alike_answers (whether the face of a round could be confused with an earlier one)
rounds -- faces -< upscales (attempts to upscale the locked face to 4K)
faces -< sheet_views (attempts at the views of the character sheet) -< sheet_opinions
rounds -< ledger (one charge for each settled slot, upscale or sheet view)

audit_log           changes that no other row records
cast_lists          characters of `/cast many`, started one after another
budget_periods      the amount reserved and spent under each cap
name_trigrams       names in pieces of three letters, for the search of similar names
retirement_notices  who was notified that a model retires
round_drafts        briefs that wait for confirmation
slack_uploads       files whose sharing has begun, so that a restart does not share them twice
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    and_,
    case,
    false,
    literal_column,
    not_,
    or_,
)

from bot.domain.ballot import RunOff, Tally
from bot.domain.brief import SLOT_LIMIT, Brief
from bot.domain.cast_many import ManyLine, ManyState, StopReason
from bot.domain.face import Portrait
from bot.domain.flaw_tags import FlawRemedy
from bot.domain.production import ProductionSettings
from bot.domain.round_state import FOLLOW_UPS, OPEN_STATES, RoundState
from bot.domain.routing.reason import RoutingReason
from bot.domain.slot import SlotFailure, SlotState
from storage.db.columns import Dollars, EnumText, JsonValue, UtcMicros

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def one_of(column: str, enum_type: type[StrEnum]) -> CheckConstraint:
    """Return a check that the column has a value of the enum."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(member.value) for member in enum_type)})", column)


productions = Table(
    "productions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("settings", JsonValue[ProductionSettings](ProductionSettings)),
    UniqueConstraint("team", "channel"),
)

# Every conversation that casts, and its production, which several conversations may share.
channels = Table(
    "channels",
    metadata,
    Column("team", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("production_id", ForeignKey("productions.id"), nullable=False),
)

# Ids that a channel had before Slack changed them; `moved_to` is its present id.
moved_channels = Table(
    "moved_channels",
    metadata,
    Column("team", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("moved_to", Text, nullable=False),
    Index("ix_moved_channels_moved_to", "team", "moved_to"),
)

characters = Table(
    "characters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("production_id", ForeignKey("productions.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("visible_channel", Text),
    Column("has_face", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("production_id", "name_key"),
    Index("ix_characters_name_key", "name_key"),
    # Covers the queries of a roster page, its total and its sections.
    Index("ix_characters_roster", "production_id", "visible_channel", "name_key", "id", "has_face"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("production_id", ForeignKey("productions.id"), primary_key=True),
    Column("name_key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("character_id", ForeignKey("characters.id"), nullable=False),
    Index("ix_aliases_character_id", "character_id"),
    Index("ix_aliases_name_key", "name_key"),
)

name_trigrams = Table(
    "name_trigrams",
    metadata,
    Column("team", Text, primary_key=True),
    Column("trigram", Text, primary_key=True),
    Column("name_key", Text, primary_key=True),
    sqlite_with_rowid=False,
)

rounds = Table(
    "rounds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("character_id", ForeignKey("characters.id"), nullable=False),
    Column("lead", Text, nullable=False),
    Column("brief", JsonValue[Brief](Brief), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("prompt_version", Text, nullable=False),
    Column("routing_reason", JsonValue[RoutingReason](RoutingReason), nullable=False),
    Column("order_seed", BigInteger, nullable=False),
    Column("opened_at", UtcMicros, nullable=False),
    Column("patience_until", UtcMicros, nullable=False),
    Column("state", EnumText[RoundState](RoundState), nullable=False),
    Column("void_reason", Text, nullable=False),
    Column("closes_at", UtcMicros),
    Column("message_ts", Text),
    Column("sheet_file", Text),
    Column("sheet_candidate_count", Integer, nullable=False),
    Column("sheet_refused", Text, nullable=False, server_default=""),
    Column("record_file", Text),
    Column("locked_slot", Text),
    Column("ballot_version", Integer, nullable=False),
    Column("parent", ForeignKey("rounds.id")),
    Column("origin", Text, nullable=False, server_default=""),
    Column("recast_reason", Text, nullable=False, server_default=""),
    Column("requested_by", Text, nullable=False, server_default=""),
    Column("voting_since", UtcMicros),
    Column("first_closed_at", UtcMicros),
    Column("source_thread_ts", Text, nullable=False, server_default=""),
    Column("tally", JsonValue[Tally](Tally)),
    Column("run_off", JsonValue[RunOff](RunOff)),
    Column("remind_at", UtcMicros),
    Column("reported_at", UtcMicros),
    Column("remedies", JsonValue[tuple[FlawRemedy, ...]](tuple[FlawRemedy, ...]), nullable=False, server_default="[]"),
    Column("door_token", Text, nullable=False, server_default=""),
    one_of("state", RoundState),
    UniqueConstraint("team", "channel", "message_ts"),
    Index("ix_rounds_state_closes_at", "state", "closes_at"),
    Index("ix_rounds_team_state", "team", "state"),
    Index("ix_rounds_opened_at", "opened_at"),
    Index("ix_rounds_parent", "parent"),
)

# Literals, not parameters: a database uses a partial index only if the text of the query implies its condition.
_is_in_open_state = rounds.c.state.in_(
    [literal_column(f"'{state.value}'") for state in RoundState if state in OPEN_STATES]
)
is_follow_up = rounds.c.origin.in_([literal_column(f"'{origin}'") for origin in sorted(FOLLOW_UPS)])
# A round that casts its character. Follow-ups run beside it and beside a face.
is_open = and_(_is_in_open_state, not_(is_follow_up))
# As `Round.is_open`: a follow-up ends with its close.
is_unended = and_(_is_in_open_state, not_(and_(is_follow_up, rounds.c.state == literal_column("'closed'"))))

is_blind = rounds.c.state.in_((RoundState.DRAWING, RoundState.VOTING))

_is_of_door = rounds.c.door_token != literal_column("''")

Index("ix_rounds_door_token", rounds.c.door_token, sqlite_where=_is_of_door, postgresql_where=_is_of_door)

Index("uq_rounds_open", rounds.c.character_id, unique=True, sqlite_where=is_open, postgresql_where=is_open)

slots = Table(
    "slots",
    metadata,
    Column("id", Text, primary_key=True),
    Column("round_id", ForeignKey("rounds.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("price", Dollars, nullable=False),
    Column("reserved_on", Date, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("state", EnumText[SlotState](SlotState), nullable=False),
    Column("rerolls_slot_id", ForeignKey("slots.id")),
    Column("number", Integer),
    Column("requested_at", UtcMicros),
    Column("wait_until", UtcMicros),
    Column("seconds", Float),
    Column("cost", Dollars),
    Column("cost_source", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("portrait", JsonValue[Portrait](Portrait)),
    Column("failure", JsonValue[SlotFailure](SlotFailure)),
    Column("file_id", Text),
    Column("original_file", Text),
    Column("provider_job_id", Text),
    Column("variation_of_slot_id", ForeignKey("slots.id")),
    Column("prompt", Text, nullable=False, server_default=""),
    Column("asked_by", Text, nullable=False, server_default=""),
    Column("reported_at", UtcMicros),
    Column("copy_of_slot_id", Text),
    Column("situation", Text, nullable=False, server_default=""),
    one_of("state", SlotState),
    CheckConstraint(f"number BETWEEN 1 AND {SLOT_LIMIT}", "number"),
    UniqueConstraint("round_id", "number"),
    UniqueConstraint("round_id", "position"),
    Index("ix_slots_state", "state"),
)

# As `Round.payer_of`. Literals, not parameters, so that PostgreSQL recognises the expression in GROUP BY.
_paid_by_starter = and_(
    rounds.c.requested_by != literal_column("''"),
    slots.c.rerolls_slot_id.is_(None),
    slots.c.variation_of_slot_id.is_(None),
)
payer_id = case((_paid_by_starter, rounds.c.requested_by), else_=rounds.c.lead)

ledger = Table(
    "ledger",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("round_id", ForeignKey("rounds.id"), nullable=False),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("model", Text, nullable=False),
    Column("reserved", Dollars, nullable=False),
    Column("usd", Dollars, nullable=False),
    Column("source", Text, nullable=False),
    Column("at", UtcMicros, nullable=False),
    Column("notified_at", UtcMicros),
    Column("resolved_by", Text),
    CheckConstraint("source IN ('exact', 'listed', 'unknown', 'confirmed')", "source"),
    Index("ix_ledger_round_id", "round_id"),
    Index("ix_ledger_team_day", "team", "day"),
)

# A charge that needs confirmation (it is unknown whether it was made) or exceeds its reservation.
is_overrun = and_(ledger.c.usd > ledger.c.reserved, ledger.c.resolved_by.is_(None))
is_pending_charge = or_(ledger.c.source == literal_column("'unknown'"), is_overrun)

Index("ix_ledger_pending", ledger.c.team, sqlite_where=is_pending_charge, postgresql_where=is_pending_charge)

budget_periods = Table(
    "budget_periods",
    metadata,
    Column("team", Text, primary_key=True),
    Column("cap", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("starts_on", Date, primary_key=True),
    Column("committed", Dollars, nullable=False),
    CheckConstraint("cap IN ('day', 'person_day', 'production_month', 'workspace_month')", "cap"),
)

round_drafts = Table(
    "round_drafts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("brief", JsonValue[Brief](Brief), nullable=False),
    Column("lead", Text, nullable=False, server_default=""),
    Column("source_thread_ts", Text, nullable=False, server_default=""),
    Column("event_ts_us", BigInteger, nullable=False, server_default="0"),
    Column("saved_at", UtcMicros, nullable=False, server_default="0"),
    Index("ix_round_drafts_saved_at", "saved_at"),
)

cast_lists = Table(
    "cast_lists",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("lines", JsonValue[tuple[ManyLine, ...]](tuple[ManyLine, ...]), nullable=False),
    Column("state", EnumText[ManyState](ManyState), nullable=False),
    Column("stop", JsonValue[StopReason](StopReason)),
    Column("version", Integer, nullable=False),
    Column("message_ts", Text, nullable=False),
    Column("shown_version", Integer, nullable=False),
    Column("saved_at", UtcMicros, nullable=False),
    one_of("state", ManyState),
    Index("ix_cast_lists_state", "state"),
)

retirement_notices = Table(
    "retirement_notices",
    metadata,
    Column("team", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("at", UtcMicros, nullable=False),
)

slack_uploads = Table(
    "slack_uploads",
    metadata,
    Column("key", Text, primary_key=True),
    Column("files", Text, nullable=False),
)

# Access tokens of the doors, found by the hash of their text.
door_tokens = Table(
    "door_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("production_id", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("month_cap", Dollars, nullable=False),
    Column("created_at", UtcMicros, nullable=False),
    Column("expires_at", UtcMicros, nullable=False),
    Column("revoked_at", UtcMicros),
    Column("revoked_by", Text, nullable=False, server_default=""),
    Column("last_used_at", UtcMicros),
    Index("ix_door_tokens_team_channel", "team", "channel"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("action", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", UtcMicros, nullable=False),
    Column("character_id", Text, nullable=False),
    Column("round_id", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_audit_log_character_id", "character_id"),
    Index("ix_audit_log_team_channel", "team", "channel"),
)
