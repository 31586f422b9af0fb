"""A typed line taken apart: the words before its options, and the options with what follows each. No meaning yet.

Phones turn `--` into a long dash and straight quotes into curly ones; both are understood.
"""

import re
from difflib import get_close_matches

from bot.errors import BriefError

OPTIONS = ("models", "each", "aspect", "look", "for", "4k", "like", "ballot", "quorum", "use", "voters")
# More than anybody types: the longest brief with every option. What is longer is not even looked through.
LINE_LIMIT = 12_000
# What may go on across `, `; people are named with an @ each, so that these need no comma.
_LISTS = ("models", "voters")
QUOTES = "\"'“”„‟‘’«»"
_OPTION = re.compile(r"(?:(?<=\s)|^)(--|[—–―])(?=[^\s—–―-])([^\s=]+?)(?=[\s=]|$)=?")
_QUOTED = re.compile(r"""["“”„‟«»'‘’]([^"“”„‟«»]*?)["“”„‟«»'‘’](?=\s|$)""")
_WORD = re.compile(r"\S+")


def options_of(line: str) -> tuple[str, dict[str, str]]:
    """The line without its options, and the options with their raw values."""
    bounded(line)
    options: dict[str, str] = {}
    kept: list[str] = []
    at = 0
    while match := _OPTION.search(line, at):
        key = match[2].casefold().rstrip(":：")
        if key not in OPTIONS:
            if match[1] != "--" and not get_close_matches(key, OPTIONS, cutoff=0.7):
                kept.append(line[at : match.end()])
                at = match.end()
                continue
            raise BriefError("option", "unknown", match[1] + match[2], OPTIONS, line=line)
        if key in options:
            raise BriefError(key, "twice", line=line)
        kept.append(line[at : match.start()])
        options[key], at = ("", match.end()) if key == "4k" else _value(line, match.end(), key)
    kept.append(line[at:])
    return "".join(kept).strip(), options


def bounded(line: str) -> None:
    """Raises BriefError for a line that is too long to be read."""
    if len(line) > LINE_LIMIT:
        raise BriefError("line", "too_long", str(len(line)), limit=LINE_LIMIT)


def _value(line: str, at: int, key: str) -> tuple[str, int]:
    """The option's value that starts at or after `at`, and where it ends; a list goes on across `, `."""
    at += len(line[at:]) - len(line[at:].lstrip())
    if quoted := _QUOTED.match(line, at):
        return quoted[1].strip(), quoted.end()
    words: list[str] = []
    while (word := _WORD.match(line, at)) and not _OPTION.match(line, at):
        words.append(word[0])
        at = word.end()
        following = line[at:].lstrip()
        named = key == "voters" and following.startswith("@")
        if key not in _LISTS or not (named or word[0].endswith(",") or following.startswith(",")):
            break
        at += len(line[at:]) - len(following)
    if not words:
        raise BriefError(key, "missing", line=line)
    return " ".join(words).strip(QUOTES), at
