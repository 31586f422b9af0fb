"""A sealed ballot: the round's message while papers come in, and the paper itself."""

from typing import Any

from bot.sealing import Sheet
from bot.slot import Slot
from handlers.blocks import look
from handlers.blocks.dialog import dialog, picks, ticks
from handlers.blocks.shown import Shown, blind_misses, origin, sheet
from handlers.blocks.view import (
    Block,
    View,
    actions,
    button,
    context,
    divider,
    header,
    image,
    plain,
    section,
    view,
)
from handlers.blocks.voting import close, more
from handlers.words import alt, labels, lineage, rounds, voters
from handlers.words import sealed as words
from handlers.words.text import quiet

HUMAN, LIKENESS, NONE = "human", "likeness", "none"
_TAPPED = "paper"


def sealed(shown: Shown) -> View:
    """The round's message: no counts, and nothing that would tell the lead more than anybody."""
    round_ = shown.round
    return view(
        f"{quiet(words.heading(round_.character))} {rounds.ballot(round_, shown.tally, shown.turnout)}",
        header(words.heading(round_.character)),
        origin(shown),
        *sheet(shown),
        section(words.how_to_vote(round_.character)),
        actions([button(_TAPPED, words.OPEN, round_.id, style="primary"), look.press(round_.id)]),
        context(rounds.ballot(round_, shown.tally, shown.turnout)),
        context(words.WHO_SEES_WHAT),
        context(rounds.who_votes(round_), voters.led_by(round_), lineage.variations(round_), rounds.under_way(round_)),
        *blind_misses(shown, reroll=True),
        actions([button("reroll", labels.REROLL, round_.id), close(shown), more(round_)]),
    )


def paper(given: Sheet) -> dict[str, Any]:
    """The modal: each candidate large, in this person's own order, with both questions and the tells."""
    round_, mine = given.round, given.paper
    none = bool(mine and not mine.votes)
    blocks = [block for slot in given.order for block in _candidate(given, slot)]
    told = words.instructions(round_.character)
    return dialog(
        _TAPPED,
        round_.id,
        words.TITLE,
        words.SUBMIT,
        view(told, section(told), *blocks, ticks(NONE, words.OR_ELSE, [(words.NONE, NONE)], [NONE] if none else [])),
    )


def _candidate(given: Sheet, slot: Slot) -> list[Block | None]:
    round_, mine, number = given.round, given.paper, slot.number or 0
    questions = [(words.HUMAN, HUMAN), (words.likeness(round_.character), LIKENESS)]
    ticked = [HUMAN] * bool(mine and slot.id in mine.human) + [LIKENESS] * bool(mine and slot.id in mine.likeness)
    return [
        divider(),
        image(slot.file_id, alt.candidate(round_, number)) | {"title": plain(words.candidate(number))}
        if slot.file_id
        else None,
        ticks(f"ticks {slot.id}", words.candidate(number), questions, ticked),
        picks(f"tells {slot.id}", words.TELLS, words.ANY, words.tells(), mine.tells.get(slot.id, ()) if mine else ()),
    ]


def received(name: str, numbers: tuple[int, ...]) -> View:
    """What stands in the modal once the paper is in."""
    told = words.received(name, numbers)
    return view(told, section(told))
