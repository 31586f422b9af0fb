"""Callbacks and re-auditions: rounds beside their parent, with copied originals and views in other situations.

The unique index of open rounds leaves them out, so it takes more than before: the code before writes none of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0125"
down_revision = "0124"
branch_labels = None
depends_on = None

_IS_OPEN = sa.text("state IN ('drawing', 'voting', 'closed') AND (origin NOT IN ('callback', 'reaudition'))")


def upgrade() -> None:
    op.add_column("slots", sa.Column("copy_of_slot_id", sa.Text()))
    op.add_column("slots", sa.Column("situation", sa.Text(), server_default="", nullable=False))
    op.drop_index("uq_rounds_open", "rounds")
    op.create_index(
        "uq_rounds_open", "rounds", ["character_id"], unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN
    )
    op.create_index("ix_rounds_parent", "rounds", ["parent"])
