"""Ids of channels that Slack has replaced, so that buttons and forms with an old id still find the channel."""

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "moved_channels",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", "channel", name=op.f("pk_moved_channels")),
    )
    op.create_index("ix_moved_channels_moved_to", "moved_channels", ["team", "moved_to"], unique=False)
