"""Splits a typed line into its text and the raw values of its options.

Phones turn `--` into a long dash and straight quotes into curly ones; both are accepted.
"""

import re
from difflib import get_close_matches

from bot.domain.brief import QUOTES
from bot.domain.errors import BriefError

OPTIONS = ("models", "each", "aspect", "look", "for", "4k", "like", "ballot", "quorum", "use", "voters")
# Room for the longest brief with every option. Longer lines are rejected before parsing.
LINE_LIMIT = 12_000
# Their values may continue after `, `. People are named with an @ each, so voters need no comma.
_LIST_OPTIONS = ("models", "voters")
_OPTION = re.compile(r"(?:(?<=\s)|^)(--|[—–―])(?=[^\s—–―-])([^\s=]+?)(?=[\s=]|$)=?")
_QUOTED = re.compile(r"""["“”„‟«»'‘’]([^"“”„‟«»]*?)["“”„‟«»'‘’](?=\s|$)""")
_WORD = re.compile(r"\S+")


def tokenize_options(line: str) -> tuple[str, dict[str, str]]:
    """Return the line without its options, and the raw value of each option; raises BriefError."""
    check_line_length(line)
    options: dict[str, str] = {}
    text_parts: list[str] = []
    position = 0
    while match := _OPTION.search(line, position):
        key = match[2].casefold().rstrip(":：")
        if key not in OPTIONS:
            if match[1] != "--" and not get_close_matches(key, OPTIONS, cutoff=0.7):
                text_parts.append(line[position : match.end()])
                position = match.end()
                continue
            raise BriefError("option", "unknown", match[1] + match[2], OPTIONS, line=line)
        if key in options:
            raise BriefError(key, "twice", line=line)
        text_parts.append(line[position : match.start()])
        options[key], position = ("", match.end()) if key == "4k" else _option_value(line, match.end(), key)
    text_parts.append(line[position:])
    return "".join(text_parts).strip(), options


def check_line_length(line: str) -> None:
    """Raise BriefError if the line is too long to parse."""
    if len(line) > LINE_LIMIT:
        raise BriefError("line", "too_long", str(len(line)), limit=LINE_LIMIT)


def _option_value(line: str, position: int, key: str) -> tuple[str, int]:
    """Return the value that starts at or after `position`, and its end; a list continues after `, `."""
    position += len(line[position:]) - len(line[position:].lstrip())
    if quoted := _QUOTED.match(line, position):
        return quoted[1].strip(), quoted.end()
    words: list[str] = []
    while (word := _WORD.match(line, position)) and not _OPTION.match(line, position):
        words.append(word[0])
        position = word.end()
        remainder = line[position:].lstrip()
        is_mention = key == "voters" and remainder.startswith("@")
        if key not in _LIST_OPTIONS or not (is_mention or word[0].endswith(",") or remainder.startswith(",")):
            break
        position += len(line[position:]) - len(remainder)
    if not words:
        raise BriefError(key, "missing", line=line)
    return " ".join(words).strip(QUOTES), position
