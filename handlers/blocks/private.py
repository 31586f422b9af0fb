"""Answers that concern one person: help, a line that cannot be cast, questions before money is spent, receipts."""

from bot.errors import AlreadyCast, AlreadyCasting, BriefError, CastingError, LeadLeft, NotHere, Unavailable
from bot.round import Round
from bot.voting import Clicked
from handlers.blocks.view import View, actions, button, mrkdwn, section, to_copy, view
from handlers.words import answers, briefs, errors, labels, routing, run_off, sealed, voters

_LINE_LIMIT = 3000
# What helps where I may not write, ready to copy.
_LINES = {
    "not_invited": "/cast {line}",
    "not_a_channel": "/cast {line}",
    "not_invited_message": "/invite @Castroom",
}


def help_() -> View:
    return view(answers.HELP, to_copy(answers.HELP_PICTURE), section("\n".join(answers.HELP_LINES)))


def apology(error: CastingError) -> View:
    """What is wrong and what to do, with a line to copy or a button where there is one."""
    told = errors.sentence(error)
    if isinstance(error, BriefError):
        return bad_line(error)
    if isinstance(error, NotHere) and error.why in _LINES:
        return view(told, section(told), to_copy(_LINES[error.why].format(line=error.line).strip()[:_LINE_LIMIT]))
    if isinstance(error, AlreadyCast):
        press = button("recast", labels.recast(error.character, error.price), error.wish_id, style="primary")
        return view(told, section(told), actions([press]))
    if isinstance(error, LeadLeft):
        return view(told, section(told), actions([button("take_over", voters.TAKE_OVER, error.round_id)]))
    if isinstance(error, Unavailable) and error.offers:
        presses = [button(f"cast_with:{o.kind}", routing.offer(o), o.wish_id) for o in error.offers]
        return view(told, section(told), actions(presses))
    return note(told)


def bad_line(error: BriefError, to: str = "/cast") -> View:
    """What cannot be understood of a line spoken `to` the command or the bot, and one that works."""
    told = errors.sentence(error)
    return view(told, section(f"{told} {answers.WORKS}"), to_copy(briefs.line_that_works(error, to)))


def already_casting(error: AlreadyCasting, url: str) -> View:
    return note(errors.already_casting(error, url))


def receipt(clicked: Clicked) -> View:
    return note(answers.receipt(clicked))


def in_vain(round_: Round, person: str) -> View:
    """A reaction that does not count."""
    if not round_.may_vote(person):
        return note(voters.only(round_.brief.voters, round_.character))
    return note(sealed.no_reactions(round_.character))


def chosen(round_: Round, number: int) -> View:
    return note(run_off.chosen(round_.character, number))


def dropping(round_: Round) -> View:
    """Asked once more, since the menu it was chosen from asks nothing."""
    told = voters.dropping(round_.character)
    return view(told, section(told), actions([button("drop", labels.DROP, round_.id, style="danger")]))


def note(text: str) -> View:
    """One sentence."""
    return view(text, {"type": "section", "text": mrkdwn(text)})
