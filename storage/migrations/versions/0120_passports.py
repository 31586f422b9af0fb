"""Passports of locked faces, and the key that signs them."""

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0119"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passports",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("leaf_sha256", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_passports")),
    )
    op.create_index("ix_passports_round_id", "passports", ["round_id"])
    op.create_table(
        "passport_keys",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root_sha256", sa.Text(), nullable=False),
        sa.Column("leaf_sha256", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passport_keys")),
    )
