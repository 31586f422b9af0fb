"""Tables for erasures: characters that are being deleted, and which files in Slack show which round."""

from sqlalchemy import Column, Index, Integer, Table, Text

from storage.db.columns import UtcMicros
from storage.db.tables import metadata

# One row for each deletion of a character; `refused_files` are ids of files that Slack did not delete.
deletions = Table(
    "deletions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("character_id", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("requested_at", UtcMicros, nullable=False),
    Column("finished_at", UtcMicros),
    Column("refused_files", Text, nullable=False, server_default=""),
)

is_unfinished = deletions.c.finished_at.is_(None)

Index("ix_deletions_unfinished", deletions.c.requested_at, sqlite_where=is_unfinished, postgresql_where=is_unfinished)

# A file that the bot uploaded, once for each round whose portraits it shows.
posted_files = Table(
    "posted_files",
    metadata,
    Column("round_id", Text, primary_key=True),
    Column("file_id", Text, primary_key=True),
)

# A message of the bot that says something of a round, beside the round's own: replies in threads, shared faces, direct
# messages. Those of comments and of targets have their own rows.
posted_messages = Table(
    "posted_messages",
    metadata,
    Column("round_id", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("message_ts", Text, primary_key=True),
)

# Workspaces that removed the app. Their data is deleted after a grace period, unless they install it again.
removed_workspaces = Table(
    "removed_workspaces",
    metadata,
    Column("team", Text, primary_key=True),
    Column("installation_id", Text, nullable=False),
    Column("removed_at", UtcMicros, nullable=False),
)

# Reports of portraits; slot and round say whether they are hidden. Earlier reports name no slot. `settled_at` is when
# Slack showed the round's pictures as the newest report, or the decision about it, wants them.
reports = Table(
    "reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("round_id", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcMicros, nullable=False),
    Column("slot_id", Text, nullable=False, server_default=""),
    Column("settled_at", UtcMicros),
    Index("ix_reports_round_id", "round_id"),
)

is_unsettled = reports.c.settled_at.is_(None)

Index("ix_reports_unsettled", reports.c.round_id, sqlite_where=is_unsettled, postgresql_where=is_unsettled)

# Days that workspaces keep data, by kind, where a production says nothing.
workspace_retentions = Table(
    "workspace_retentions",
    metadata,
    Column("team", Text, primary_key=True),
    Column("portraits", Integer),
    Column("photos", Integer),
    Column("voters", Integer),
    Column("audit", Integer),
)
