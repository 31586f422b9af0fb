"""What people type after `/cast`: it becomes a wish, or a BriefError with a sentence and a line that works."""

from itertools import product

from hypothesis import strategies as st

from benchmarks.bad_values import SNIPPETS, texts
from bot.brief import Brief, reason_of
from bot.errors import BriefError
from bot.line import OPTIONS
from bot.wish import understand
from handlers.plain import spoken
from handlers.words import briefs

_STARTS = (
    "Maya: a fisherwoman",
    "Maya",
    "history ",
    "alias Maya = ",
    "alias ",
    "help",
    "",
    "Ma:ya:",
    "settings",
    ": x",
)
_VALUES = (
    "skin",
    "2",
    "3:4",
    "3m",
    "99999w",
    "photo",
    "sealed",
    "film",
    "a,b , c",
    "@mei @dan",
    "9" * 400,
    "²",
    "１",
    "",
    '"',
)
_SIGNS, _NAMES = (" --", " —", "—", "--", " - "), (*OPTIONS, "colour", "eachh")
_OPTIONS = tuple(map("".join, product(_SIGNS, _NAMES, (" ", "=", ": ", " “"), (*_VALUES, *SNIPPETS[:40]))))

CASES = st.builds(
    lambda start, words, options: "".join((start, words, *options)),
    st.sampled_from(_STARTS),
    texts(),
    st.lists(st.sampled_from(_OPTIONS), max_size=3),
)


def check(line: str) -> None:
    """Whatever was typed is understood, or told why not."""
    said, _ = spoken(line)
    for read in (understand, reason_of):
        try:
            read(said)
        except BriefError as error:
            assert briefs.sentence(error)
            if error.field not in ("alias", "reason"):
                Brief.of(briefs.line_that_works(error).removeprefix("/cast "))
