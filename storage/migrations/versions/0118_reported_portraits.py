"""Which portrait was reported, and whether Slack shows the pictures accordingly."""

import sqlalchemy as sa
from alembic import op

revision = "0118"
down_revision = "0117"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("slots", sa.Column("reported_at", sa.BigInteger()))
    op.add_column("reports", sa.Column("slot_id", sa.Text(), server_default="", nullable=False))
    op.add_column("reports", sa.Column("settled_at", sa.BigInteger()))
    is_unsettled = sa.text("settled_at IS NULL")
    op.create_index(
        "ix_reports_unsettled", "reports", ["round_id"], sqlite_where=is_unsettled, postgresql_where=is_unsettled
    )
