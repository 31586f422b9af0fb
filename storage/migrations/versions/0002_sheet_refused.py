"""Why a round's sheet does not hang, in Slack's word; empty where nothing keeps it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rounds", sa.Column("sheet_refused", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("rounds", "sheet_refused")
