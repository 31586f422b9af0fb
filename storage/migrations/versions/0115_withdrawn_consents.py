"""When the consent to the photo of a face was withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0115"
down_revision = "0114"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("faces", sa.Column("consent_withdrawn_at", sa.BigInteger()))
