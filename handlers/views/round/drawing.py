"""The round message while the models draw."""

from collections.abc import Iterator

from bot.domain.round import Round
from handlers.text import labels, routing
from handlers.text import round as round_text
from handlers.views.builder import Block, View, actions, button, context, section
from handlers.views.round.shared import RoundViewData, blind_failures, cancel_button, origin, round_view

_MIN_TO_OPEN = 2


def drawing(data: RoundViewData) -> View:
    round_ = data.round
    state = round_text.restart_notice(round_) if round_.needs_lead_decision else round_text.progress(round_)
    return round_view(
        round_,
        labels.round_header(round_),
        f": {state}",
        origin(data),
        context(round_text.requested_by(round_)),
        context(round_text.who_votes(round_)),
        section(routing.models(round_, data.titles)),
        context(round_text.frame_note(round_), round_text.size_note(round_)),
        context(state),
        context(*round_text.wait_notes(round_, data.titles)),
        *blind_failures(data, can_reroll=False),
        actions(_buttons(round_)),
    )


def _buttons(round_: Round) -> Iterator[Block]:
    if len(round_.completed) >= _MIN_TO_OPEN and not round_.all_slots_final:
        yield button("open_now", labels.OPEN_NOW, round_.id)
    if round_.needs_lead_decision:
        yield button("reroll", labels.REROLL, round_.id)
    yield cancel_button(round_)
