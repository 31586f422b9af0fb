"""What every text column may hold of a person. A test compares this table with the schema: a new column must be added.

Numbers, dates and booleans hold nothing of a person, so only text and JSON columns are listed.
"""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import ColumnElement, Table, select, true

# Each module adds its tables to the metadata.
from storage.db import (  # noqa: F401
    ballot_tables,
    erasure_tables,
    face_tables,
    installation_tables,
    passport_tables,
    replica_tables,
    webhook_tables,
)
from storage.db.face_tables import faces
from storage.db.tables import metadata, productions, rounds
from storage.db.webhook_tables import webhook_endpoints


class Content(StrEnum):
    """What a column may hold of a person."""

    NOTHING = "nothing"  # ids that the bot or a provider made, hashes, names of models, states
    PERSON = "person"  # one user id, or empty
    TEXT = "text"  # text or JSON in which user ids may stand


NOTHING, PERSON, TEXT = Content.NOTHING, Content.PERSON, Content.TEXT


def _columns(nothing: str = "", person: str = "", text: str = "") -> Mapping[str, Content]:
    """Return the content by column name; the names are separated by blanks."""
    by_content = {NOTHING: nothing, PERSON: person, TEXT: text}
    return {name: content for content, names in by_content.items() for name in names.split()}


COLUMNS: Mapping[str, Mapping[str, Content]] = {
    "productions": _columns("id team channel", "", "name settings"),
    "channels": _columns("team channel production_id"),
    "moved_channels": _columns("team channel moved_to"),
    "characters": _columns("id production_id name_key visible_channel", "", "name"),
    "aliases": _columns("production_id name_key character_id", "", "name"),
    "name_trigrams": _columns("team trigram name_key"),
    "rounds": _columns(
        "id team channel character_id prompt_version state void_reason message_ts sheet_file sheet_refused "
        "record_file locked_slot parent origin source_thread_ts tally run_off remedies door_token",
        "lead requested_by",
        "brief prompt routing_reason recast_reason",
    ),
    "slots": _columns(
        "id round_id model state rerolls_slot_id cost_source request_id portrait file_id original_file "
        "provider_job_id variation_of_slot_id asked_by copy_of_slot_id situation",
        "",
        "failure prompt",
    ),
    "vote_inputs": _columns("round_id slot_id source", "person"),
    "ballot_submissions": _columns("round_id stage reads_human matches_character flaw_tags", "person"),
    "reminders": _columns("round_id stage", "person"),
    "comments": _columns("round_id slot_id", "person", "text"),
    "comment_messages": _columns("round_id message_ts digest"),
    "flaw_answers": _columns("round_id slot_id tags", "person"),
    "look_alike_questions": _columns("round_id other_round_id shared message_ts digest"),
    "look_alike_answers": _columns("round_id other_round_id", "person"),
    "faces": _columns(
        "round_id character_id team channel slot_id model portrait prompt_version request_id cost_source tally "
        "message_ts use",
        "lead locked_by",
        "character prompt brief unlocked",
    ),
    "upscales": _columns(
        "id round_id method model original_sha256 state cost_source request_id portrait pair_file file_id asked_by",
        "requested_by decided_by",
        "prompt failure",
    ),
    "sheet_views": _columns(
        "id round_id view model size original_sha256 state cost_source request_id portrait asked_by provider_job_id "
        "file_id message_ts digest",
        "requested_by kept_by",
        "prompt failure",
    ),
    "sheet_opinions": _columns("view_id round_id", "person"),
    "ledger": _columns("item_id kind round_id team channel model source", "person resolved_by"),
    "budget_periods": _columns("team cap", "owner"),
    "round_drafts": _columns("id team channel source_thread_ts", "person lead", "brief"),
    "cast_lists": _columns("id team channel state stop message_ts", "person", "lines"),
    "retirement_notices": _columns("team model", "person"),
    "slack_uploads": _columns("key files"),
    "door_tokens": _columns("id secret_hash team channel production_id scopes", "person revoked_by", "name"),
    "audit_log": _columns("action team channel character_id round_id", "person", "detail"),
    "deletions": _columns("id team channel character_id refused_files", "person"),
    "posted_files": _columns("round_id file_id"),
    "posted_messages": _columns("round_id channel message_ts"),
    "reports": _columns("id team round_id slot_id", "person", "reason"),
    "passports": _columns("item_id round_id leaf_sha256"),
    "passport_keys": _columns("root_sha256 leaf_sha256"),
    "removed_workspaces": _columns("team installation_id"),
    "workspace_retentions": _columns("team"),
    "redraw_marks": _columns("round_id team"),
    "message_updates": _columns("team"),
    "leases": _columns("key owner"),
    "seen_events": _columns("team event_id"),
    "answered_messages": _columns("team message_ts words", "person"),
    "newest_choices": _columns("view_id"),
    "retirement_dates": _columns("model"),
    "call_reservations": _columns("key account"),
    "account_back_offs": _columns("account"),
    "installations": _columns(
        "id team enterprise name app_id bot_id bot_user scopes token refresh_token key_id refresh_error",
        "installed_by",
    ),
    "organization_workspaces": _columns("team enterprise"),
    "oauth_states": _columns("state_hash"),
    "webhook_endpoints": _columns(
        "id team channel events secret previous_secret key_id off_reason",
        "person",
        "url",
    ),
    "webhook_events": _columns("id type team channel production_id character_id round_id"),
    "webhook_deliveries": _columns("id event_id endpoint_id state attempts"),
    "face_targets": _columns("round_id target_key state source", "person", "target external_id reporter"),
}

# Rows that serve the person alone, and votes that still count (see `person.py`), are deleted, not pseudonymised.
DELETED_BY: Mapping[str, str] = {
    "cast_lists": "person",
    "comments": "person",
    "flaw_answers": "person",
    "reminders": "person",
    "round_drafts": "person",
    "retirement_notices": "person",
    "answered_messages": "person",
}

_BY_ROUND = (
    *("slots", "vote_inputs", "ballot_submissions", "reminders"),
    *("comments", "comment_messages", "flaw_answers", "face_targets", "passports"),
    *("posted_files", "posted_messages"),
    *("look_alike_questions", "look_alike_answers"),
)
_BY_FACE = ("upscales", "sheet_views", "sheet_opinions")
_BY_PRODUCTION = ("characters", "aliases")


def tables_with(content: Content) -> list[tuple[Table, list[str]]]:
    """Return the tables with columns of this content, and those columns."""
    found = []
    for table in metadata.sorted_tables:
        names = [name for name, declared in COLUMNS[table.name].items() if declared is content]
        if names:
            found.append((table, names))
    return found


def is_of_workspaces(table: Table) -> bool:
    """Return whether the rows of a table belong to workspaces each."""
    return table.name in (*_BY_ROUND, *_BY_PRODUCTION, *_BY_FACE, "webhook_deliveries") or "team" in table.c


def in_workspace(table: Table, team: str) -> ColumnElement[bool]:
    """Return the condition for the rows of one workspace; an empty `team` means all."""
    if not team:
        return true()
    if table.name in _BY_ROUND:
        return table.c.round_id.in_(select(rounds.c.id).where(rounds.c.team == team))
    if table.name in _BY_PRODUCTION:
        return table.c.production_id.in_(select(productions.c.id).where(productions.c.team == team))
    if table.name == "webhook_deliveries":
        return table.c.endpoint_id.in_(select(webhook_endpoints.c.id).where(webhook_endpoints.c.team == team))
    if table.name in _BY_FACE:
        return table.c.round_id.in_(select(faces.c.round_id).where(faces.c.team == team))
    return table.c.team == team
