"""Tables of ballots: votes, sealed ballots, reminders, comments, tags, and whether two faces could be confused."""

from collections.abc import Mapping

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from bot.domain.ballot import BallotStage, FlawTag, VoteSource
from storage.db.columns import EnumText, JsonValue, UtcMicros
from storage.db.tables import metadata, one_of

vote_inputs = Table(
    "vote_inputs",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("slot_id", ForeignKey("slots.id"), primary_key=True),
    Column("source", EnumText[VoteSource](VoteSource), primary_key=True),
    Column("on", Boolean, nullable=False),
    Column("event_ts_us", BigInteger, nullable=False),
    one_of("source", VoteSource),
)

ballot_submissions = Table(
    "ballot_submissions",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("stage", EnumText[BallotStage](BallotStage), primary_key=True),
    Column("reads_human", JsonValue[frozenset[str]](frozenset[str]), nullable=False),
    Column("matches_character", JsonValue[frozenset[str]](frozenset[str]), nullable=False),
    Column(
        "flaw_tags", JsonValue[Mapping[str, tuple[FlawTag, ...]]](Mapping[str, tuple[FlawTag, ...]]), nullable=False
    ),
    Column("event_ts_us", BigInteger, nullable=False),
    one_of("stage", BallotStage),
)

# A reminder that a person's vote is missing, once for each ballot.
reminders = Table(
    "reminders",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("stage", EnumText[BallotStage](BallotStage), primary_key=True),
    Column("at", UtcMicros, nullable=False),
    one_of("stage", BallotStage),
)

# Deleted with their round and slot.
comments = Table(
    "comments",
    metadata,
    Column("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("slot_id", ForeignKey("slots.id", ondelete="CASCADE"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("event_ts_us", BigInteger, nullable=False),
)

# What each person finds artificial about each candidate of an open ballot; deleted with their round and slot.
flaw_answers = Table(
    "flaw_answers",
    metadata,
    Column("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("slot_id", ForeignKey("slots.id", ondelete="CASCADE"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("tags", JsonValue[tuple[FlawTag, ...]](tuple[FlawTag, ...]), nullable=False),
    Column("event_ts_us", BigInteger, nullable=False),
)

# Counts are set when a question is closed and its answers are deleted.
look_alike_questions = Table(
    "look_alike_questions",
    metadata,
    Column("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("other_round_id", ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("shared", JsonValue[tuple[str, ...]](tuple[str, ...]), nullable=False),
    Column("asked_at", UtcMicros, nullable=False),
    Column("message_ts", Text, nullable=False, server_default=""),
    Column("digest", Text, nullable=False, server_default=""),
    Column("yes_count", Integer),
    Column("no_count", Integer),
    Index("ix_look_alike_questions_other_round_id", "other_round_id"),
)

look_alike_answers = Table(
    "look_alike_answers",
    metadata,
    Column("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("other_round_id", ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("is_yes", Boolean, nullable=False),
    Column("event_ts_us", BigInteger, nullable=False),
    Index("ix_look_alike_answers_other_round_id", "other_round_id"),
)

comment_messages = Table(
    "comment_messages",
    metadata,
    Column("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("message_ts", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
