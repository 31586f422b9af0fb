"""A typed line taken apart: the words before its options, and the options with what follows each. No meaning yet.

Phones turn `--` into a long dash and straight quotes into curly ones; both are understood.
"""

import re
from difflib import get_close_matches

from bot.domain.brief import QUOTES
from bot.domain.errors import BriefError

OPTIONS = ("models", "each", "aspect", "look", "for", "4k", "like", "ballot", "quorum", "use", "voters")
# More than anybody types: the longest brief with every option. What is longer is not even looked through.
LINE_LIMIT = 12_000
# What may go on across `, `; people are named with an @ each, so that these need no comma.
_LIST_OPTIONS = ("models", "voters")
_OPTION = re.compile(r"(?:(?<=\s)|^)(--|[—–―])(?=[^\s—–―-])([^\s=]+?)(?=[\s=]|$)=?")
_QUOTED = re.compile(r"""["“”„‟«»'‘’]([^"“”„‟«»]*?)["“”„‟«»'‘’](?=\s|$)""")
_WORD = re.compile(r"\S+")


def tokenize_options(line: str) -> tuple[str, dict[str, str]]:
    """The line without its options, and the options with their raw values."""
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
    """Raises BriefError for a line that is too long to be read."""
    if len(line) > LINE_LIMIT:
        raise BriefError("line", "too_long", str(len(line)), limit=LINE_LIMIT)


def _option_value(line: str, position: int, key: str) -> tuple[str, int]:
    """The option's value that starts at or after `at`, and where it ends; a list goes on across `, `."""
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
