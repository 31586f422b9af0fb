"""Tables by which several processes share one database: redraws, leases, handled events, and reserved calls."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, Table, Text, false

from storage.db.tables import metadata

# Messages that changed. No foreign key: its check would wait for the row lock of a vote in the same round.
redraw_marks = Table(
    "redraw_marks",
    metadata,
    Column("round_id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("drawn_version", BigInteger, nullable=False, server_default="0"),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_redraw_marks_team_changed_at", "team", "changed_at"),
)

is_undrawn = redraw_marks.c.drawn_version < redraw_marks.c.version

Index("ix_redraw_marks_undrawn", redraw_marks.c.changed_at, sqlite_where=is_undrawn, postgresql_where=is_undrawn)

# When a workspace's messages were updated, for the limit a minute.
message_updates = Table(
    "message_updates",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("team", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_message_updates_team_at", "team", "at"),
)

leases = Table(
    "leases",
    metadata,
    Column("key", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
)

seen_events = Table(
    "seen_events",
    metadata,
    Column("team", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("ix_seen_events_at", "at"),
)

# Mentions that the bot answered; `words` is a hash of what was asked.
answered_messages = Table(
    "answered_messages",
    metadata,
    Column("team", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("message_ts", Text, primary_key=True),
    Column("words", Text, nullable=False),
    Column("is_final", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_answered_messages_at", "at"),
)

# The newest choice in each open modal, since Slack may deliver two choices to two processes.
newest_choices = Table(
    "newest_choices",
    metadata,
    Column("view_id", Text, primary_key=True),
    Column("event_ts_us", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_newest_choices_at", "at"),
)

# What the providers said last: the first day without each model, null for a model that is served without an end.
retirement_dates = Table(
    "retirement_dates",
    metadata,
    Column("model", Text, primary_key=True),
    Column("retires_on", Date),
)

# Requests to a provider account that wait or were sent, in the order in which they joined. `sent_at` is null while a
# request waits; `seen_at` is when its process asked last.
call_reservations = Table(
    "call_reservations",
    metadata,
    Column("key", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    Index("ix_call_reservations_account_seen_at", "account", "seen_at"),
)

# Until when no request of an account is sent, after a 429.
account_back_offs = Table(
    "account_back_offs",
    metadata,
    Column("account", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
)
