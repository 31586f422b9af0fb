"""Lines typed after `/cast`: each becomes a command, or a BriefError with an explanation and a working example."""

from itertools import product

from hypothesis import strategies as st

from benchmarks.fuzz.values import SNIPPETS, texts
from bot.domain.brief import parse_reason
from bot.domain.command import parse_brief, parse_command
from bot.domain.command_options import OPTIONS
from bot.domain.errors import BriefError
from handlers.slack.markup import decode_mentions
from handlers.text import brief_errors

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
    """Check that a line is parsed or explained."""
    text, _ = decode_mentions(line)
    for parse in (parse_command, parse_reason):
        try:
            parse(text)
        except BriefError as error:
            assert brief_errors.sentence(error)
            if error.field not in ("alias", "reason"):
                parse_brief(brief_errors.working_line(error).removeprefix("/cast "))
