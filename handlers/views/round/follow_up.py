"""The messages of callbacks and re-auditions: what they share with a round, without anything that locks."""

from collections.abc import Iterator
from typing import Protocol

from bot.domain.ballot import Tally
from bot.domain.round import Round
from bot.domain.round_state import REAUDITION, RoundState
from bot.domain.slot import Slot
from handlers.text import callback as callback_text
from handlers.text import failures, follow_ups, labels, voters
from handlers.text import reaudition as reaudition_text
from handlers.text import record as record_text
from handlers.text import round as round_text
from handlers.text import sealed_ballot as sealed_ballot_text
from handlers.text.format import escape_mrkdwn
from handlers.text.model_titles import Titles
from handlers.views import comments as comment_views
from handlers.views import picture_report as report
from handlers.views.builder import Block, View, actions, button, context, header, section, view
from handlers.views.round.shared import RoundViewData, cancel_button, contact_sheet, round_view, who_voted_button
from handlers.views.round.voting import close_button, more_menu, vote_buttons


class FollowUpWords(Protocol):
    """The sentences of one kind of follow-up: a module of handlers/text."""

    HIDDEN: str

    def heading(self, name: str) -> str: ...
    def ballot_question(self, name: str, /) -> str: ...
    def intro(self, round_: Round, parent: Round | None, url: str, titles: Titles) -> str: ...
    def result(self, round_: Round, tally: Tally) -> str: ...
    def candidate_line(self, round_: Round, parent: Round | None, slot: Slot, tally: Tally, titles: Titles) -> str: ...
    def exact_models(self, round_: Round) -> str: ...
    def aftermath(self, name: str, parent: Round | None, url: str) -> str: ...


def follow_up(data: RoundViewData) -> View:
    """Build the view of a follow-up's current state."""
    words: FollowUpWords = reaudition_text if data.round.origin == REAUDITION else callback_text
    views = {
        RoundState.DRAWING: _drawing,
        RoundState.VOTING: _sealed if data.round.is_sealed else _voting,
        RoundState.CLOSED: _closed,
    }
    return views.get(data.round.state, _ended)(data, words)


def outcomes(data: RoundViewData) -> Iterator[Block | None]:
    """Sum up the follow-ups of a round on its own message; cancelled ones are left out."""
    for related in data.follow_ups:
        if related.round.state is RoundState.VOID:
            continue
        if related.round.is_callback:
            yield context(callback_text.outcome(related.round, data.round, related.tally, related.link))
        else:
            yield context(reaudition_text.outcome(related.round, data.titles, related.tally, related.link))


def _drawing(data: RoundViewData, words: FollowUpWords) -> View:
    round_, state = data.round, follow_ups.progress(data.round)
    heading = words.heading(round_.character)
    return round_view(
        round_,
        heading,
        f": {state}",
        _intro(data, words),
        context(round_text.requested_by(round_), round_text.who_votes(round_)),
        context(state),
        context(*round_text.wait_notes(round_, data.titles)),
        *_failures(data, is_blind=True, can_reroll=False),
        actions([cancel_button(round_)]),
    )


def _voting(data: RoundViewData, words: FollowUpWords) -> View:
    how_to_vote = (
        reaudition_text.how_to_vote(data.round.character) if data.round.is_reaudition else callback_text.HOW_TO_VOTE
    )
    return _ballot(data, words, section(how_to_vote), actions(vote_buttons(data)))


def _sealed(data: RoundViewData, words: FollowUpWords) -> View:
    how_to_vote = (
        reaudition_text.instructions(data.round.character)
        if data.round.is_reaudition
        else callback_text.HOW_TO_VOTE_SEALED
    )
    paper = button("paper", sealed_ballot_text.OPEN, data.round.id, style="primary")
    return _ballot(data, words, section(how_to_vote), actions([paper]), context(sealed_ballot_text.WHO_SEES_WHAT))


def _ballot(data: RoundViewData, words: FollowUpWords, *how: Block | None) -> View:
    round_, name = data.round, data.round.character
    heading = f"{words.heading(name)} · {words.ballot_question(name)}"
    status = voters.ballot_status(round_, data.tally, data.turnout, words.HIDDEN)
    return round_view(
        round_,
        heading,
        f" {status}",
        _intro(data, words),
        *contact_sheet(data),
        *how,
        context(status),
        context(round_text.who_votes(round_), voters.led_by(round_), follow_ups.still_drawing(round_)),
        *_failures(data, is_blind=True, can_reroll=round_.is_callback),
        actions(_ballot_elements(data)),
        image_placeholder=round_text.SHEET_IN_THREAD,
    )


def _ballot_elements(data: RoundViewData) -> Iterator[Block]:
    round_ = data.round
    yield close_button(data, labels.FOLLOW_UP_CLOSE_CONSEQUENCE)
    yield comment_views.open_button(round_.id)
    yield report.report_button(round_.id)
    yield more_menu(round_)


def _closed(data: RoundViewData, words: FollowUpWords) -> View:
    round_, tally = data.round, data.tally
    parent = data.parent.round if data.parent else None
    heading, result = f"{words.heading(round_.character)} · {follow_ups.CLOSED}", words.result(round_, tally)
    ranked = record_text.by_votes(round_, tally)
    lines = "\n".join(words.candidate_line(round_, parent, slot, tally, data.titles) for slot in ranked)
    return round_view(
        round_,
        heading,
        f". {result}",
        _intro(data, words),
        *contact_sheet(data),
        section(result),
        section(lines, who_voted_button(round_, tally)) if lines else None,
        context(round_text.found_none(tally)),
        *_failures(data, is_blind=False, can_reroll=False),
        context(follow_ups.cost(round_), words.exact_models(round_), follow_ups.still_drawing(round_)),
        context(words.aftermath(round_.character, parent, data.parent.link if data.parent else "")),
        actions(_closed_buttons(round_)),
        image_placeholder=round_text.SHEET_IN_THREAD,
    )


def _closed_buttons(round_: Round) -> Iterator[Block]:
    yield button("extend", labels.EXTEND, round_.id)
    yield report.report_button(round_.id)


def _ended(data: RoundViewData, words: FollowUpWords) -> View:
    round_ = data.round
    heading, notice = f"{words.heading(round_.character)} · {follow_ups.ENDED}", round_text.void_notice(round_)
    return view(
        f"{escape_mrkdwn(heading)}. {notice}",
        header(heading),
        section(notice),
        *_failures(data, is_blind=False, can_reroll=False),
        context(round_text.requested_by(round_), round_text.cost(round_)),
    )


def _intro(data: RoundViewData, words: FollowUpWords) -> Block:
    parent = data.parent
    text = words.intro(data.round, parent.round if parent else None, parent.link if parent else "", data.titles)
    return section(text)


def _failures(data: RoundViewData, *, is_blind: bool, can_reroll: bool) -> Iterator[Block]:
    """Explain missing pictures; without their models while the ballot is open."""
    round_ = data.round
    for position, slot in enumerate(round_.failures, start=1):
        heading = (
            callback_text.missing_heading(round_, slot)
            if slot.situation
            else failures.missing_heading(position, len(round_.failures), round_.requested_count)
        )
        reason = failures.blind_reason(round_, slot) if is_blind else failures.named_reason(slot, data.titles)
        label = labels.reroll_failure(slot.price)
        again = button(f"reroll_one:{position}", label, slot.id) if can_reroll and slot.situation else None
        yield section(f"{heading} {reason}", again)
