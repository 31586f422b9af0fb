"""The reference picture: its fields in the round form, and how rounds and facts mention it."""

from bot.domain.brief import Reference
from handlers.text.format import day, escape_mrkdwn, person

FILE = "Image: PNG, JPEG or WebP, up to 10 MB"
KIND = "What it shows"
PORTRAIT = "An earlier portrait or drawing"
PHOTO = "A photo of a real person"
CONSENT = "Consent"
AGREED = "They agreed to this use"
CONSENT_HINT = "Needed for a photo of a real person. Who confirmed it, and when, is kept with the round."
TOO_BIG = "larger than 10 MB"
NOT_ON_SLACK = "not stored in this Slack"
NOT_A_PICTURE = "Slack did not deliver it as an image"


def reference_note(reference: Reference | None) -> str:
    """Return `drawn after the face of Maya`; empty without a reference."""
    if reference is None:
        return ""
    return "likeness: reference image" if reference.is_attached else f"likeness: {escape_mrkdwn(reference.name)}"


def rows(reference: Reference | None) -> tuple[tuple[str, str], ...]:
    """Return a reference's facts as pairs of a label and its value."""
    if reference is None:
        return ()
    source = "reference image" if reference.is_attached else f"the face of {escape_mrkdwn(reference.name)}"
    digest = f"SHA-256 `{reference.sha256}`" if reference.sha256 else "the picture was deleted"
    source_rows = (("Likeness", f"{source}, {digest}"),)
    if (consent := reference.consent) is None:
        return source_rows
    withdrawn_at = consent.withdrawn_at
    withdrawn = (
        (("Consent withdrawn", f"on {day(withdrawn_at)}, reported by {person(consent.withdrawn_by)}"),)
        if withdrawn_at
        else ()
    )
    return (
        *source_rows,
        (CONSENT, f"{person(consent.person)} confirmed on {day(consent.at)}: “{escape_mrkdwn(consent.wording)}”"),
        *withdrawn,
    )
