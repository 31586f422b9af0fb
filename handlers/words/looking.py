"""The closer look at candidates."""

from bot.looking import Closer
from bot.round import Round
from bot.slot import Slot
from handlers.words import lineage
from handlers.words.labels import AFTER_THE_VOTE
from handlers.words.text import count, cut, link, quiet, size
from handlers.words.titles import Titles

LOOK = "Look closer …"
TITLE = "A closer look"
ANY = "Which ones?"
NOTHING = "Choose a number above."
NO_PICTURES = "Slack does not have these pictures yet. Close this and look again in a moment."
_CAPTION_LIMIT = 150


def which(closer: Closer) -> str:
    """What can be chosen, how it is shown, and what is not told yet."""
    hidden = "" if closer.round.named or not closer.round.blind else " Models are hidden until the close."
    return f"One large, or several to compare at one crop and size.{hidden}"


def option(round_: Round, slot: Slot, titles: Titles) -> str:
    return f"{slot.number} · {titles(slot.model)}" if round_.named else f"{slot.number}"


def caption(round_: Round, slot: Slot, titles: Titles) -> str:
    """`3`, and once models may be named `3 · Recraft V4.1 · 2 votes`; plain text."""
    parts = [f"{slot.number}", lineage.variation(round_, slot)]
    if round_.named:
        parts = [f"{slot.number}", titles(slot.model), lineage.variation(round_, slot), _votes(round_, slot)]
    return cut(" · ".join(filter(None, parts)), _CAPTION_LIMIT)


def way(round_: Round, slot: Slot, url: str) -> str:
    """The way to the picture in the thread, with its size in pixels once that may be told."""
    there = link(url, f"Open {slot.number} alone") if url else ""
    if round_.named and slot.portrait:
        return " · ".join(filter(None, [there, f"the original is {quiet(size(slot.portrait))}"]))
    return there


def _votes(round_: Round, slot: Slot) -> str:
    if round_.tally is None:
        return ""
    if round_.came_after(slot):
        return AFTER_THE_VOTE
    return count(round_.tally.votes.get(slot.number or 0, 0), "vote") if slot.number in round_.tally.votes else ""
