"""Productions, characters, rounds, slots, marks, faces, ledger, purses, wishes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('drawing', 'voting', 'closed')")


def upgrade() -> None:
    _people_and_roles()
    _rounds()
    _slots_and_marks()
    _faces()
    _money_and_wishes()


def downgrade() -> None:
    for table in ("wishes", "purses", "ledger", "faces", "marks", "slots", "rounds", "characters", "productions"):
        op.drop_table(table)


def _people_and_roles() -> None:
    op.create_table(
        "productions",
        _text("id"),
        _text("team"),
        _text("channel"),
        sa.PrimaryKeyConstraint("id", name="pk_productions"),
        sa.UniqueConstraint("team", "channel", name="uq_productions_team_channel"),
    )
    op.create_table(
        "characters",
        _text("id"),
        _text("production_id"),
        _text("name"),
        _text("folded"),
        sa.PrimaryKeyConstraint("id", name="pk_characters"),
        _points_to("productions", "characters", "production_id"),
        sa.UniqueConstraint("production_id", "folded", name="uq_characters_production_id_folded"),
    )


def _rounds() -> None:
    op.create_table(
        "rounds",
        *map(_text, ("id", "team", "channel", "character_id", "lead")),
        sa.Column("brief", sa.JSON(), nullable=False),
        _text("prompt"),
        _text("prompt_version"),
        sa.Column("reason", sa.JSON(), nullable=False),
        *map(_whole, ("order_seed", "opened_at", "patience_until")),
        _text("state"),
        _text("why_void"),
        sa.Column("closes_at", sa.BigInteger()),
        sa.Column("message_ts", sa.Text()),
        sa.Column("sheet_file", sa.Text()),
        sa.Column("sheet_shows", sa.Integer(), nullable=False),
        sa.Column("record_file", sa.Text()),
        sa.Column("locked_slot", sa.Text()),
        sa.Column("ballot_version", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Text()),
        sa.Column("tally", sa.JSON()),
        sa.Column("remind_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_rounds"),
        _points_to("characters", "rounds", "character_id"),
        _points_to("rounds", "rounds", "parent"),
        sa.UniqueConstraint("team", "channel", "message_ts", name="uq_rounds_team_channel_message_ts"),
        sa.CheckConstraint("state IN ('drawing', 'voting', 'closed', 'locked', 'void')", name=op.f("ck_rounds_state")),
    )
    op.create_index("ix_rounds_state_closes_at", "rounds", ["state", "closes_at"])
    op.create_index("ix_rounds_team_state", "rounds", ["team", "state"])
    op.create_index(
        "uq_rounds_open", "rounds", ["character_id"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )


def _slots_and_marks() -> None:
    op.create_table(
        "slots",
        *map(_text, ("id", "round_id")),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("model"),
        _whole("price"),
        sa.Column("reserved_on", sa.Date(), nullable=False),
        _whole("seed"),
        _text("state"),
        sa.Column("again_for", sa.Text()),
        sa.Column("number", sa.Integer()),
        sa.Column("asked_at", sa.BigInteger()),
        sa.Column("paused_until", sa.BigInteger()),
        sa.Column("seconds", sa.Float()),
        sa.Column("cost", sa.BigInteger()),
        _text("cost_source"),
        _text("request_id"),
        sa.Column("portrait", sa.JSON()),
        sa.Column("miss", sa.JSON()),
        sa.Column("file_id", sa.Text()),
        sa.Column("original_file", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_slots"),
        _points_to("rounds", "slots", "round_id"),
        _points_to("slots", "slots", "again_for"),
        sa.UniqueConstraint("round_id", "number", name="uq_slots_round_id_number"),
        sa.UniqueConstraint("round_id", "position", name="uq_slots_round_id_position"),
        sa.CheckConstraint(
            "state IN ('waiting', 'asking', 'paused', 'candidate', 'miss')", name=op.f("ck_slots_state")
        ),
        sa.CheckConstraint("number BETWEEN 1 AND 8", name=op.f("ck_slots_number")),
    )
    op.create_index("ix_slots_state", "slots", ["state"])
    op.create_table(
        "marks",
        *map(_text, ("round_id", "person", "slot_id", "way")),
        sa.Column("on", sa.Boolean(), nullable=False),
        _whole("stamp"),
        sa.PrimaryKeyConstraint("round_id", "person", "slot_id", "way", name="pk_marks"),
        _points_to("rounds", "marks", "round_id"),
        _points_to("slots", "marks", "slot_id"),
        sa.CheckConstraint("way IN ('reaction', 'button')", name=op.f("ck_marks_way")),
    )


def _faces() -> None:
    op.create_table(
        "faces",
        *map(_text, ("round_id", "character_id")),
        sa.Column("version", sa.Integer(), nullable=False),
        *map(_text, ("character", "team", "channel", "slot_id")),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("model"),
        sa.Column("portrait", sa.JSON(), nullable=False),
        *map(_text, ("prompt", "prompt_version", "brief")),
        sa.Column("seed", sa.BigInteger()),
        _text("request_id"),
        _whole("cost"),
        _text("cost_source"),
        sa.Column("tally", sa.JSON(), nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.Column("decided_by_lead", sa.Boolean(), nullable=False),
        *map(_text, ("lead", "locked_by")),
        _whole("locked_at"),
        _text("message_ts"),
        sa.PrimaryKeyConstraint("round_id", name="pk_faces"),
        _points_to("rounds", "faces", "round_id"),
        _points_to("characters", "faces", "character_id"),
        _points_to("slots", "faces", "slot_id"),
        sa.UniqueConstraint("character_id", "version", name="uq_faces_character_id_version"),
    )


def _money_and_wishes() -> None:
    op.create_table(
        "ledger",
        *map(_text, ("slot_id", "round_id", "team")),
        sa.Column("day", sa.Date(), nullable=False),
        _text("model"),
        _whole("usd"),
        _text("source"),
        _whole("at"),
        sa.PrimaryKeyConstraint("slot_id", name="pk_ledger"),
        _points_to("slots", "ledger", "slot_id"),
        _points_to("rounds", "ledger", "round_id"),
        sa.CheckConstraint("source IN ('exact', 'listed', 'unknown')", name=op.f("ck_ledger_source")),
    )
    op.create_index("ix_ledger_round_id", "ledger", ["round_id"])
    op.create_table(
        "purses",
        _text("team"),
        sa.Column("day", sa.Date(), nullable=False),
        _whole("committed"),
        sa.PrimaryKeyConstraint("team", "day", name="pk_purses"),
    )
    op.create_table(
        "wishes",
        *map(_text, ("id", "team", "channel", "person")),
        sa.Column("brief", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wishes"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _points_to(target: str, table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")
