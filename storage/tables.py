"""Every table. Ids are text, money is micro-dollars, times are microseconds UTC; the CHECKs stand in for ENUM types.

productions -< characters -< rounds -< slots -< marks      rounds -< papers (of sealed ballots)
    \\-< channels    \\-< aliases    \\-< reminders           deeds: who did what, where no other row tells
                          \\-< faces       \\-- ledger (one charge a settled slot or finish)
purses: what each cap counts, reserved and spent         wishes: briefs that wait for a yes
notices: who was told of a model's end      finishes: attempts to bring a face to 4K
uploads: the files that pictures were about to be shared as, so that a crash does not share them twice
grams: names in pieces, to find those that are nearly right
"""

from collections.abc import Mapping
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
    or_,
)

from bot.ballot import Leg, RunOff, Tally, Tell, Way
from bot.brief import SLOT_LIMIT, Brief
from bot.face import Portrait, Release
from bot.finish import LIVE, FinishState, FinishWay
from bot.production import Customs
from bot.round import OPEN, Reason, State
from bot.slot import Miss, SlotState
from storage.columns import Document, Dollars, Instant, Word

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(word.value) for word in words)})", column)


productions = Table(
    "productions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("customs", Document[Customs](Customs)),
    UniqueConstraint("team", "channel"),
)

# Every conversation that casts, and for which production: its own, or one it shares.
channels = Table(
    "channels",
    metadata,
    Column("team", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("production_id", ForeignKey("productions.id"), nullable=False),
)

characters = Table(
    "characters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("production_id", ForeignKey("productions.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("shown_in", Text),
    Column("has_face", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("production_id", "folded"),
    Index("ix_characters_folded", "folded"),
    # All that a page of the roster, its sum and its shelves look at.
    Index("ix_characters_listed", "production_id", "shown_in", "folded", "id", "has_face"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("production_id", ForeignKey("productions.id"), primary_key=True),
    Column("folded", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("character_id", ForeignKey("characters.id"), nullable=False),
    Index("ix_aliases_character_id", "character_id"),
    Index("ix_aliases_folded", "folded"),
)

# The pieces of every name and alias of a workspace.
grams = Table(
    "grams",
    metadata,
    Column("team", Text, primary_key=True),
    Column("gram", Text, primary_key=True),
    Column("folded", Text, primary_key=True),
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
    Column("brief", Document[Brief](Brief), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("prompt_version", Text, nullable=False),
    Column("reason", Document[Reason](Reason), nullable=False),
    Column("order_seed", BigInteger, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("patience_until", Instant, nullable=False),
    Column("state", Word[State](State), nullable=False),
    Column("why_void", Text, nullable=False),
    Column("closes_at", Instant),
    Column("message_ts", Text),
    Column("sheet_file", Text),
    Column("sheet_shows", Integer, nullable=False),
    Column("sheet_refused", Text, nullable=False, server_default=""),
    Column("record_file", Text),
    Column("locked_slot", Text),
    Column("ballot_version", Integer, nullable=False),
    Column("parent", ForeignKey("rounds.id")),
    Column("origin", Text, nullable=False, server_default=""),
    Column("because", Text, nullable=False, server_default=""),
    Column("asked_by", Text, nullable=False, server_default=""),
    Column("voting_since", Instant),
    Column("asked_in", Text, nullable=False, server_default=""),
    Column("tally", Document[Tally](Tally)),
    Column("run_off", Document[RunOff](RunOff)),
    Column("remind_at", Instant),
    _one_of("state", State),
    UniqueConstraint("team", "channel", "message_ts"),
    Index("ix_rounds_state_closes_at", "state", "closes_at"),
    Index("ix_rounds_team_state", "team", "state"),
    Index("ix_rounds_opened_at", "opened_at"),
)

# Words and not parameters: a database uses a partial index only where it can read that the query implies it.
is_open = rounds.c.state.in_([literal_column(f"'{state.value}'") for state in State if state in OPEN])

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
    Column("state", Word[SlotState](SlotState), nullable=False),
    Column("again_for", ForeignKey("slots.id")),
    Column("number", Integer),
    Column("asked_at", Instant),
    Column("paused_until", Instant),
    Column("seconds", Float),
    Column("cost", Dollars),
    Column("cost_source", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("portrait", Document[Portrait](Portrait)),
    Column("miss", Document[Miss](Miss)),
    Column("file_id", Text),
    Column("original_file", Text),
    Column("ticket", Text),
    Column("vary_of", ForeignKey("slots.id")),
    Column("prompt", Text, nullable=False, server_default=""),
    _one_of("state", SlotState),
    CheckConstraint(f"number BETWEEN 1 AND {SLOT_LIMIT}", "number"),
    UniqueConstraint("round_id", "number"),
    UniqueConstraint("round_id", "position"),
    Index("ix_slots_state", "state"),
)

# As `Round.spender_of` says; words and not parameters, so that PostgreSQL knows it again where it groups.
_first = and_(rounds.c.asked_by != literal_column("''"), slots.c.again_for.is_(None), slots.c.vary_of.is_(None))
spender = case((_first, rounds.c.asked_by), else_=rounds.c.lead)

marks = Table(
    "marks",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("slot_id", ForeignKey("slots.id"), primary_key=True),
    Column("way", Word[Way](Way), primary_key=True),
    Column("on", Boolean, nullable=False),
    Column("stamp", BigInteger, nullable=False),
    _one_of("way", Way),
)

papers = Table(
    "papers",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("leg", Word[Leg](Leg), primary_key=True),
    Column("human", Document[frozenset[str]](frozenset[str]), nullable=False),
    Column("likeness", Document[frozenset[str]](frozenset[str]), nullable=False),
    Column("tells", Document[Mapping[str, tuple[Tell, ...]]](Mapping[str, tuple[Tell, ...]]), nullable=False),
    Column("stamp", BigInteger, nullable=False),
    _one_of("leg", Leg),
)

# Who was told that their vote is missing, once for each ballot.
reminders = Table(
    "reminders",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("leg", Word[Leg](Leg), primary_key=True),
    Column("at", Instant, nullable=False),
    _one_of("leg", Leg),
)

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
    Column("portrait", Document[Portrait](Portrait), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("prompt_version", Text, nullable=False),
    Column("brief", Text, nullable=False),
    Column("seed", BigInteger),
    Column("request_id", Text, nullable=False),
    Column("cost", Dollars, nullable=False),
    Column("cost_source", Text, nullable=False),
    Column("tally", Document[Mapping[int, int]](Mapping[int, int]), nullable=False),
    Column("voters", Integer, nullable=False),
    Column("decided_by_lead", Boolean, nullable=False),
    Column("lead", Text, nullable=False),
    Column("locked_by", Text, nullable=False),
    Column("locked_at", Instant, nullable=False),
    Column("message_ts", Text, nullable=False),
    Column("use", Text, nullable=False, server_default=""),
    Column("released", Document[Release](Release)),
    Column("varies", Integer),
    UniqueConstraint("character_id", "version"),
)

finishes = Table(
    "finishes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("round_id", ForeignKey("faces.round_id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("way", Word[FinishWay](FinishWay), nullable=False),
    Column("model", Text, nullable=False),
    Column("price", Dollars, nullable=False),
    Column("reserved_on", Date, nullable=False),
    Column("original", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("seed", BigInteger),
    Column("asked_by", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("state", Word[FinishState](FinishState), nullable=False),
    Column("asked_at", Instant),
    Column("seconds", Float),
    Column("cost", Dollars),
    Column("cost_source", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("portrait", Document[Portrait](Portrait)),
    Column("miss", Document[Miss](Miss)),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Instant),
    Column("pair_file", Text),
    Column("file_id", Text),
    _one_of("state", FinishState),
    _one_of("way", FinishWay),
    UniqueConstraint("round_id", "attempt"),
    Index("ix_finishes_state", "state"),
)

_is_live = finishes.c.state.in_([literal_column(f"'{state.value}'") for state in FinishState if state in LIVE])

Index("uq_finishes_live", finishes.c.round_id, unique=True, sqlite_where=_is_live, postgresql_where=_is_live)

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
    Column("at", Instant, nullable=False),
    Column("told_at", Instant),
    Column("answered_by", Text),
    CheckConstraint("kind IN ('slot', 'finish')", "kind"),
    CheckConstraint("source IN ('exact', 'listed', 'unknown', 'told')", "source"),
    Index("ix_ledger_round_id", "round_id"),
    Index("ix_ledger_team_day", "team", "day"),
)

# A charge that waits for a person: nobody knows whether it was made, or it passed what was reserved for it.
is_overrun = and_(ledger.c.usd > ledger.c.reserved, ledger.c.answered_by.is_(None))
is_question = or_(ledger.c.source == literal_column("'unknown'"), is_overrun)

Index("ix_ledger_questions", ledger.c.team, sqlite_where=is_question, postgresql_where=is_question)

purses = Table(
    "purses",
    metadata,
    Column("team", Text, primary_key=True),
    Column("cap", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("committed", Dollars, nullable=False),
    CheckConstraint("cap IN ('day', 'person_day', 'production_month', 'workspace_month')", "cap"),
)

wishes = Table(
    "wishes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("brief", Document[Brief](Brief), nullable=False),
    Column("lead", Text, nullable=False, server_default=""),
    Column("asked_in", Text, nullable=False, server_default=""),
    Column("stamp", BigInteger, nullable=False, server_default="0"),
)

notices = Table(
    "notices",
    metadata,
    Column("team", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)

uploads = Table(
    "uploads",
    metadata,
    Column("key", Text, primary_key=True),
    Column("files", Text, nullable=False),
)

deeds = Table(
    "deeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("what", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("character_id", Text, nullable=False),
    Column("round_id", Text, nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_deeds_character_id", "character_id"),
    Index("ix_deeds_team_channel", "team", "channel"),
)
