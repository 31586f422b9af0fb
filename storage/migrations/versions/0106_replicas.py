"""Tables by which several processes share one database, and which process asked for a portrait."""

import sqlalchemy as sa
from alembic import op

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "redraw_marks",
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("drawn_version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_redraw_marks")),
    )
    op.create_index("ix_redraw_marks_team_changed_at", "redraw_marks", ["team", "changed_at"])
    is_undrawn = sa.text("drawn_version < version")
    op.create_index(
        "ix_redraw_marks_undrawn",
        "redraw_marks",
        ["changed_at"],
        sqlite_where=is_undrawn,
        postgresql_where=is_undrawn,
    )
    op.create_table(
        "message_updates",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_updates")),
    )
    op.create_index("ix_message_updates_team_at", "message_updates", ["team", "at"])
    op.create_table(
        "leases",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_leases")),
    )
    op.create_table(
        "seen_events",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("team", "event_id", name=op.f("pk_seen_events")),
    )
    op.create_index("ix_seen_events_at", "seen_events", ["at"])
    op.create_table(
        "answered_messages",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("message_ts", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("team", "person", "message_ts", name=op.f("pk_answered_messages")),
    )
    op.create_index("ix_answered_messages_at", "answered_messages", ["at"])
    op.create_table(
        "newest_choices",
        sa.Column("view_id", sa.Text(), nullable=False),
        sa.Column("event_ts_us", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("view_id", name=op.f("pk_newest_choices")),
    )
    op.create_index("ix_newest_choices_at", "newest_choices", ["at"])
    op.create_table(
        "retirement_dates",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("retires_on", sa.Date()),
        sa.PrimaryKeyConstraint("model", name=op.f("pk_retirement_dates")),
    )
    for table in ("slots", "upscales"):
        op.add_column(table, sa.Column("asked_by", sa.Text(), nullable=False, server_default=""))
