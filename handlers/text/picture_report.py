"""Reports of pictures: the button, the form, the message with hidden pictures, and the notice to the lead."""

from bot.domain.round import Round
from handlers.text.format import escape_mrkdwn, link, person

BUTTON = "Report …"
TITLE = "Report a picture"
SUBMIT = "Report"
REASON = "What is wrong?"
REASON_HINT = "Name the candidate's number. The lead and the administrators read this, with your name."
INTRO = "The pictures of this round are hidden at once, until the lead or an administrator decides."
HIDDEN = "These pictures were reported and are hidden until the lead or an administrator decides."
SHOW_AGAIN = "Show again"
DONE = "Reported. The pictures are hidden, and the lead knows."


def notice(round_: Round, reporter: str, reason: str, url: str) -> str:
    """Tell who decides what was reported, by whom and why, and what to do."""
    name = link(url, escape_mrkdwn(round_.character))
    return (
        f"{person(reporter)} reported the pictures of {name}: “{escape_mrkdwn(reason)}”. They are hidden in the "
        "round's message. Show them again with the button there, re-roll them, or delete the character with "
        f"`/cast delete {escape_mrkdwn(round_.character)}`. The large pictures stay in the thread until then."
    )
