"""Ballot papers, of sealed ballots and run-offs; and what a round's run-off is between."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rounds", sa.Column("run_off", sa.JSON()))
    op.create_table(
        "papers",
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("human", sa.JSON(), nullable=False),
        sa.Column("likeness", sa.JSON(), nullable=False),
        sa.Column("tells", sa.JSON(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "person", "leg", name="pk_papers"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_papers_round_id"),
        sa.CheckConstraint("leg IN ('first', 'run_off')", name="leg"),
    )


def downgrade() -> None:
    op.drop_table("papers")
    op.drop_column("rounds", "run_off")
