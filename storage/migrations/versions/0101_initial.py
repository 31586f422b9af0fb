"""The first schema. Databases from before the first release stand at revisions 0001 to 0010 and are refused."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _audit_log()
    _budget_periods()
    _name_trigrams()
    _productions()
    _retirement_notices()
    _round_drafts()
    _slack_uploads()
    _channels()
    _characters()
    _aliases()
    _rounds()
    _ballot_submissions()
    _ledger()
    _reminders()
    _slots()
    _faces()
    _vote_inputs()
    _upscales()


def _audit_log() -> None:
    op.create_table(
        "audit_log",
        _int("id"),
        *map(_text, ("action", "team", "channel", "person")),
        _big("at"),
        *map(_text, ("character_id", "round_id", "detail")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_character_id", "audit_log", ["character_id"], unique=False)
    op.create_index("ix_audit_log_team_channel", "audit_log", ["team", "channel"], unique=False)


def _budget_periods() -> None:
    op.create_table(
        "budget_periods",
        *map(_text, ("team", "cap", "owner")),
        _date("starts_on"),
        _big("committed"),
        sa.CheckConstraint(
            "cap IN ('day', 'person_day', 'production_month', 'workspace_month')", name=op.f("ck_budget_periods_cap")
        ),
        sa.PrimaryKeyConstraint("team", "cap", "owner", "starts_on", name=op.f("pk_budget_periods")),
    )


def _name_trigrams() -> None:
    op.create_table(
        "name_trigrams",
        *map(_text, ("team", "trigram", "name_key")),
        sa.PrimaryKeyConstraint("team", "trigram", "name_key", name=op.f("pk_name_trigrams")),
        sqlite_with_rowid=False,
    )


def _productions() -> None:
    op.create_table(
        "productions",
        *map(_text, ("id", "team", "channel")),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("settings", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_productions")),
        sa.UniqueConstraint("team", "channel", name=op.f("uq_productions_team_channel")),
    )


def _retirement_notices() -> None:
    op.create_table(
        "retirement_notices",
        *map(_text, ("team", "person", "model")),
        _big("at"),
        sa.PrimaryKeyConstraint("team", "person", "model", name=op.f("pk_retirement_notices")),
    )


def _round_drafts() -> None:
    op.create_table(
        "round_drafts",
        *map(_text, ("id", "team", "channel", "person")),
        _json("brief"),
        sa.Column("lead", sa.Text(), server_default="", nullable=False),
        sa.Column("source_thread_ts", sa.Text(), server_default="", nullable=False),
        sa.Column("event_ts_us", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_drafts")),
    )


def _slack_uploads() -> None:
    op.create_table(
        "slack_uploads",
        *map(_text, ("key", "files")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_slack_uploads")),
    )


def _channels() -> None:
    op.create_table(
        "channels",
        *map(_text, ("team", "channel", "production_id")),
        sa.ForeignKeyConstraint(["production_id"], ["productions.id"], name=op.f("fk_channels_production_id")),
        sa.PrimaryKeyConstraint("team", "channel", name=op.f("pk_channels")),
    )


def _characters() -> None:
    op.create_table(
        "characters",
        *map(_text, ("id", "production_id", "name", "name_key")),
        sa.Column("visible_channel", sa.Text()),
        sa.Column("has_face", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["production_id"], ["productions.id"], name=op.f("fk_characters_production_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_characters")),
        sa.UniqueConstraint("production_id", "name_key", name=op.f("uq_characters_production_id_name_key")),
    )
    op.create_index("ix_characters_name_key", "characters", ["name_key"], unique=False)
    op.create_index(
        "ix_characters_roster",
        "characters",
        ["production_id", "visible_channel", "name_key", "id", "has_face"],
        unique=False,
    )


def _aliases() -> None:
    op.create_table(
        "aliases",
        *map(_text, ("production_id", "name_key", "name", "character_id")),
        sa.ForeignKeyConstraint(["character_id"], ["characters.id"], name=op.f("fk_aliases_character_id")),
        sa.ForeignKeyConstraint(["production_id"], ["productions.id"], name=op.f("fk_aliases_production_id")),
        sa.PrimaryKeyConstraint("production_id", "name_key", name=op.f("pk_aliases")),
    )
    op.create_index("ix_aliases_character_id", "aliases", ["character_id"], unique=False)
    op.create_index("ix_aliases_name_key", "aliases", ["name_key"], unique=False)


def _rounds() -> None:
    op.create_table(
        "rounds",
        *map(_text, ("id", "team", "channel", "character_id", "lead")),
        _json("brief"),
        *map(_text, ("prompt", "prompt_version")),
        _json("routing_reason"),
        *map(_big, ("order_seed", "opened_at", "patience_until")),
        *map(_text, ("state", "void_reason")),
        sa.Column("closes_at", sa.BigInteger()),
        sa.Column("message_ts", sa.Text()),
        sa.Column("sheet_file", sa.Text()),
        _int("sheet_candidate_count"),
        sa.Column("sheet_refused", sa.Text(), server_default="", nullable=False),
        sa.Column("record_file", sa.Text()),
        sa.Column("locked_slot", sa.Text()),
        _int("ballot_version"),
        sa.Column("parent", sa.Text()),
        sa.Column("origin", sa.Text(), server_default="", nullable=False),
        sa.Column("recast_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("requested_by", sa.Text(), server_default="", nullable=False),
        sa.Column("voting_since", sa.BigInteger()),
        sa.Column("source_thread_ts", sa.Text(), server_default="", nullable=False),
        sa.Column("tally", sa.JSON()),
        sa.Column("run_off", sa.JSON()),
        sa.Column("remind_at", sa.BigInteger()),
        sa.CheckConstraint("state IN ('drawing', 'voting', 'closed', 'locked', 'void')", name=op.f("ck_rounds_state")),
        sa.ForeignKeyConstraint(["character_id"], ["characters.id"], name=op.f("fk_rounds_character_id")),
        sa.ForeignKeyConstraint(["parent"], ["rounds.id"], name=op.f("fk_rounds_parent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("team", "channel", "message_ts", name=op.f("uq_rounds_team_channel_message_ts")),
    )
    op.create_index("ix_rounds_opened_at", "rounds", ["opened_at"], unique=False)
    op.create_index("ix_rounds_state_closes_at", "rounds", ["state", "closes_at"], unique=False)
    op.create_index("ix_rounds_team_state", "rounds", ["team", "state"], unique=False)
    op.create_index(
        "uq_rounds_open",
        "rounds",
        ["character_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('drawing', 'voting', 'closed')"),
        postgresql_where=sa.text("state IN ('drawing', 'voting', 'closed')"),
    )


def _ballot_submissions() -> None:
    op.create_table(
        "ballot_submissions",
        *map(_text, ("round_id", "person", "stage")),
        *map(_json, ("reads_human", "matches_character", "flaw_tags")),
        _big("event_ts_us"),
        sa.CheckConstraint("stage IN ('first', 'run_off')", name=op.f("ck_ballot_submissions_stage")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_ballot_submissions_round_id")),
        sa.PrimaryKeyConstraint("round_id", "person", "stage", name=op.f("pk_ballot_submissions")),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        *map(_text, ("item_id", "kind", "round_id", "team", "channel", "person")),
        _date("day"),
        _text("model"),
        *map(_big, ("reserved", "usd")),
        _text("source"),
        _big("at"),
        sa.Column("notified_at", sa.BigInteger()),
        sa.Column("resolved_by", sa.Text()),
        sa.CheckConstraint("kind IN ('slot', 'upscale')", name=op.f("ck_ledger_kind")),
        sa.CheckConstraint("source IN ('exact', 'listed', 'unknown', 'confirmed')", name=op.f("ck_ledger_source")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_ledger_round_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_ledger")),
    )
    op.create_index(
        "ix_ledger_pending",
        "ledger",
        ["team"],
        unique=False,
        sqlite_where=sa.text("source = 'unknown' OR usd > reserved AND resolved_by IS NULL"),
        postgresql_where=sa.text("source = 'unknown' OR usd > reserved AND resolved_by IS NULL"),
    )
    op.create_index("ix_ledger_round_id", "ledger", ["round_id"], unique=False)
    op.create_index("ix_ledger_team_day", "ledger", ["team", "day"], unique=False)


def _reminders() -> None:
    op.create_table(
        "reminders",
        *map(_text, ("round_id", "person", "stage")),
        _big("at"),
        sa.CheckConstraint("stage IN ('first', 'run_off')", name=op.f("ck_reminders_stage")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_reminders_round_id")),
        sa.PrimaryKeyConstraint("round_id", "person", "stage", name=op.f("pk_reminders")),
    )


def _slots() -> None:
    op.create_table(
        "slots",
        *map(_text, ("id", "round_id")),
        _int("position"),
        _text("model"),
        _big("price"),
        _date("reserved_on"),
        _big("seed"),
        _text("state"),
        sa.Column("rerolls_slot_id", sa.Text()),
        sa.Column("number", sa.Integer()),
        sa.Column("requested_at", sa.BigInteger()),
        sa.Column("wait_until", sa.BigInteger()),
        sa.Column("seconds", sa.Float()),
        sa.Column("cost", sa.BigInteger()),
        *map(_text, ("cost_source", "request_id")),
        sa.Column("portrait", sa.JSON()),
        sa.Column("failure", sa.JSON()),
        sa.Column("file_id", sa.Text()),
        sa.Column("original_file", sa.Text()),
        sa.Column("provider_job_id", sa.Text()),
        sa.Column("variation_of_slot_id", sa.Text()),
        sa.Column("prompt", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'requested', 'paused', 'candidate', 'failed')", name=op.f("ck_slots_state")
        ),
        sa.CheckConstraint("number BETWEEN 1 AND 8", name=op.f("ck_slots_number")),
        sa.ForeignKeyConstraint(["rerolls_slot_id"], ["slots.id"], name=op.f("fk_slots_rerolls_slot_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_slots_round_id")),
        sa.ForeignKeyConstraint(["variation_of_slot_id"], ["slots.id"], name=op.f("fk_slots_variation_of_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_slots_round_id_number")),
        sa.UniqueConstraint("round_id", "position", name=op.f("uq_slots_round_id_position")),
    )
    op.create_index("ix_slots_state", "slots", ["state"], unique=False)


def _faces() -> None:
    op.create_table(
        "faces",
        *map(_text, ("round_id", "character_id")),
        _int("version"),
        *map(_text, ("character", "team", "channel", "slot_id")),
        _int("number"),
        _text("model"),
        _json("portrait"),
        *map(_text, ("prompt", "prompt_version", "brief")),
        sa.Column("seed", sa.BigInteger()),
        _text("request_id"),
        _big("cost"),
        _text("cost_source"),
        _json("tally"),
        _int("voters"),
        _bool("decided_by_lead"),
        *map(_text, ("lead", "locked_by")),
        _big("locked_at"),
        _text("message_ts"),
        sa.Column("use", sa.Text(), server_default="", nullable=False),
        sa.Column("unlocked", sa.JSON()),
        sa.Column("variation_of", sa.Integer()),
        sa.ForeignKeyConstraint(["character_id"], ["characters.id"], name=op.f("fk_faces_character_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_faces_round_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_faces_slot_id")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_faces")),
        sa.UniqueConstraint("character_id", "version", name=op.f("uq_faces_character_id_version")),
    )


def _vote_inputs() -> None:
    op.create_table(
        "vote_inputs",
        *map(_text, ("round_id", "person", "slot_id", "source")),
        _bool("on"),
        _big("event_ts_us"),
        sa.CheckConstraint("source IN ('reaction', 'button')", name=op.f("ck_vote_inputs_source")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_vote_inputs_round_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_vote_inputs_slot_id")),
        sa.PrimaryKeyConstraint("round_id", "person", "slot_id", "source", name=op.f("pk_vote_inputs")),
    )


def _upscales() -> None:
    op.create_table(
        "upscales",
        *map(_text, ("id", "round_id")),
        _int("attempt"),
        *map(_text, ("method", "model")),
        _big("price"),
        _date("reserved_on"),
        *map(_text, ("original_sha256", "prompt")),
        sa.Column("seed", sa.BigInteger()),
        _text("requested_by"),
        _big("opened_at"),
        _text("state"),
        sa.Column("requested_at", sa.BigInteger()),
        sa.Column("seconds", sa.Float()),
        sa.Column("cost", sa.BigInteger()),
        *map(_text, ("cost_source", "request_id")),
        sa.Column("portrait", sa.JSON()),
        sa.Column("failure", sa.JSON()),
        _text("decided_by"),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("pair_file", sa.Text()),
        sa.Column("file_id", sa.Text()),
        sa.CheckConstraint("method IN ('upscale', 'redraw')", name=op.f("ck_upscales_method")),
        sa.CheckConstraint(
            "state IN ('waiting', 'requested', 'offered', 'kept', 'declined', 'failed')", name=op.f("ck_upscales_state")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["faces.round_id"], name=op.f("fk_upscales_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upscales")),
        sa.UniqueConstraint("round_id", "attempt", name=op.f("uq_upscales_round_id_attempt")),
    )
    op.create_index("ix_upscales_state", "upscales", ["state"], unique=False)
    op.create_index(
        "uq_upscales_live",
        "upscales",
        ["round_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'requested', 'offered', 'kept')"),
        postgresql_where=sa.text("state IN ('waiting', 'requested', 'offered', 'kept')"),
    )


def _big(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _bool(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _date(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=False)


def _int(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)
