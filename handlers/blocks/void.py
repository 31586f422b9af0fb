"""The message of a round that ended without a face."""

from handlers.blocks.shown import Shown, named_misses
from handlers.blocks.view import View, context, header, section, view
from handlers.words import labels, rounds
from handlers.words.text import quiet


def void(shown: Shown) -> View:
    round_ = shown.round
    return view(
        f"{quiet(labels.void_header(round_.character))}. {rounds.void(round_)}",
        header(labels.void_header(round_.character)),
        section(rounds.void(round_)),
        *named_misses(shown),
        context(rounds.asked_by(round_), rounds.cost(round_)),
    )
