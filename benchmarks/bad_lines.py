"""What people type after `/cast`: it becomes a wish, or a BriefError with a sentence and a line that works."""

from itertools import product

from hypothesis import strategies as st

from benchmarks.bad_values import SNIPPETS, texts
from bot.brief import Brief, parse_reason
from bot.errors import BriefError
from bot.line import OPTIONS
from bot.wish import parse_command
from handlers.plain import decode_mentions
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
_OPTION_PREFIXES, _OPTION_NAMES = (" --", " —", "—", "--", " - "), (*OPTIONS, "colour", "eachh")
_OPTIONS = tuple(
    map("".join, product(_OPTION_PREFIXES, _OPTION_NAMES, (" ", "=", ": ", " “"), (*_VALUES, *SNIPPETS[:40])))
)

CASES = st.builds(
    lambda start, words, options: "".join((start, words, *options)),
    st.sampled_from(_STARTS),
    texts(),
    st.lists(st.sampled_from(_OPTIONS), max_size=3),
)


def check(line: str) -> None:
    """Whatever was typed is understood, or told why not."""
    text, _ = decode_mentions(line)
    for parse in (parse_command, parse_reason):
        try:
            parse(text)
        except BriefError as error:
            assert briefs.sentence(error)
            if error.field not in ("alias", "reason"):
                Brief.parse(briefs.working_line(error).removeprefix("/cast "))
