"""The round message after the close: result, models, and the lead's controls."""

from collections.abc import Iterator

from bot.domain.callback import FINALISTS
from bot.domain.catalogue import Size
from bot.domain.flaw_tags import shares
from bot.domain.slot import Slot
from handlers.text import callback as callback_text
from handlers.text import flaw_tags as flaw_tag_text
from handlers.text import labels, voters
from handlers.text import record as record_text
from handlers.text import refine as refine_text
from handlers.text import round as round_text
from handlers.text import run_off as run_off_text
from handlers.views import compare as compare_views
from handlers.views.builder import Block, View, actions, button, confirm, context, section, static_select
from handlers.views.round.follow_up import outcomes
from handlers.views.round.shared import (
    RoundViewData,
    contact_sheet,
    named_failures,
    origin,
    round_view,
    who_voted_button,
)
from handlers.views.round.voting import lock_button


def closed(data: RoundViewData) -> View:
    round_, tally = data.round, data.tally
    with_size = round_.brief.size is Size.FOUR_K
    ranked = record_text.by_votes(round_, tally)
    lines = "\n".join(
        round_text.candidate_result(round_, slot, tally, data.titles, with_size=with_size) for slot in ranked
    )
    heading, result = labels.round_header(round_), round_text.result(round_, tally)
    return round_view(
        round_,
        heading,
        f". {result}",
        origin(data),
        *contact_sheet(data),
        section(result, compare_views.open_button(round_.id) if round_.candidates else None),
        section(lines, who_voted_button(round_, tally)) if lines else None,
        context(round_text.found_none(tally)),
        context(run_off_text.first_ballot(round_)),
        *outcomes(data),
        context(flaw_tag_text.remedy_outcomes(round_.remedies, shares(round_.first_tally))),
        *named_failures(data),
        context(
            round_text.cost(round_),
            round_text.exact_model_ids(round_),
            round_text.in_progress(round_),
            voters.led_by(round_),
        ),
        actions(_decision_elements(data)),
        actions(_follow_up_buttons(data)),
        image_placeholder=round_text.SHEET_IN_THREAD,
    )


def _decision_elements(data: RoundViewData) -> Iterator[Block]:
    round_ = data.round
    if round_.leader(data.tally) is not None:
        yield lock_button(data)
    if run_off_numbers := round_.run_off_options:
        yield button("run_off", run_off_text.label(run_off_numbers), round_.id)
    if len(round_.candidates) > len(round_.hidden):
        yield _decide_menu(data)


def _follow_up_buttons(data: RoundViewData) -> Iterator[Block]:
    round_ = data.round
    yield button("extend", labels.EXTEND, round_.id)
    yield button("reroll", labels.REROLL, round_.id)
    yield button("refine", refine_text.OPEN, round_.id)
    if len(round_.candidates) >= FINALISTS:
        yield button("callback", callback_text.OPEN, round_.id)
    confirmation = confirm(labels.DROP_QUESTION, labels.DROP_CONSEQUENCE, labels.DROP)
    yield button("drop", labels.DROP, round_.id, confirm=confirmation)


def _decide_menu(data: RoundViewData) -> Block:
    choices = [
        (labels.candidate(slot.number, data.titles(slot.model), _votes(data, slot)), slot.id)
        for slot in data.round.candidates
        if slot.number and slot not in data.round.hidden
    ]
    return static_select("decide", labels.DECIDE, choices)


def _votes(data: RoundViewData, slot: Slot) -> int | None:
    return None if data.round.arrived_after_vote(slot) else data.tally.votes.get(slot.number or 0, 0)
