"""An index for the faces that were locked lately: the scheduler looks for those without a passport."""

from alembic import op

revision = "0127"
down_revision = "0126"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_faces_locked_at", "faces", ["locked_at"])
