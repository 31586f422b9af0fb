"""The ticket of a slot whose model has taken the order and not given the portrait yet."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("slots", sa.Column("ticket", sa.Text()))


def downgrade() -> None:
    op.drop_column("slots", "ticket")
