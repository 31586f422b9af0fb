"""Private answers: help, errors, confirmations and receipts."""

from bot.domain.errors import (
    AlreadyCast,
    AlreadyCasting,
    BriefError,
    CastingError,
    ConsentNeeded,
    LeadDeactivated,
    ModelsUnavailable,
    NotAvailableHere,
    ReferenceUnclear,
)
from bot.domain.round import Round
from bot.usecases.vote import ClickResult, NoneResult
from handlers.text import brief_errors, errors, labels, receipts, reference_photo, routing, voters
from handlers.text import help as help_text
from handlers.text import run_off as run_off_text
from handlers.text import sealed_ballot as sealed_ballot_text
from handlers.views import flaw_tags
from handlers.views.builder import View, actions, button, paragraph, preformatted, section, text_view, view

_LINE_LIMIT = 3000
# Lines to copy for channels in which the bot cannot post.
_LINES_TO_COPY = {
    "not_invited": "/cast {line}",
    "not_a_channel": "/cast {line}",
    "not_invited_message": "/invite @Castroom",
}


def help_view() -> View:
    more = actions([button("help_more", help_text.MORE, "options")])
    return view(help_text.HELP, *map(section, help_text.groups()), more)


def help_options_view() -> View:
    return view(help_text.OPTIONS, section(help_text.OPTIONS), section(help_text.option_lines()))


def error_view(error: CastingError) -> View:
    """Say what is wrong and what to do, with a line to copy or a button if there is one."""
    text = errors.sentence(error)
    if isinstance(error, BriefError):
        return bad_line(error)
    if isinstance(error, NotAvailableHere) and error.reason in _LINES_TO_COPY:
        line = _LINES_TO_COPY[error.reason].format(line=error.line).strip()
        return view(text, section(text), preformatted(line[:_LINE_LIMIT]))
    if isinstance(error, AlreadyCast):
        label = labels.recast(error.character, error.price)
        return text_view(text, button("recast", label, error.draft_id, style="primary"))
    if isinstance(error, ConsentNeeded):
        label = reference_photo.agreed_to(error.use)
        return text_view(text, button("consent_use", label, error.draft_id, style="primary"))
    if isinstance(error, LeadDeactivated):
        return text_view(text, button("take_over", voters.TAKE_OVER, error.round_id))
    if isinstance(error, ModelsUnavailable) and error.offers:
        return text_view(
            text, *(button(f"cast_with:{o.kind}", routing.offer_label(o), o.draft_id) for o in error.offers)
        )
    return note(text)


def bad_line(error: BriefError, prefix: str = "/cast") -> View:
    """Explain an invalid command with one that works; `prefix` is the command or the mention."""
    text = errors.sentence(error)
    if isinstance(error, ReferenceUnclear) and error.offers:
        numbered = enumerate(error.offers, start=1)
        return text_view(
            text, *(button(f"cast_like:{number}", name, draft_id) for number, (name, draft_id) in numbered)
        )
    example = preformatted(brief_errors.working_line(error, prefix))
    return view(text, section(f"{text} {receipts.WORKING_EXAMPLE}"), example)


def already_casting(error: AlreadyCasting, url: str, line: str = "") -> View:
    """Link to the open round; `line` is the user's command, which they can send again later."""
    text = errors.already_casting(error, url)
    if not line:
        return note(text)
    text = f"{text} {errors.KEEP_BRIEF}"
    return view(text, section(text), preformatted(line[:_LINE_LIMIT]))


def receipt(result: ClickResult) -> View:
    """Confirm a vote, with a button to tag what looks artificial."""
    text = receipts.receipt(result)
    return _taggable(text, result.round_id) if result.on and result.can_tag else note(text)


def none_receipt(result: NoneResult) -> View:
    """Confirm "none of these", with the same button: a face that convinces nobody has most to tag."""
    text = receipts.none_receipt(result)
    return note(text) if result.numbers or not result.can_tag else _taggable(text, result.round_id)


def _taggable(text: str, round_id: str) -> View:
    return view(text, paragraph(text), actions([flaw_tags.open_button(round_id)]))


def ignored_reaction(round_: Round, person: str) -> View:
    """Say why a reaction does not count."""
    if not round_.can_vote(person):
        return note(voters.not_a_voter(round_.brief.voters, round_.character))
    if round_.run_off:
        return note(run_off_text.no_reactions(round_.character, tuple(round_.ballot_options)))
    return note(sealed_ballot_text.no_reactions(round_.character))


def choice_receipt(round_: Round, number: int) -> View:
    return note(run_off_text.choice_receipt(round_.character, number))


def confirm_drop(round_: Round) -> View:
    """Ask for confirmation, since Slack's overflow menu has no dialog per option."""
    text = voters.confirm_drop(round_.character)
    return text_view(text, button("drop", labels.DROP, round_.id, style="danger"))


def note(text: str) -> View:
    """Build a view of one sentence."""
    return view(text, paragraph(text))
