"""Tables for passports: which pictures have one, and the key that signs them."""

from sqlalchemy import Column, Index, Integer, Table, Text

from storage.db.columns import UtcMicros
from storage.db.tables import metadata

# One row for each signed picture; `item_id` is a slot or an upscale, `leaf_sha256` the certificate that signed it.
passports = Table(
    "passports",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("round_id", Text, nullable=False),
    Column("leaf_sha256", Text, nullable=False),
    Column("signed_at", UtcMicros, nullable=False),
    Index("ix_passports_round_id", "round_id"),
)

# One row: the key that the bots of this database sign with.
passport_keys = Table(
    "passport_keys",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("root_sha256", Text, nullable=False),
    Column("leaf_sha256", Text, nullable=False),
    Column("valid_from", UtcMicros, nullable=False),
    Column("recorded_at", UtcMicros, nullable=False),
)
