"""Answers that concern one person: help, a line that cannot be cast, questions before money is spent, receipts."""

from bot.domain.errors import (
    AlreadyCast,
    AlreadyCasting,
    BriefError,
    CastingError,
    LeadDeactivated,
    ModelsUnavailable,
    NotAvailableHere,
)
from bot.domain.round import Round
from bot.usecases.vote import ClickResult
from handlers.text import brief_errors, errors, labels, receipts, routing, voters
from handlers.text import run_off as run_off_text
from handlers.text import sealed_ballot as sealed_ballot_text
from handlers.views.builder import View, actions, button, paragraph, preformatted, section, view

_LINE_LIMIT = 3000
# What helps where I may not write, ready to copy.
_LINES_TO_COPY = {
    "not_invited": "/cast {line}",
    "not_a_channel": "/cast {line}",
    "not_invited_message": "/invite @Castroom",
}


def help_view() -> View:
    return view(receipts.HELP, preformatted(receipts.HELP_PICTURE), section("\n".join(receipts.HELP_LINES)))


def error_view(error: CastingError) -> View:
    """What is wrong and what to do, with a line to copy or a button where there is one."""
    text = errors.sentence(error)
    if isinstance(error, BriefError):
        return bad_line(error)
    if isinstance(error, NotAvailableHere) and error.reason in _LINES_TO_COPY:
        return view(
            text,
            section(text),
            preformatted(_LINES_TO_COPY[error.reason].format(line=error.line).strip()[:_LINE_LIMIT]),
        )
    if isinstance(error, AlreadyCast):
        recast_button = button("recast", labels.recast(error.character, error.price), error.draft_id, style="primary")
        return view(text, section(text), actions([recast_button]))
    if isinstance(error, LeadDeactivated):
        return view(text, section(text), actions([button("take_over", voters.TAKE_OVER, error.round_id)]))
    if isinstance(error, ModelsUnavailable) and error.offers:
        buttons = [button(f"cast_with:{o.kind}", routing.offer_label(o), o.draft_id) for o in error.offers]
        return view(text, section(text), actions(buttons))
    return note(text)


def bad_line(error: BriefError, prefix: str = "/cast") -> View:
    """What cannot be understood of a line spoken `to` the command or the bot, and one that works."""
    text = errors.sentence(error)
    return view(
        text, section(f"{text} {receipts.WORKING_EXAMPLE}"), preformatted(brief_errors.working_line(error, prefix))
    )


def already_casting(error: AlreadyCasting, url: str) -> View:
    return note(errors.already_casting(error, url))


def receipt(result: ClickResult) -> View:
    return note(receipts.receipt(result))


def ignored_reaction(round_: Round, person: str) -> View:
    """A reaction that does not count."""
    if not round_.can_vote(person):
        return note(voters.not_a_voter(round_.brief.voters, round_.character))
    return note(sealed_ballot_text.no_reactions(round_.character))


def choice_receipt(round_: Round, number: int) -> View:
    return note(run_off_text.choice_receipt(round_.character, number))


def confirm_drop(round_: Round) -> View:
    """Asked once more, since the menu it was chosen from asks nothing."""
    text = voters.confirm_drop(round_.character)
    return view(text, section(text), actions([button("drop", labels.DROP, round_.id, style="danger")]))


def note(text: str) -> View:
    """One sentence."""
    return view(text, paragraph(text))
