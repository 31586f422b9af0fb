"""The round's message while its models draw."""

from bot.round import Round
from handlers.blocks.shown import RoundViewData, blind_failures, origin
from handlers.blocks.view import Block, View, actions, button, confirm, context, header, quote, section, view
from handlers.words import labels, photo, rounds, routing
from handlers.words.text import escape_mrkdwn

_BRIEF_LIMIT = 1500
_MIN_TO_OPEN = 2


def drawing(data: RoundViewData) -> View:
    round_ = data.round
    state = rounds.restart_notice(round_) if round_.needs_lead_decision else rounds.progress(round_)
    return view(
        f"{escape_mrkdwn(labels.drawing_header(round_.character))}: {state}",
        header(labels.drawing_header(round_.character)),
        origin(data),
        context(
            rounds.requested_by(round_),
            rounds.intended_use(round_.brief.use or ""),
            photo.reference_note(round_.brief.reference),
        ),
        context(rounds.who_votes(round_)),
        quote(round_.brief.text, _BRIEF_LIMIT),
        context(rounds.house_style(round_)),
        section(routing.models(round_, data.titles)),
        context(rounds.size_note(round_)),
        context(state),
        context(*rounds.wait_notes(round_, data.titles)),
        *blind_failures(data, can_reroll=False),
        actions(_buttons(round_)),
    )


def _buttons(round_: Round) -> list[Block]:
    buttons = []
    if len(round_.completed) >= _MIN_TO_OPEN and not round_.all_slots_final:
        buttons.append(button("open_now", labels.OPEN_NOW, round_.id))
    if round_.needs_lead_decision:
        buttons.append(button("reroll", labels.REROLL, round_.id))
    confirmation = confirm(labels.CANCEL_QUESTION, labels.cancel_consequence(round_.price), labels.CANCEL_YES)
    return [*buttons, button("cancel", labels.CANCEL, round_.id, confirm=confirmation)]
