"""Which code a schema serves: during an upgrade, processes of the version before run on the newer schema."""

import sqlalchemy as sa
from alembic import op

revision = "0112"
down_revision = "0111"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alembic_version", sa.Column("oldest_served", sa.Text(), nullable=False, server_default=""))
