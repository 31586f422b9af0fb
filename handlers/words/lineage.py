"""What a round came of, and what came of it; and which of its candidates came of others."""

from bot.ballot import Tally
from bot.round import Round
from bot.slot import Slot
from handlers.words.text import count, cut, link, quiet, several

_BRIEF_LIMIT = 200
_FATES = {
    "rerolled": "The lead asked for all portraits again",
    "refined": "The lead refined the brief",
}


def before(round_: Round, parent: Round, tally: Tally, url: str) -> str:
    """`Refined from <the round before>: “a fisherwoman, 60” · 2 led with 3 of 4 votes`."""
    there = link(url, "the round before")
    if round_.origin == "refined":
        words = quiet(cut(" ".join(parent.brief.text.split()), _BRIEF_LIMIT))
        return " · ".join(filter(None, [f"Refined from {there}: “{words}”", led(parent, tally)]))
    return " · ".join(filter(None, [f"Drawn again after {there}", led(parent, tally)]))


def led(parent: Round, tally: Tally) -> str:
    """Who was in front when the round ended; empty where there was nothing to vote on."""
    if not parent.candidates:
        return ""
    if parent.sealed and parent.tally is None:
        return f"{count(tally.voters, 'sealed ballot')} that nobody opened" if tally.voters else "nobody had voted"
    if not tally.leaders:
        return "nobody found a face to vote for" if tally.voters else "nobody had voted"
    most = tally.votes[tally.leaders[0]]
    if tally.winner is not None:
        return f"{tally.winner} led with {most} of {count(tally.voters, 'vote')}"
    return f"{several([str(n) for n in tally.leaders])} were level with {count(most, 'vote')} each"


def fate(round_: Round, url: str) -> str:
    """For a round whose place another one took: where that is."""
    what = _FATES.get(round_.why_void, "")
    return f"{what}: {link(url, 'the new round is here')}." if url else f"{what}: the new round has its own message."


def took_over(round_: Round) -> bool:
    """Whether another round took this one's place."""
    return round_.why_void in _FATES


def variations(round_: Round) -> str:
    """`5 varies 2 · 6 varies 2`: tells which faces are kin, and of no face who drew it."""
    told = (variation(round_, slot) for slot in round_.candidates)
    return " · ".join(f"{slot.number} {kin}" for slot, kin in zip(round_.candidates, told, strict=True) if kin)


def variation(round_: Round, slot: Slot) -> str:
    """`varies 2`; empty for what is no variation."""
    varied = round_.varied(slot)
    return f"varies {varied}" if varied else ""
