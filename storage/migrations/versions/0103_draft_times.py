"""When a draft was saved, so that old drafts can be deleted and a person's drafts counted."""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("round_drafts", sa.Column("saved_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("ix_round_drafts_saved_at", "round_drafts", ["saved_at"], unique=False)
