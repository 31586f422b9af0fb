"""Tables of the installations by OAuth. Tokens are encrypted; the keys are in the environment of the processes."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from storage.db.columns import UtcMicros
from storage.db.tables import metadata

# By workspace, or by organization where `team` is empty. `key_id` names the key of both tokens.
installations = Table(
    "installations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("enterprise", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("app_id", Text, nullable=False),
    Column("bot_id", Text, nullable=False),
    Column("bot_user", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("installed_by", Text, nullable=False),
    Column("installed_at", UtcMicros, nullable=False),
    Column("token", Text, nullable=False),
    Column("refresh_token", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("expires_at", UtcMicros),
    Column("refresh_error", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
)

# Which organization's installation serves a workspace, as its requests say.
organization_workspaces = Table(
    "organization_workspaces",
    metadata,
    Column("team", Text, primary_key=True),
    Column("enterprise", Text, nullable=False),
)

# Hashes of the states of installations that were begun.
oauth_states = Table(
    "oauth_states",
    metadata,
    Column("state_hash", Text, primary_key=True),
    Column("expires_at", UtcMicros, nullable=False),
    Index("ix_oauth_states_expires_at", "expires_at"),
)
