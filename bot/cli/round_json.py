"""A round's record as JSON, for operators and scripts; reads storage only."""

from typing import Any

from bot.domain.face import Face
from bot.domain.round import Round
from bot.domain.slot import Slot
from bot.domain.timeline import TimelineEvent, round_timeline
from bot.settings import Settings
from bot.usecases.history import load_records
from storage import open_existing_storage


async def load_round_json(settings: Settings, round_id: str) -> dict[str, Any]:
    """Return the record of a round; raises KeyError, StorageUnavailable. Money in dollars, times ISO 8601 in UTC."""
    async with open_existing_storage(settings, settings.now) as storage:
        round_ = await storage.rounds.get(round_id)
        face = await storage.roster.get_face(round_id)
        audit_events = await storage.audit_log.list_for_character(round_.character_id)
        spends = await storage.ledger.list_round_spends(round_.character_id)
        records = await load_records(storage, round_, face, audit_events, spends)
    tally = round_.visible_tally(round_.count_votes(records.vote_inputs, records.submissions))
    return {
        "round": round_.id,
        "character": round_.character,
        "state": round_.state.value,
        "wanted_for": round_.brief.use.value if round_.brief.use else None,
        "candidates": [_candidate_json(round_, slot) for slot in round_.candidates],
        "misses": [_failure_json(slot) for slot in round_.failures],
        "votes": {str(number): count for number, count in tally.votes.items()},
        "voters": tally.voters,
        "locked": _face_json(face) if face else None,
        "parent": round_.parent,
        "origin": round_.origin or None,
        "because": round_.recast_reason or None,
        "events": [_event_json(event) for event in round_timeline(records, settings.now())],
    }


def _event_json(event: TimelineEvent) -> dict[str, Any]:
    """Return the fields of an event without empty ones."""
    fields = {
        "kind": event.kind,
        "at": event.at.isoformat(),
        "people": list(event.people),
        "count": event.count,
        "number": event.number,
        "version": event.version,
        "usd": None if event.usd is None else str(event.usd),
        "note": event.detail,
        "lead": event.lead,
        "votes": {str(number): count for number, count in event.votes.items()},
        "ballot": event.stage.value if event.kind == "voted" else "",
    }
    return {name: value for name, value in fields.items() if value not in (None, "", 0, [], {})}


def _candidate_json(round_: Round, slot: Slot) -> dict[str, Any]:
    assert slot.portrait
    return {
        "number": slot.number,
        "varies": round_.variation_number(slot),
        "model": slot.model,
        "width": slot.portrait.width,
        "height": slot.portrait.height,
        "sha256": slot.portrait.sha256,
        "cost_usd": float(slot.cost or 0),
        "cost_source": slot.cost_source,
        "seconds": slot.seconds,
        "key": slot.portrait.key,
    }


def _failure_json(slot: Slot) -> dict[str, Any]:
    assert slot.failure
    return {"model": slot.model, "kind": slot.failure.kind, "detail": slot.failure.detail, "paid": slot.failure.paid}


def _face_json(face: Face) -> dict[str, Any]:
    unlock = face.unlocked
    return {
        "name": face.character,
        "number": face.number,
        "model": face.model,
        "sha256": face.portrait.sha256,
        "by": face.locked_by,
        "at": face.locked_at.isoformat(),
        "tally": {str(number): count for number, count in face.tally.items()},
        "decided_by_lead": face.decided_by_lead,
        "version": face.version,
        "unlocked": {"by": unlock.person, "at": unlock.at.isoformat(), "because": unlock.reason} if unlock else None,
    }
