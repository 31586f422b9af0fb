"""Names as people type them: one comparison key for every spelling, and characters that show nothing on a screen."""

import re
import unicodedata

# Regular expression classes, without brackets. Invisible: format characters (category Cf), fillers and blanks that
# are no white space, variation selectors and tags. Dashes: category Pd and the signs that look the same.
INVISIBLE = (
    "\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U00013438\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
DASHES = (
    "\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u2796\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d"
    "\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010ead\\-"
)
# What people type twice for an option, and what phones make of it.
HYPHENS, LONG_DASHES = "-\u2010\u2011\u2012\u2212\ufe63\uff0d", "\u2013\u2014\u2015"
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_DASH = re.compile(f"[{DASHES}]")
# Joiners and emoji selectors have a meaning after a letter of another script or an emoji, and none elsewhere.
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"
DOUBLE_QUOTES, SINGLE_QUOTES = '"“”„‟«»', "'‘’"
# A single quote at the edge of a word. Between two letters it is an apostrophe.
_QUOTED_PART = re.compile(r"(?<!\w)['‘’]|['‘’](?!\w)")
_USELESS = re.compile(rf"(?<![^\x00-\xbf\s])[{_JOINERS}]|(?![{_JOINERS}])[{INVISIBLE}]")
# One of each kind stands for all of them. Turkish writes I without a dot in lower case: IŞIK and ışık are one name.
_ONE_OF_EACH = (
    dict.fromkeys(map(ord, "`´’‘‚‛ʹʻʼʽʾʿˈˊˋ՚׳ߴߵ′‵ꞌꞋ＇᾽᾿΄ʹ"), "'")
    | dict.fromkeys(map(ord, "“”„‟«»″‶〝〞〟״＂"), '"')
    | {ord("ı"): "i"}
)


def normalize_name(name: str) -> str:
    """Return the comparison key of a name; names with equal keys are one character. An empty key is no name.

    The key ignores case, accents, invisible characters and the number of blanks. All apostrophes are one, and so are
    all dashes and all double quotes; compatibility forms such as full width are their plain letters. Accents are
    dropped only from Latin, Greek and Cyrillic letters; in other scripts combining marks are vowels.
    """
    kept_chars: list[str] = []
    base = ""
    # Marks are folded before NFKD too, which makes a blank and an accent of an acute that serves as an apostrophe.
    for char in _fold_marks(unicodedata.normalize("NFKD", _fold_marks(name.casefold()))):
        if unicodedata.category(char) == "Mn" and base.startswith(("LATIN", "GREEK", "CYRILLIC")):
            continue
        if not unicodedata.combining(char):
            base = unicodedata.name(char, "")
        kept_chars.append(char)
    return " ".join(unicodedata.normalize("NFC", "".join(kept_chars)).casefold().split())


def visible_name(text: str) -> str:
    """Return `text` on one line without characters that show nothing; empty if nothing would be seen."""
    return " ".join(drop_invisible(text).split()) if normalize_name(text).strip("'\" ") else ""


def drop_invisible(text: str) -> str:
    """Return `text` without invisible characters, except joiners that keep a letter or an emoji in its form."""
    return _USELESS.sub("", text)


def strip_outer_quotes(name: str) -> str:
    """Return `name` without the quotes around it as a whole; a quoted part, as in `"Mad" Jack O'Neil`, keeps them."""
    if len(name) < 2:
        return name
    inner = name[1:-1]
    is_double = name[0] in DOUBLE_QUOTES, name[-1] in DOUBLE_QUOTES
    if all(is_double) and not set(inner) & set(DOUBLE_QUOTES):
        return inner.strip()
    if any(is_double) and sum(map(name.count, DOUBLE_QUOTES)) == 1:
        return (name[1:] if is_double[0] else name[:-1]).strip()
    if name[0] in SINGLE_QUOTES and name[-1] in SINGLE_QUOTES and not _QUOTED_PART.search(inner):
        return inner.strip()
    return name


def _fold_marks(text: str) -> str:
    return _DASH.sub("-", _INVISIBLE.sub("", text.translate(_ONE_OF_EACH)))
