"""Character sheets: attempts at views of a face, opinions on them, and their charges in the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0124"
down_revision = "0123"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _allow_charges_of_views()
    op.create_table(
        "sheet_views",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("reserved_on", sa.Date(), nullable=False),
        sa.Column("original_sha256", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.BigInteger()),
        sa.Column("seconds", sa.Float()),
        sa.Column("cost", sa.BigInteger()),
        sa.Column("cost_source", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("portrait", sa.JSON()),
        sa.Column("failure", sa.JSON()),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("provider_job_id", sa.Text()),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.BigInteger()),
        sa.Column("file_id", sa.Text()),
        sa.Column("message_ts", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("earlier_same", sa.Integer(), nullable=False),
        sa.Column("earlier_drifted", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'requested', 'drawn', 'failed')", name=op.f("ck_sheet_views_state")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["faces.round_id"], name=op.f("fk_sheet_views_round_id_faces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_views")),
        sa.UniqueConstraint("round_id", "view", "attempt", name=op.f("uq_sheet_views_round_id_view_attempt")),
    )
    op.create_index("ix_sheet_views_state", "sheet_views", ["state"])
    op.create_table(
        "sheet_opinions",
        sa.Column("view_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("event_ts_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["view_id"], ["sheet_views.id"], name=op.f("fk_sheet_opinions_view_id_sheet_views"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("view_id", "person", name=op.f("pk_sheet_opinions")),
    )
    op.create_index("ix_sheet_opinions_round_id", "sheet_opinions", ["round_id"])


def _allow_charges_of_views() -> None:
    """Drop the list of the kinds of charges: another list would count as a new rule (CONTRIBUTING.md, Migrations)."""
    with op.batch_alter_table("ledger") as ledger:
        ledger.drop_constraint(op.f("ck_ledger_kind"), type_="check")
