"""Withdrawn consent to a photo: the button, the question before it, and how records say it."""

from datetime import datetime

from handlers.text.format import day, pluralize

BUTTON = "Consent withdrawn …"
TITLE = "Consent withdrawn?"
YES = "Withdraw"
CONSEQUENCE = (
    "The person in the photo no longer agrees. The photo is deleted, every face drawn after it is marked, and no round "
    "or finish uses it again. This cannot be undone."
)
VOID_NOTICE = "The person in the photo took their consent back, so the round ended."


def notice(at: datetime | None) -> str:
    """Return the warning of a face; empty while the consent holds."""
    return f":warning: Consent withdrawn on {day(at)}. Do not use this face any more." if at else ""


def done(rounds: int) -> str:
    marked = pluralize(rounds, "round")
    return f"The photo is deleted, and {marked} with this likeness {'is' if rounds == 1 else 'are'} marked."
