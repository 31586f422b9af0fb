"""Attempts to bring a face to 4K; one live attempt a face."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_LIVE = sa.text("state IN ('waiting', 'asking', 'offered', 'kept')")


def upgrade() -> None:
    op.create_table(
        "finishes",
        *map(_text, ("id", "round_id")),
        sa.Column("attempt", sa.Integer(), nullable=False),
        *map(_text, ("way", "model")),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("reserved_on", sa.Date(), nullable=False),
        *map(_text, ("original", "prompt")),
        sa.Column("seed", sa.BigInteger()),
        _text("asked_by"),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        _text("state"),
        sa.Column("asked_at", sa.BigInteger()),
        sa.Column("seconds", sa.Float()),
        sa.Column("cost", sa.BigInteger()),
        *map(_text, ("cost_source", "request_id")),
        sa.Column("portrait", sa.JSON()),
        sa.Column("miss", sa.JSON()),
        _text("decided_by"),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("pair_file", sa.Text()),
        sa.Column("file_id", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_finishes"),
        sa.ForeignKeyConstraint(["round_id"], ["faces.round_id"], name="fk_finishes_round_id"),
        sa.UniqueConstraint("round_id", "attempt", name="uq_finishes_round_id_attempt"),
        sa.CheckConstraint(
            "state IN ('waiting', 'asking', 'offered', 'kept', 'declined', 'miss')", name=op.f("ck_finishes_state")
        ),
        sa.CheckConstraint("way IN ('upscale', 'redraw')", name=op.f("ck_finishes_way")),
    )
    op.create_index("ix_finishes_state", "finishes", ["state"])
    op.create_index(
        "uq_finishes_live", "finishes", ["round_id"], unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
    )


def downgrade() -> None:
    op.drop_table("finishes")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
