"""Access tokens of the doors, and which rounds they started."""

import sqlalchemy as sa
from alembic import op

revision = "0122"
down_revision = "0121"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "door_tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("production_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("month_cap", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("revoked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("last_used_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_tokens")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_door_tokens_secret_hash")),
    )
    op.create_index("ix_door_tokens_team_channel", "door_tokens", ["team", "channel"])
    op.add_column("rounds", sa.Column("door_token", sa.Text(), server_default="", nullable=False))
    is_of_door = sa.text("door_token != ''")
    op.create_index(
        "ix_rounds_door_token", "rounds", ["door_token"], sqlite_where=is_of_door, postgresql_where=is_of_door
    )
