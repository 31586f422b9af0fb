"""A round's record as JSON, for people who run Castroom and for scripts; reads storage, changes nothing."""

from typing import Any

from bot.face import Face
from bot.round import Slot
from bot.settings import Settings
from storage import open_storage


async def record_of(settings: Settings, round_id: str) -> dict[str, Any]:
    """What is stored of a round; raises KeyError for an id nobody gave. Money in dollars, times ISO 8601 in UTC."""
    storage = await open_storage(settings)
    try:
        round_ = await storage.rounds.get(round_id)
        counted = round_.count(await storage.rounds.marks(round_id), await storage.rounds.papers(round_id))
        face = await storage.roster.face(round_id)
    finally:
        await storage.close()
    tally = round_.shown(counted)
    return {
        "round": round_.id,
        "character": round_.character,
        "state": round_.state.value,
        "wanted_for": round_.brief.use.value if round_.brief.use else None,
        "candidates": [_candidate(slot) for slot in round_.candidates],
        "misses": [_miss(slot) for slot in round_.misses],
        "votes": {str(number): count for number, count in tally.votes.items()},
        "voters": tally.voters,
        "locked": _locked(face) if face else None,
    }


def _candidate(slot: Slot) -> dict[str, Any]:
    assert slot.portrait
    return {
        "number": slot.number,
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
    return {
        "name": face.character,
        "number": face.number,
        "model": face.model,
        "sha256": face.portrait.sha256,
        "by": face.locked_by,
        "at": face.locked_at.isoformat(),
        "tally": {str(number): count for number, count in face.tally.items()},
        "decided_by_lead": face.decided_by_lead,
    }
