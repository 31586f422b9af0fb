"""The message of a round that ended without a face."""

from handlers.blocks.shown import Shown, named_misses, sheet
from handlers.blocks.view import View, context, header, section, view
from handlers.words import labels, lineage, rounds
from handlers.words.text import quiet


def void(shown: Shown) -> View:
    """One whose place another round took stays to be looked at."""
    round_, gone_on = shown.round, lineage.took_over(shown.round)
    told = lineage.fate(round_, shown.child.link if shown.child else "") if gone_on else rounds.void(round_)
    return view(
        f"{quiet(labels.void_header(round_.character))}. {rounds.void(round_)}",
        header(labels.void_header(round_.character)),
        section(told),
        *(sheet(shown) if gone_on else ()),
        context(lineage.led(round_, shown.tally)) if gone_on else None,
        *named_misses(shown),
        context(rounds.asked_by(round_), rounds.cost(round_)),
    )
