"""The form for a reference picture, and what a picture that portraits were drawn after is called later."""

from decimal import Decimal

from bot.brief import Like
from handlers.words.text import day, dollars, person, quiet

TITLE = "Cast after a picture"
SUBMIT = "Cast"
CLOSE = "Not now"
BRIEF = "What the face looks like"
FILE = "The picture: PNG, JPEG or WebP, up to 10 MB"
KIND = "What it shows"
PORTRAIT = "An earlier portrait or drawing"
PHOTO = "A photo of a real person"
CONSENT = "Consent"
AGREED = "They agreed to this use"
CONSENT_HINT = "Needed for a photo of a real person. Who confirmed it, and when, is kept with the round."
CONSENT_MISSING = "For a photo of a real person, confirm that they agreed to this use."
LONG_BRIEF = "The brief stays as you typed it."
TOO_BIG = "larger than 10 MB"
ELSEWHERE = "not kept by this Slack"
NOT_A_PICTURE = "Slack did not hand it over as a picture"


def promise(name: str, price: Decimal) -> str:
    """What pressing the button buys; plain enough to stand above the form."""
    return f"The portraits for {quiet(name)} keep the face of this picture: up to {dollars(price)} in all."


def after(like: Like | None) -> str:
    """`drawn after the face of Maya`; empty where nothing was sent along."""
    if like is None:
        return ""
    return "drawn after an attached picture" if like.attached else f"drawn after the face of {quiet(like.name)}"


def rows(like: Like | None) -> tuple[tuple[str, str], ...]:
    """Facts of a reference, as pairs of a label and its value."""
    if like is None:
        return ()
    source = "an attached picture" if like.attached else f"the face of {quiet(like.name)}"
    told = (("Drawn after", f"{source}, SHA-256 `{like.sha256}`"),)
    if (consent := like.consent) is None:
        return told
    return (*told, (CONSENT, f"{person(consent.person)} confirmed on {day(consent.at)}: “{quiet(consent.words)}”"))
