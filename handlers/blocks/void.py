"""The message of a round that ended without a face."""

from collections.abc import Iterator

from handlers.blocks import look
from handlers.blocks.shown import Shown, named_misses, sheet
from handlers.blocks.view import Block, View, context, header, section, view
from handlers.words import labels, lineage, rounds
from handlers.words.text import quiet


def void(shown: Shown) -> View:
    """Why it ended, and what it cost."""
    round_, gone_on = shown.round, lineage.took_over(shown.round)
    told = lineage.fate(round_, shown.child.link if shown.child else "") if gone_on else rounds.void(round_)
    return view(
        f"{quiet(labels.void_header(round_.character))}. {rounds.void(round_)}",
        header(labels.void_header(round_.character)),
        section(told, look.press(round_.id) if gone_on and round_.candidates else None),
        *(_stays(shown) if gone_on else ()),
        *named_misses(shown),
        context(rounds.asked_by(round_), rounds.cost(round_)),
    )


def _stays(shown: Shown) -> Iterator[Block | None]:
    """A round whose place another one took can still be looked at: the sheet, and the votes as they were known."""
    round_, tally = shown.round, shown.tally
    yield from sheet(shown)
    yield context(lineage.led(round_, tally))
    if round_.tally:
        yield section("\n".join(rounds.revealed(round_, slot, tally, shown.titles) for slot in round_.candidates))
