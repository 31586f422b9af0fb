"""What looked artificial on open ballots, and the words that it brought into refined briefs."""

import sqlalchemy as sa
from alembic import op

revision = "0119"
down_revision = "0118"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rounds", sa.Column("remedies", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "flaw_answers",
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("slot_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("event_ts_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("fk_flaw_answers_round_id_rounds"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slots.id"], name=op.f("fk_flaw_answers_slot_id_slots"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "slot_id", "person", name=op.f("pk_flaw_answers")),
    )
