"""A round's record as JSON, for people who run Castroom and for scripts; reads storage, changes nothing."""

from datetime import datetime
from typing import Any

from bot.face import Face
from bot.history import Event, Kept, events_of
from bot.round import Round
from bot.settings import Settings
from bot.slot import Slot
from storage import Storage, open_storage


async def record_of(settings: Settings, round_id: str) -> dict[str, Any]:
    """What is stored of a round; raises KeyError for an id nobody gave. Money in dollars, times ISO 8601 in UTC."""
    storage = await open_storage(settings, settings.now)
    try:
        round_ = await storage.rounds.get(round_id)
        counted = round_.count(await storage.rounds.marks(round_id), await storage.rounds.papers(round_id))
        face = await storage.roster.face(round_id)
        events = await _events(storage, round_, face, settings.now())
    finally:
        await storage.close()
    tally = round_.shown(counted)
    return {
        "round": round_.id,
        "character": round_.character,
        "state": round_.state.value,
        "wanted_for": round_.brief.use.value if round_.brief.use else None,
        "candidates": [_candidate(round_, slot) for slot in round_.candidates],
        "misses": [_miss(slot) for slot in round_.misses],
        "votes": {str(number): count for number, count in tally.votes.items()},
        "voters": tally.voters,
        "locked": _locked(face) if face else None,
        "parent": round_.parent,
        "origin": round_.origin or None,
        "because": round_.because or None,
        "events": [_event(event) for event in events],
    }


async def _events(storage: Storage, round_: Round, face: Face | None, now: datetime) -> list[Event]:
    """What happened in the round, as a history tells it, oldest first."""
    deeds = await storage.chronicle.of_character(round_.character_id)
    paid = await storage.ledger.paid(round_.character_id)
    marks, papers = await storage.rounds.marks(round_.id), await storage.rounds.papers(round_.id)
    theirs = tuple(deed for deed in deeds if deed.round_id == round_.id)
    bills = tuple(bill for bill in paid if bill.round_id == round_.id)
    return events_of(Kept(round_, face, theirs, bills, marks, papers), now)


def _event(event: Event) -> dict[str, Any]:
    """An event by the names of its fields, without those that say nothing."""
    told = {
        "kind": event.kind,
        "at": event.at.isoformat(),
        "people": list(event.people),
        "count": event.count,
        "number": event.number,
        "version": event.version,
        "usd": None if event.usd is None else str(event.usd),
        "note": event.note,
        "lead": event.lead,
        "ballot": event.leg.value if event.kind == "voted" else "",
    }
    return {name: value for name, value in told.items() if value not in (None, "", 0, [])}


def _candidate(round_: Round, slot: Slot) -> dict[str, Any]:
    assert slot.portrait
    return {
        "number": slot.number,
        "varies": round_.varied(slot),
        "model": slot.model,
        "width": slot.portrait.width,
        "height": slot.portrait.height,
        "sha256": slot.portrait.sha256,
        "cost_usd": float(slot.cost or 0),
        "cost_source": slot.cost_source,
        "seconds": slot.seconds,
        "key": slot.portrait.key,
    }


def _miss(slot: Slot) -> dict[str, Any]:
    assert slot.miss
    return {"model": slot.model, "kind": slot.miss.kind, "detail": slot.miss.detail, "paid": slot.miss.paid}


def _locked(face: Face) -> dict[str, Any]:
    gone = face.released
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
        "unlocked": {"by": gone.person, "at": gone.at.isoformat(), "because": gone.reason} if gone else None,
    }
