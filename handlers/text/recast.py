"""Re-casts and unlocks."""

from decimal import Decimal

from bot.domain.face import Face
from bot.usecases.recast import RecastMode
from handlers.text.format import dollars, escape_mrkdwn, join_parts, truncate

OPEN = "Re-cast …"
UNLOCK = "Unlock"
REASON = "Reason"
REASON_HINT = "Visible to everyone in the record and in the new round's message."
BRIEF = "Brief"
BRIEF_HINT = "Current brief. Your edits go to the models."
MODE = "Current face"
TITLE = "Re-cast"


def title(name: str) -> str:
    return truncate(f"Re-cast {name}", 24)


def submit(*, only_unlock: bool) -> str:
    return UNLOCK if only_unlock else "Re-cast"


def intro(face: Face, earlier: Face | None, price: Decimal) -> str:
    """Say what the form does, and what it costs."""
    cost = f"New portraits cost up to {dollars(price)} in total."
    if face.unlocked:
        return f"{escape_mrkdwn(face.character)} has no face now. {cost}"
    version = f"{escape_mrkdwn(face.character)} has version {face.version}."
    return join_parts(version, cost, restored_version(earlier), separator=" ")


def unlock_only_intro(face: Face, earlier: Face | None, reason: str) -> str:
    """Say the same if `reason` prevents a new round."""
    text = f"{reason}\nVersion {face.version} can still be unlocked."
    return join_parts(text, restored_version(earlier), separator=" ")


def restored_version(earlier: Face | None) -> str:
    """Say which version an unlock restores; empty if there is none."""
    return f"After an unlock, version {earlier.version} is the face again." if earlier else ""


def price_increased(price: Decimal) -> str:
    return f"This brief selects other models, and the price is now up to {dollars(price)}. Press Re-cast to agree."


def mode_label(mode: RecastMode, price: Decimal | None) -> str:
    """Label one of the modes with its price."""
    cost = f" (up to {dollars(price)})" if price is not None else ""
    return {
        RecastMode.KEEP: f"Keep it until a new face is locked{cost}",
        RecastMode.UNLOCK: f"Unlock it now and re-cast{cost}",
        RecastMode.ONLY_UNLOCK: "Unlock only ($0)",
    }[mode]
