"""Lists of characters that are started one after another."""

import sqlalchemy as sa
from alembic import op

revision = "0113"
down_revision = "0112"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cast_lists",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stop", sa.JSON()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("message_ts", sa.Text(), nullable=False),
        sa.Column("shown_version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'running', 'stopped', 'done')", name=op.f("ck_cast_lists_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cast_lists")),
    )
    op.create_index("ix_cast_lists_state", "cast_lists", ["state"])
