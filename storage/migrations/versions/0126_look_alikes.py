"""Questions whether two faces could be confused, and the answers."""

import sqlalchemy as sa
from alembic import op

revision = "0126"
down_revision = "0125"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "look_alike_questions",
        *_pair("look_alike_questions"),
        sa.Column("shared", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("message_ts", sa.Text(), nullable=False, server_default=""),
        sa.Column("digest", sa.Text(), nullable=False, server_default=""),
        sa.Column("yes_count", sa.Integer()),
        sa.Column("no_count", sa.Integer()),
        sa.PrimaryKeyConstraint("round_id", "other_round_id", name=op.f("pk_look_alike_questions")),
    )
    op.create_table(
        "look_alike_answers",
        *_pair("look_alike_answers"),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("is_yes", sa.Boolean(), nullable=False),
        sa.Column("event_ts_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "other_round_id", "person", name=op.f("pk_look_alike_answers")),
    )
    for table in ("look_alike_questions", "look_alike_answers"):
        op.create_index(f"ix_{table}_other_round_id", table, ["other_round_id"])


def _pair(table: str) -> tuple[sa.Column[str] | sa.ForeignKeyConstraint, ...]:
    names = ("round_id", "other_round_id")
    return (
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        *(
            sa.ForeignKeyConstraint([name], ["rounds.id"], name=op.f(f"fk_{table}_{name}_rounds"), ondelete="CASCADE")
            for name in names
        ),
    )
