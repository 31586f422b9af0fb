"""The brief below a round's title, and the modal with all of it."""

from bot.domain.brief import Brief
from handlers.text.format import escape_mrkdwn, join_parts, truncate
from handlers.text.reference_photo import reference_note
from handlers.text.round import intended_use

OPEN = "Full brief"
TITLE = "Brief"
STYLE = "*House style*"

_BRIEF_LIMIT = 240
_STYLE_LIMIT = 120


def excerpt(brief: Brief) -> str:
    """Return the beginning of the brief in one line, as typed."""
    return truncate(_single_line(brief.text), _BRIEF_LIMIT)


def conditions(brief: Brief) -> str:
    """Return `for film · drawn after the face of Maya · House style: 16 mm`; empty parts are left out."""
    style = escape_mrkdwn(truncate(_single_line(brief.style), _STYLE_LIMIT))
    return join_parts(
        intended_use(brief.use or ""), reference_note(brief.reference), f"House style: {style}" if style else ""
    )


def is_shortened(brief: Brief) -> bool:
    """Tell whether the message leaves out a part of the brief or of the house style."""
    return len(_single_line(brief.text)) > _BRIEF_LIMIT or len(_single_line(brief.style)) > _STYLE_LIMIT


def use_and_likeness(brief: Brief) -> str:
    """Return `for film · drawn after the face of Maya`."""
    return join_parts(intended_use(brief.use or ""), reference_note(brief.reference))


def _single_line(text: str) -> str:
    return " ".join(text.split())
