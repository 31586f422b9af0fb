"""A storage in which one person did everything that a person can do, and a search of all that is stored."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Table, Text, cast, insert, select

from bot.domain.audit import AuditEvent
from bot.domain.ballot import BallotStage, BallotSubmission, FlawTag, VoteSource
from bot.domain.brief import PHOTO, Consent, Reference
from bot.domain.cast_many import ManyLine, ManyList
from bot.domain.catalogue import Size
from bot.domain.character_sheet import SheetViewState
from bot.domain.comment import Comment
from bot.domain.face import Unlock
from bot.domain.ids import ChannelRef
from bot.domain.production import ProductionSettings
from bot.domain.round import Round
from bot.domain.target import ReportSource, TargetState
from bot.domain.upscale import UpscaleMethod, UpscaleState
from bot.ports.rounds import RoundDraft
from storage import Storage
from storage.db.erasure_tables import deletions, reports
from storage.db.face_tables import sheet_opinions, sheet_views, upscales
from storage.db.installation_tables import installations
from storage.db.replica_tables import answered_messages
from storage.db.tables import door_tokens, ledger, metadata, retirement_notices, slots
from storage.db.webhook_tables import face_targets, webhook_endpoints
from storage.erasure.columns import COLUMNS, PERSON
from tests.support.storage_builders import (
    NOW,
    PLACE,
    make_face,
    make_round,
    make_vote_input,
    open_closed_round,
    open_voting_round,
)

# Another person, whose id begins with the first one's.
OTHER_SUFFIX = "9"


def _of(new: Round, person: str) -> Round:
    """Return a round in which the person has every role, and which mentions them in every text."""
    consent = Consent(person, NOW, f"confirmed by <@{person}>")
    brief = replace(
        new.brief,
        text=f"looks like <@{person}>, not <@{person}{OTHER_SUFFIX}>",
        voters=(person, f"{person}{OTHER_SUFFIX}", "U-lead"),
        style=f"as {person} likes it",
        reference=Reference(PHOTO, f"{new.id}/reference/{'a' * 64}", "a" * 64, consent),
    )
    prompt, reason = f"A portrait of {person}.", f"<@{person}> asked"
    return replace(new, lead=person, requested_by=person, brief=brief, prompt=prompt, recast_reason=reason)


async def do_everything(storage: Storage, person: str, place: ChannelRef = PLACE) -> None:
    """Write a row for the person in every table that can name one: a locked round, an open one, and the rest."""
    prefix = place.team
    locked = await open_closed_round(storage, _of(make_round(f"{prefix}r1", "Maya", place=place), person))
    unlock = Unlock(person, NOW, f"<@{person}> did not like it")
    face = replace(
        make_face(locked), locked_by=person, prompt=f"of {person}", brief=f"like {person}", character=f"M {person}"
    )
    assert await storage.rounds.lock(locked.id, face)
    assert await storage.roster.unlock(locked.id, unlock)
    open_round = await open_voting_round(storage, _of(make_round(f"{prefix}r2", "Tomas", place=place), person))
    for voter in (person, f"{person}{OTHER_SUFFIX}"):
        await storage.ballots.record_vote(make_vote_input(open_round, 0, voter, 5))
        await storage.ballots.record_vote(make_vote_input(open_round, 1, voter, 6, source=VoteSource.BUTTON))
        submission = BallotSubmission(
            open_round.id, voter, BallotStage.FIRST, frozenset({open_round.slots[0].id}), frozenset(), {}, 7
        )
        await storage.ballots.record_submission(submission)
    await storage.comments.save(Comment(open_round.id, open_round.slots[0].id, person, f"ask {person}", 8))
    await storage.flaw_answers.replace(open_round.id, person, {open_round.slots[0].id: (FlawTag.EYES,)}, 8)
    await storage.reminders.claim(open_round.id, person, BallotStage.FIRST, NOW)
    await storage.drafts.save(RoundDraft(f"{prefix}d1", place, person, open_round.brief, lead=person))
    await storage.drafts.save(RoundDraft(f"{prefix}d2", place, "U-lead", open_round.brief, lead=person))
    many = ManyList(
        f"{prefix}m1", place, person, (ManyLine(replace(open_round.brief, text=f"like {person}"), Decimal(1)),)
    )
    await storage.cast_many.save(many, NOW)
    permitted = (person, f"{person}{OTHER_SUFFIX}")
    settings = ProductionSettings(may_lock=permitted, may_start=permitted, style=f"ask <@{person}>")
    changed = AuditEvent("set_may_lock", place, person, NOW, detail=f"\n{person} {person}{OTHER_SUFFIX}")
    await storage.productions.save(place, f"{person}'s film", settings, changed)
    await _write_directly(storage, locked, person)


async def _write_directly(storage: Storage, locked: Round, person: str) -> None:
    """Write what only rare events write."""
    team, round_id = locked.place.team, locked.id
    upscale = {"id": f"{round_id}-u1", "round_id": round_id, "attempt": 1, "method": UpscaleMethod.UPSCALER}
    upscale |= {"model": "m", "price": Decimal(0), "reserved_on": NOW.date(), "original_sha256": "b", "opened_at": NOW}
    upscale |= {"requested_by": person, "decided_by": person, "prompt": f"of {person}", "cost_source": ""}
    upscale |= {"request_id": "", "state": UpscaleState.KEPT, "decided_at": NOW}
    vote = {"round_id": round_id, "person": person, "slot_id": locked.slots[0].id, "source": VoteSource.BUTTON}
    reported = {"person": person, "reason": f"looks like <@{person}>"}
    opinion = {"person": person, "same": True, "event_ts_us": 9}
    locked_place = {"team": team, "channel": locked.place.channel}
    rows: list[tuple[Table, dict[str, object]]] = [
        (upscales, upscale),
        (sheet_views, _sheet_view(round_id, person)),
        (sheet_opinions, {"view_id": f"{round_id}-sheet-front-1", "round_id": round_id} | opinion),
        (metadata.tables["vote_inputs"], vote | {"on": True, "event_ts_us": 1}),
        (
            metadata.tables["look_alike_answers"],
            {"round_id": round_id, "other_round_id": round_id, "person": person, "is_yes": True, "event_ts_us": 1},
        ),
        (retirement_notices, {"team": team, "person": person, "model": "m", "at": NOW}),
        (
            answered_messages,
            {"team": team, "person": person, "message_ts": "1", "words": "h", "is_final": True, "at": 1},
        ),
        (installations, _installation(team, person)),
        (deletions, {"id": f"{team}d1", "character_id": "c1", "person": person, "requested_at": NOW} | locked_place),
        (webhook_endpoints, _endpoint(person) | {"id": f"{team}w1"} | locked_place),
        (face_targets, _target(person) | {"round_id": round_id}),
        (door_tokens, _door_token(team, person) | locked_place),
        (reports, {"id": f"{team}p1", "team": team, "round_id": round_id, "at": NOW} | reported),
    ]
    async with storage.database.transaction() as connection:
        for table, row in rows:
            await connection.execute(insert(table).values(row))
        is_charge = ledger.c.round_id == round_id
        await connection.execute(ledger.update().where(is_charge).values(resolved_by=person))
        await connection.execute(slots.update().where(slots.c.round_id == round_id).values(prompt=f"as {person}"))


def _sheet_view(round_id: str, person: str) -> dict[str, object]:
    row: dict[str, object] = {"id": f"{round_id}-sheet-front-1", "round_id": round_id, "view": "front", "attempt": 1}
    row |= {"model": "m", "size": Size.TWO_K, "price": Decimal(0), "reserved_on": NOW.date(), "original_sha256": "b"}
    row |= {"prompt": f"of {person}", "seed": 1, "requested_by": person, "opened_at": NOW, "kept_by": person}
    empty = ("cost_source", "request_id", "asked_by", "message_ts", "digest")
    return row | dict.fromkeys(empty, "") | {"state": SheetViewState.DRAWN, "earlier_same": 0, "earlier_drifted": 0}


def _endpoint(person: str) -> dict[str, object]:
    row = dict.fromkeys(("events", "secret", "previous_secret", "key_id", "off_reason"), "")
    return row | {"person": person, "url": f"https://hooks.example.com/{person}", "created_at": NOW}


def _target(person: str) -> dict[str, object]:
    row = {"target_key": "runway", "target": f"as {person} calls it", "state": TargetState.ACCEPTED, "at": NOW}
    reported = {"source": ReportSource.TOKEN, "person": person, "reporter": f"farm of {person}"}
    return row | reported | {"external_id": f"{person}-1"}


def _door_token(team: str, person: str) -> dict[str, object]:
    people = {"person": person, "revoked_by": person, "name": f"for <@{person}>"}
    times = {"created_at": NOW, "expires_at": NOW, "revoked_at": NOW}
    ids = {"id": f"{team}k1", "secret_hash": f"{team}h1", "production_id": "p1"}
    return {**ids, **people, **times, "scopes": "read", "month_cap": Decimal(0)}


def _installation(team: str, person: str) -> dict[str, object]:
    names = ("enterprise", "name", "app_id", "bot_id", "bot_user", "scopes", "refresh_token", "key_id", "refresh_error")
    row = dict.fromkeys(names, "") | {"id": team, "team": team, "installed_by": person, "installed_at": NOW}
    return row | {"token": "encrypted", "version": 1, "expires_at": NOW + timedelta(days=1)}


async def columns_with(storage: Storage, text: str, team: str = "") -> set[str]:
    """Return every column, also of numbers, in which a text stands."""
    found = set()
    async with storage.database.snapshot() as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                query = select(cast(column, Text)).where(cast(column, Text).contains(text))
                if team and "team" in table.c:
                    query = query.where(table.c.team == team)
                if any((await connection.execute(query)).all()):
                    found.add(f"{table.name}.{column.name}")
    return found


def person_columns() -> set[str]:
    """Return the columns that hold one person's id."""
    return {f"{t}.{c}" for t, columns in COLUMNS.items() for c, content in columns.items() if content is PERSON}


def files_with(folder: Path, pattern: bytes) -> list[Path]:
    """Return the files below a folder in which a pattern of bytes is found, with free pages and journals."""
    return [file for file in folder.rglob("*") if file.is_file() and re.search(pattern, file.read_bytes())]
