"""How long workspaces keep data."""

import sqlalchemy as sa
from alembic import op

revision = "0121"
down_revision = "0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workspace_retentions",
        sa.Column("team", sa.Text(), nullable=False),
        *(sa.Column(kind, sa.Integer()) for kind in ("portraits", "photos", "voters", "audit")),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_workspace_retentions")),
    )
