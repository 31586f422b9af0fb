"""The round's message while its models draw."""

from bot.round import Round
from handlers.blocks.shown import Shown, blind_misses, origin
from handlers.blocks.view import Block, View, actions, button, context, header, question, quote, section, view
from handlers.words import labels, photo, rounds, routing
from handlers.words.text import quiet

_BRIEF_LIMIT = 1500
_FEWEST_TO_OPEN = 2


def drawing(shown: Shown) -> View:
    round_ = shown.round
    state = rounds.stranded(round_) if round_.stranded else rounds.progress(round_)
    return view(
        f"{quiet(labels.drawing_header(round_.character))}: {state}",
        header(labels.drawing_header(round_.character)),
        origin(shown),
        context(rounds.asked_by(round_), rounds.use(round_.brief.use or ""), photo.after(round_.brief.like)),
        context(rounds.who_votes(round_)),
        quote(round_.brief.text, _BRIEF_LIMIT),
        context(rounds.style(round_)),
        section(routing.models(round_, shown.titles)),
        context(rounds.sizes(round_)),
        context(state),
        context(*rounds.pauses(round_, shown.titles)),
        *blind_misses(shown, reroll=False),
        actions(_presses(round_)),
    )


def _presses(round_: Round) -> list[Block]:
    presses = []
    if len(round_.arrived) >= _FEWEST_TO_OPEN and not round_.settled:
        presses.append(button("open_now", labels.OPEN_NOW, round_.id))
    if round_.stranded:
        presses.append(button("reroll", labels.REROLL, round_.id))
    sure = question(labels.CANCEL_QUESTION, labels.cancel_consequence(round_.price), labels.CANCEL_YES)
    return [*presses, button("cancel", labels.CANCEL, round_.id, ask=sure)]
