"""Splits a typed line into its text and the raw values of its options.

Phones turn `--` into a long dash and straight quotes into curly ones; both are accepted. Invisible characters around an
option or a value count as blanks. The text stands in one piece: words after a value that continue nothing are refused,
so that no model reads what was meant as an option.
"""

import re
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from bot.domain.brief import QUOTES
from bot.domain.errors import BriefError
from bot.domain.names import DASHES, HYPHENS, INVISIBLE, LONG_DASHES, drop_invisible

OPTIONS = ("models", "each", "aspect", "ground", "look", "for", "4k", "like", "ballot", "quorum", "use", "voters")
# Room for the longest brief with every option. Longer lines are rejected before parsing.
LINE_LIMIT = 12_000
LIST_SEPARATOR = re.compile(r"[,;&+\s]+")
# "And" in the languages of the teams that we know: between two values it joins them.
_AND = frozenset({"and", "und", "y", "e", "et", "i", "och", "og", "en", "ja", "ve", "и", "та", "と", "和", "및"})
# A text that begins with one of these right after a value goes on with the value.
_JOINING = frozenset({"and", "or", "und", "oder", "y", "et", "ou", "ve", "veya", "и", "или", "と", "和", "或"})
DURATION_UNITS = {
    "minutes": ("m", "min", "mins", "minute", "minutes"),
    "hours": ("h", "hr", "hrs", "hour", "hours"),
    "days": ("d", "day", "days"),
    "weeks": ("w", "wk", "wks", "week", "weeks"),
}

_LIST_OPTIONS = ("models", "voters")
_SEPARATORS = ",;&+"
_MIN_SIMILARITY = 70
_LONGEST_OPTION = 12
_OPTION = re.compile(rf"(?<![\w{DASHES}])([{DASHES}]++)(?=\S)([^\s=:：]*+)[=:：]?")
_QUOTED = re.compile(r"""["“”„‟«»'‘’]([^"“”„‟«»]*?)["“”„‟«»'‘’](?=\s|$)""")
_BLANKS = re.compile(rf"[\s{INVISIBLE}]*+")
_WORD = re.compile(r"\S+")
_FIRST_VISIBLE = re.compile(rf"[^\s{INVISIBLE}]+")
# The words of a piece of text, without the separators before them.
_WORDS = re.compile(rf"(?![{INVISIBLE}{_SEPARATORS}])(\S{{1,60}})[^\n]{{0,60}}")
_UNIT_WORD = re.compile(rf"(?<=\d)[\s{INVISIBLE}]*+([^\W\d]{{1,7}})(?!\w)")
# Invisible characters inside a row of dashes, before an option, and after its name.
_INSIDE_DASHES = re.compile(rf"(?<=[{DASHES}])[{INVISIBLE}]++(?=[{DASHES}])")
_BEFORE_OPTION = re.compile(rf"(?<![{INVISIBLE}])[{INVISIBLE}]++(?=[{DASHES}])(?=[{DASHES}]{{2}}|[{LONG_DASHES}]\w)")
_AFTER_OPTION = re.compile(rf"((?<!\w)[{DASHES}](?:{'|'.join(OPTIONS)}))[{INVISIBLE}]++", re.IGNORECASE)


@dataclass
class TypedLine:
    """A line in pieces. Each piece of text has the option before it; the first piece has none."""

    pieces: list[tuple[str, str]] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(piece for option, piece in self.pieces if not option or _WORDS.search(piece)).strip()

    @property
    def has_text(self) -> bool:
        """Whether there is text after a colon."""
        return bool(_split_at_colon(self.text)[1].strip())

    def require_one_piece(self, line: str) -> None:
        """Raise BriefError unless name and text are one piece each: other words after a value were not understood."""
        name = text = ""
        colon = False
        for option, piece in self.pieces:
            if not (words := _WORDS.search(piece)):
                continue
            before, after = ("", piece) if colon else _split_at_colon(piece)
            colon = colon or before != piece
            is_second = (name and before.strip()) or (text and after.strip())
            if is_second or (option and drop_invisible(words[1]).casefold() in _JOINING):
                raise BriefError(option, "leftover", words[0].strip(), line=line)
            name, text = name or before.strip(), text or after.strip()


def split_line(line: str) -> TypedLine:
    """Return the text and the options of a line; raises BriefError."""
    check_line_length(line)
    clean = _AFTER_OPTION.sub(r"\1 ", _BEFORE_OPTION.sub(" ", _INSIDE_DASHES.sub("", line)))
    typed, last, position = TypedLine(), "", 0
    while match := _next_option(clean, position):
        key = _key(match)
        if key not in OPTIONS:
            raise BriefError("option", "unknown", match[1] + drop_invisible(match[2]), OPTIONS, line=line)
        if key in typed.options:
            raise BriefError(key, "twice", line=line)
        typed.pieces.append((last, clean[position : match.start()]))
        value, position = _read_value(clean, match.end(), key, typed)
        if not value and key != "4k":
            raise BriefError(key, "missing", line=line)
        typed.options[key] = value
        last = key
    typed.pieces.append((last, clean[position:]))
    return typed


def check_line_length(line: str) -> None:
    """Raise BriefError if the line is too long to parse."""
    if len(line) > LINE_LIMIT:
        raise BriefError("line", "too_long", str(len(line)), limit=LINE_LIMIT)


def before_options(line: str) -> str:
    """Return the part of a line before its first option."""
    match = _next_option(line, 0)
    return line[: match.start()] if match else line


def _split_at_colon(text: str) -> tuple[str, str]:
    colon = text.replace("：", ":").find(":")
    return (text, "") if colon < 0 else (text[:colon], text[colon + 1 :])


def _next_option(line: str, position: int) -> re.Match[str] | None:
    """Return the next option, known or not; dashes that belong to the text are skipped."""
    return next((match for match in _OPTION.finditer(line, position) if _is_option(match, line)), None)


def _is_option(match: re.Match[str], line: str) -> bool:
    """Return whether dashes and a word are an option: `--` with any word, one dash with the name of an option.

    A long dash may stand before a word of the text. A word that resembles an option there is one, mistyped.
    """
    dashes, key = match[1], _key(match)
    if len(dashes) > 1 and set(dashes) & set(HYPHENS):
        return True
    if set(dashes) <= set(HYPHENS):
        return key in OPTIONS and (match.start() == 0 or line[match.start() - 1].isspace())
    if len(key) > _LONGEST_OPTION:
        return False
    return process.extractOne(key, OPTIONS, scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY) is not None


def _key(match: re.Match[str]) -> str:
    return drop_invisible(match[2]).casefold().rstrip(",;")


def _read_value(line: str, position: int, key: str, typed: TypedLine) -> tuple[str, int]:
    """Return the value that starts at or after `position`, and its end; empty without one."""
    if key == "4k":
        return "", position
    position = _end_of_blanks(line, position)
    if key == "like" and typed.has_text:
        # Everything after the text belongs to the name: it may have several words, and a part of it may be quoted.
        match = _next_option(line, position)
        end = match.start() if match else len(line)
        return drop_invisible(line[position:end]).strip().rstrip(_SEPARATORS), end
    if quoted := _QUOTED.match(line, position):
        return drop_invisible(quoted[1]).strip(), quoted.end()
    if key in _LIST_OPTIONS:
        return _read_list(line, position, key)
    if not (word := _WORD.match(line, position)) or _starts_option(line, position):
        return "", position
    if key == "like":
        return drop_invisible(word[0]).strip(QUOTES), word.end()
    word = _FIRST_VISIBLE.match(line, position)
    assert word
    end = word.end()
    if key == "for" and word[0].isdecimal() and (unit := _UNIT_WORD.match(line, end)) and _is_unit(unit[1]):
        end = unit.end()
    return drop_invisible(line[position:end]).strip(f"{QUOTES}{_SEPARATORS}"), end


def _read_list(line: str, position: int, key: str) -> tuple[str, int]:
    """Return values with blanks between them; a list goes on after a separator or "and", and before an @."""
    values: list[str] = []
    end, goes_on = position, True
    while (word := _WORD.match(line, position)) and not _starts_option(line, position):
        value = drop_invisible(word[0])
        is_separator = value.casefold() in _AND or not value.strip(_SEPARATORS)
        goes_on = goes_on or is_separator or value[0] in _SEPARATORS or (key == "voters" and value[0] in "@＠")
        if not goes_on:
            break
        if not is_separator:
            values.append(value)
        goes_on = is_separator or value[-1] in _SEPARATORS
        end = word.end()
        position = _end_of_blanks(line, end)
    return " ".join(values).strip(QUOTES), end


def _starts_option(line: str, position: int) -> bool:
    match = _OPTION.match(line, position)
    return match is not None and _is_option(match, line)


def _end_of_blanks(line: str, position: int) -> int:
    match = _BLANKS.match(line, position)
    return match.end() if match else position


def _is_unit(word: str) -> bool:
    return any(word.casefold() in units for units in DURATION_UNITS.values())
