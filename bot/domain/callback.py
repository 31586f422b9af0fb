"""A callback: two people drawn again from their own originals in other situations, for one ballot.

The originals are the candidates. Their views, one for each situation, stand beside them on the sheet.
"""

from collections.abc import Sequence
from enum import StrEnum

from bot.domain.ballot import Tally

FINALISTS = 2
# With two originals and three views of each the sheet has eight pictures, as many as a ballot.
MAX_SITUATIONS = 3


class Situation(StrEnum):
    """What a face has to hold up in, in the order of the form."""

    CLOSE_UP = "close_up"
    WIDE = "wide"
    OTHER_LIGHT = "other_light"
    PROFILE = "profile"
    LAUGHING = "laughing"


# On the sheet, in letters that Pillow's own font has.
ORIGINAL_CAPTION = "Original"
SITUATION_CAPTIONS = {
    Situation.CLOSE_UP: "Close-up",
    Situation.WIDE: "Wide shot",
    Situation.OTHER_LIGHT: "Hard light",
    Situation.PROFILE: "Profile",
    Situation.LAUGHING: "Laughing",
}

USUAL_SITUATIONS = (Situation.CLOSE_UP, Situation.WIDE, Situation.OTHER_LIGHT)


def proposed_finalists(numbers: Sequence[int], tally: Tally | None, locked: int | None = None) -> tuple[int, ...]:
    """Return the two candidates to propose: the locked one and its understudy, else the two with the most votes.

    Empty where the votes do not say which two: a tie for the second place, or fewer than two with votes.
    """
    votes = {number: tally.votes.get(number, 0) if tally else 0 for number in numbers}
    ranked = sorted((n for n in numbers if votes[n] and n != locked), key=lambda n: (-votes[n], n))
    wanted = FINALISTS - (locked is not None)
    chosen, rest = ranked[:wanted], ranked[wanted:]
    if len(chosen) < wanted or (rest and votes[rest[0]] == votes[chosen[-1]]):
        return ()
    return tuple(sorted([*chosen, *([locked] if locked is not None else [])]))
