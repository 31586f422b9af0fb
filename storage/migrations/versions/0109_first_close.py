"""When a ballot closed for the first time: a ballot that was opened again after that was not blind."""

import sqlalchemy as sa
from alembic import op

revision = "0109"
down_revision = "0108"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rounds", sa.Column("first_closed_at", sa.BigInteger(), nullable=True))
