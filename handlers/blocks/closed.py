"""The round's message after the close: the result, the models named, and what the lead can do."""

from collections.abc import Iterator

from bot.catalogue import Size
from bot.slot import Slot
from handlers.blocks import look
from handlers.blocks.shown import Shown, named_misses, origin, sheet
from handlers.blocks.view import Block, View, actions, button, context, header, question, section, select, view
from handlers.words import labels, records, rerolling, rounds, run_off, sealed, voters
from handlers.words.text import quiet


def closed(shown: Shown) -> View:
    round_, tally = shown.round, shown.tally
    sized = round_.brief.size is Size.FOUR_K
    ranked = records.by_votes(round_, tally)
    lines = "\n".join(rounds.revealed(round_, slot, tally, shown.titles, sized=sized) for slot in ranked)
    return view(
        f"{quiet(labels.closed_header(round_.character))}. {rounds.result(round_, tally)}",
        header(labels.closed_header(round_.character)),
        origin(shown),
        *sheet(shown),
        section(rounds.result(round_, tally), look.press(round_.id) if round_.candidates else None),
        section(lines) if lines else None,
        context(sealed.none(tally.answers)) if tally.answers else None,
        context(run_off.first_ballot(round_)),
        *named_misses(shown),
        context(rounds.cost(round_), rounds.exactly(round_), rounds.under_way(round_), voters.led_by(round_)),
        actions(_choose(shown)),
        actions(_go_on(shown)),
        instead=rounds.SHEET_IN_THREAD,
    )


def _choose(shown: Shown) -> Iterator[Block]:
    """Who it is."""
    round_, leader = shown.round, shown.round.leader(shown.tally)
    if leader is not None:
        title, sure = labels.lock_question(round_.character, leader), labels.lock_consequence(shown.tally)
        ask = question(title, sure, labels.lock_yes(leader))
        value = f"{round_.id} {round_.slot_of[leader]}"
        yield button("lock", labels.lock(leader), value, ask=ask, style="primary")
    if close_call := round_.close_call:
        yield button("run_off", run_off.label(close_call), round_.id)
    if round_.candidates:
        yield _decide(shown)


def _go_on(shown: Shown) -> Iterator[Block]:
    """What else can become of the round."""
    round_ = shown.round
    yield button("extend", labels.EXTEND, round_.id)
    yield button("reroll", labels.REROLL, round_.id)
    yield button("refine", rerolling.REFINE, round_.id)
    drop = question(labels.DROP_QUESTION, labels.DROP_CONSEQUENCE, labels.DROP)
    yield button("drop", labels.DROP, round_.id, ask=drop)


def _decide(shown: Shown) -> Block:
    choices = [
        (labels.candidate(slot.number, shown.titles(slot.model), _votes(shown, slot)), slot.id)
        for slot in shown.round.candidates
        if slot.number
    ]
    sure = question(labels.decide_question(shown.round.character), labels.DECIDE_CONSEQUENCE, labels.DECIDE_YES)
    return select("decide", labels.DECIDE, choices, ask=sure)


def _votes(shown: Shown, slot: Slot) -> int | None:
    return None if shown.round.came_after(slot) else shown.tally.votes.get(slot.number or 0, 0)
