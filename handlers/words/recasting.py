"""What is said around re-casts and unlocks."""

from decimal import Decimal

from bot.face import Face
from bot.recasting import How
from handlers.words.text import cut, dollars, quiet

OPEN = "Re-cast …"
UNLOCK = "Unlock"
REASON = "Reason"
REASON_HINT = "Everybody sees it: in the record, and in the message of the new round."
BRIEF = "The brief"
BRIEF_HINT = "As it stands. What you change here is asked of the models."
LONG_BRIEF = "The brief is too long for a field of Slack's, and stays as it is."
HOW = "The present face"
TITLE = "Re-cast"


def title(name: str) -> str:
    return cut(f"Re-cast {name}", 24)


def submit(*, only_unlock: bool) -> str:
    return UNLOCK if only_unlock else "Go ahead"


def promise(face: Face, price: Decimal) -> str:
    """What the form is for, above its fields."""
    name = quiet(face.character)
    if face.released:
        return f"{name} has no face now. New portraits cost up to {dollars(price)} in all."
    return f"{name} has version {face.version}. New portraits cost up to {dollars(price)} in all."


def only(face: Face, why: str) -> str:
    """The same where no round can be opened now."""
    return f"{why}\nVersion {face.version} can be unlocked all the same."


def dearer(price: Decimal) -> str:
    return (
        f"With these words other models draw, and the price is up to {dollars(price)} now. Go ahead if that is right."
    )


def choice(how: How, price: Decimal | None) -> str:
    """One way, with its price."""
    cost = f" (up to {dollars(price)})" if price is not None else ""
    return {
        How.KEEP: f"Keep it until a new one is locked{cost}",
        How.UNLOCK: f"Unlock it now, and re-cast{cost}",
        How.ONLY_UNLOCK: "Unlock it, and that is all ($0)",
    }[how]
