"""Content Credentials of an original, and the casting passport."""

from bot.domain.errors import PassportUnavailable
from bot.domain.face import Credentials, CredentialsState
from bot.domain.passport import PassportStatus, Provenance
from handlers.text.format import escape_mrkdwn

_UNAVAILABLE = {
    "off": "This installation signs no passports: its operator has made no key yet.",
    "no_picture": "{name} has no such picture.",
    "unlocked": "{name} is unlocked, so no passport is signed for it.",
    "withdrawn": "The person in the photo behind {name} took their consent back, so there is no passport.",
    "failed": "The passport of {name} could not be signed. The operator finds the reason in the log.",
}

_STATUS = {
    PassportStatus.SIGNED: "signed by this studio's own key; it is in the package",
    PassportStatus.WAITING: "not signed yet; downloading the package signs it",
    PassportStatus.OFF: "none: this installation has no signing key",
    PassportStatus.NONE: "none",
}


def rows(provenance: Provenance) -> tuple[tuple[str, str], ...]:
    """Return the rows of *Details*."""
    return (
        ("Content credentials", credentials(provenance.credentials)),
        ("Passport", _STATUS[provenance.passport]),
    )


def unavailable(error: PassportUnavailable) -> str:
    return _UNAVAILABLE.get(error.reason, _UNAVAILABLE["failed"]).format(
        name=escape_mrkdwn(error.character) or "this face"
    )


def credentials(found: Credentials) -> str:
    """Say what the original's own credentials are worth here; the name is only what a certificate claims."""
    by = f"by {escape_mrkdwn(found.issuer)}" if found.issuer else "in the original"
    match found.state:
        case CredentialsState.VALID:
            return f"{by}: valid"
        case CredentialsState.UNTRUSTED:
            return f"{by}: intact, signer not trusted here"
        case CredentialsState.BROKEN:
            return f"{by}: broken"
        case CredentialsState.NONE:
            return "none"
    return "not checked"
