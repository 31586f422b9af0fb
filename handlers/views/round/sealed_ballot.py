"""The sealed ballot: the round message and the ballot form."""

from typing import Any

from bot.domain.round import Round
from bot.domain.slot import Slot
from bot.usecases.sealed_ballot import BallotForm
from handlers.text import alt_text, labels, lineage, voters
from handlers.text import callback as callback_text
from handlers.text import reaudition as reaudition_text
from handlers.text import round as round_text
from handlers.text import sealed_ballot as words
from handlers.text.format import join_parts
from handlers.views import comments as comment_views
from handlers.views import compare as compare_views
from handlers.views.builder import (
    Block,
    View,
    actions,
    button,
    context,
    divider,
    image,
    plain,
    section,
    text_view,
    view,
)
from handlers.views.fields import build_modal, checkboxes, choices_of, multi_select
from handlers.views.round.shared import RoundViewData, blind_failures, contact_sheet, origin, round_view
from handlers.views.round.voting import close_button, more_menu

# One question of a follow-up stands for both.
HUMAN, LIKENESS, BOTH, NONE = "human", "likeness", "both", "none"
_BALLOT_ID = "paper"


def sealed(data: RoundViewData) -> View:
    """Build the message; it shows no counts, not even to the lead."""
    round_ = data.round
    heading = words.heading(round_.character)
    status = round_text.ballot_status(round_, data.tally, data.turnout)
    return round_view(
        round_,
        heading,
        f" {status}",
        origin(data),
        *contact_sheet(data),
        section(words.how_to_vote(round_.character)),
        actions(
            [
                button(_BALLOT_ID, words.OPEN, round_.id, style="primary"),
                compare_views.open_button(round_.id),
                comment_views.open_button(round_.id),
            ]
        ),
        context(status),
        context(words.WHO_SEES_WHAT),
        context(
            round_text.who_votes(round_),
            voters.led_by(round_),
            lineage.variations(round_),
            round_text.in_progress(round_),
        ),
        *blind_failures(data, can_reroll=True),
        actions([button("reroll", labels.REROLL, round_.id), close_button(data), more_menu(round_)]),
    )


def ballot_form(form: BallotForm) -> dict[str, Any]:
    """Build the modal: large pictures in the voter's own order, two questions and the flaw tags for each."""
    round_, submission = form.round, form.submission
    is_none_checked = bool(submission and not submission.votes)
    blocks = [block for slot in form.candidates for block in _candidate_blocks(form, slot)]
    text = _instructions(round_)
    return build_modal(
        _BALLOT_ID,
        round_.id,
        words.TITLE,
        words.SUBMIT,
        view(
            text,
            section(text),
            *blocks,
            checkboxes(NONE, words.OR_ELSE, [(words.NONE, NONE)], [NONE] if is_none_checked else []),
        ),
    )


def _candidate_blocks(form: BallotForm, slot: Slot) -> list[Block | None]:
    round_, submission, number = form.round, form.submission, slot.number or 0
    if round_.is_follow_up:
        return _follow_up_blocks(form, slot)
    questions = [(words.HUMAN, HUMAN), (words.likeness_label(round_.character), LIKENESS)]
    checked = [HUMAN] * bool(submission and slot.id in submission.reads_human) + [LIKENESS] * bool(
        submission and slot.id in submission.matches_character
    )
    return [
        divider(),
        image(slot.file_id, alt_text.candidate(round_, number)) | {"title": plain(words.candidate_label(number))}
        if slot.file_id
        else None,
        checkboxes(f"ticks {slot.id}", words.candidate_label(number), questions, checked),
        multi_select(
            f"tells {slot.id}",
            words.FLAWS,
            words.FLAWS_PLACEHOLDER,
            choices_of(words.FLAW_LABELS),
            submission.flaw_tags.get(slot.id, ()) if submission else (),
        ),
    ]


def _instructions(round_: Round) -> str:
    if round_.is_follow_up:
        is_callback = round_.is_callback
        return callback_text.INSTRUCTIONS if is_callback else reaudition_text.instructions(round_.character)
    return words.instructions(round_.character)


def _follow_up_blocks(form: BallotForm, slot: Slot) -> list[Block | None]:
    """Show a candidate with its views, and ask one question."""
    round_, number = form.round, slot.number or 0
    question = callback_text.QUESTION if round_.is_callback else reaudition_text.question(round_.character)
    is_checked = bool(form.submission and slot.id in form.submission.votes)
    label = words.candidate_label(number)
    pictures = []
    for shown in (slot, *round_.views_of(slot)):
        if shown.file_id:
            caption = callback_text.caption(shown.situation)
            picture = image(shown.file_id, alt_text.candidate(round_, number, caption))
            pictures.append(picture | {"title": plain(join_parts(label, caption))})
    return [
        divider(),
        *pictures,
        checkboxes(f"ticks {slot.id}", label, [(question, BOTH)], [BOTH] if is_checked else []),
    ]


def received(name: str, numbers: tuple[int, ...]) -> View:
    """Replace the form with a receipt."""
    return text_view(words.received(name, numbers))
