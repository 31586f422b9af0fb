"""Reports of portraits: the button, the form, the message with a hidden portrait, and the notice to the lead."""

from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import Slot
from bot.ports.reports import Report
from handlers.text.format import escape_mrkdwn, link, person

BUTTON = "Report …"
TITLE = "Report a portrait"
SUBMIT = "Report"
CANDIDATE = "Which portrait?"
REASON = "What is wrong?"
REASON_HINT = "The lead and the administrators read this, with your name."
INTRO = "The portrait is hidden at once, until the lead or an administrator decides. The vote goes on."
NOTHING_LEFT = "All portraits of this round are reported already."
FACE_HIDDEN = "This portrait was reported and is hidden until the lead or an administrator decides."
SHOW_AGAIN = "Show again"
DONE = "Reported. The portrait is hidden, and the lead knows."


def option(round_: Round, slot: Slot) -> str:
    return f"Candidate {slot.number}, the face" if slot.id == round_.locked_slot else f"Candidate {slot.number}"


def hidden(round_: Round, slot: Slot) -> str:
    """Say in the round's message that a portrait is hidden."""
    if slot.id == round_.locked_slot:
        return FACE_HIDDEN
    return f"Candidate {slot.number} was reported and is hidden until the lead or an administrator decides."


def notice(round_: Round, slot: Slot, report: Report, url: str) -> str:
    """Tell who decides what was reported, by whom and why, and what to do."""
    name = link(url, escape_mrkdwn(round_.character))
    is_face = slot.id == round_.locked_slot
    what = f"the face of {name}" if is_face else f"candidate {slot.number} of {name}"
    if is_face:
        others = "Re-cast it, or delete the character with"
    elif round_.state in (RoundState.VOTING, RoundState.CLOSED):
        others = "Lock or re-roll others meanwhile, or delete the character with"
    else:
        others = "Or delete the character with"
    return (
        f"{person(report.person)} reported {what}: “{escape_mrkdwn(report.reason.rstrip('. '))}”. It is hidden, and my "
        f"pictures of it are removed. To show it again, press *{SHOW_AGAIN}* in the message. {others} "
        f"`/cast delete {escape_mrkdwn(round_.character)}`."
    )
