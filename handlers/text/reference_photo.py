"""The reference picture: its fields in the round form, and how rounds and facts mention it."""

from bot.domain.brief import Reference
from bot.domain.errors import ConsentNeeded
from handlers.text.format import day, escape_mrkdwn, join_words, person

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


_USES = {"film": "film", "advertising": "advertising", "internal": "internal use", "": "a use that was not named"}


def use_name(use: str) -> str:
    return _USES.get(use, _USES[""])


def agreed_to(use: str) -> str:
    """Return what somebody confirms about the person in the photo, as the button says it."""
    return f"They agreed to {use_name(use)}"


def wider_wording(use: str) -> str:
    """Return the confirmation as it is kept."""
    return f"{PHOTO}: {agreed_to(use)}"


def consent_needed(error: ConsentNeeded) -> str:
    """Ask for the person's agreement to another use of their likeness."""
    agreed = join_words([use_name(use) for use in error.agreed])
    return (
        f"The face of {escape_mrkdwn(error.character)} was drawn after a photo of a real person, who agreed to "
        f"{agreed}. This brief is for {use_name(error.use)}, so they must agree again. Nothing was started. If they "
        "did, press the button: your name, the time and the use are kept, and the round starts."
    )


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
        *(
            (CONSENT, f"{person(wider.person)} confirmed on {day(wider.at)}: “{escape_mrkdwn(wider.wording)}”")
            for wider in consent.wider
        ),
        *withdrawn,
    )
