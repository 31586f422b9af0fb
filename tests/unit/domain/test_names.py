"""One key for every spelling of a name, whatever keyboard or phone typed it."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.names import DASHES, INVISIBLE, normalize_name, visible_name

APOSTROPHES = "'’‘‚‛`´ʹʻʼʽʾʿˈ՚׳′‵ꞌ＇"
DASH_CHARS = "-‐‑‒–—―−﹘﹣－⁃"
QUOTES = '"“”„‟«»″＂'
BLANKS = " \u00a0\u1680\u2000\u2009\u202f\u205f\u3000\t"
SHOWN_AS_NOTHING = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180b\u180e\u200b\u200c\u200d\u200e\u200f\u202c\u2060\u2061\u2064\u2069"
    "\u206a\u2800\u3164\ufe00\ufe0e\ufe0f\ufeff\uffa0\ufff9\U000e0001\U000e0020\U000e0100"
)


@pytest.mark.parametrize(
    ("plain", "chars"),
    [("O{}Connor", APOSTROPHES), ("Jean{}Luc", DASH_CHARS), ("{}Mad", QUOTES), ("Maya{}Cruz", BLANKS)],
)
def test_characters_of_one_kind_are_one(plain: str, chars: str) -> None:
    assert len({normalize_name(plain.format(char)) for char in chars}) == 1


@pytest.mark.parametrize("char", SHOWN_AS_NOTHING, ids=lambda char: f"U+{ord(char):04X}")
def test_invisible_characters_change_no_name_and_make_none(char: str) -> None:
    for typed in (f"{char}Maya Cruz", f"Ma{char}ya Cruz", f"Maya{char} Cruz", f"Maya Cruz{char}{char}"):
        assert normalize_name(typed) == "maya cruz"
        assert visible_name(f"{char}Maya Cruz{char}".replace("a", f"a{char}")) == "Maya Cruz"
    assert normalize_name(char) == visible_name(char) == visible_name(f"{char} {char}") == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IŞIK", "ışık"), ("İpek", "ipek"), ("I", "ı"), ("Straße", "STRASSE"), ("STRAẞE", "strasse"),
        ("Ｍａｙａ", "maya"),
        ("Zoë", "Zoe\u0308"), ("ZOË", "zoe"), ("ﬁn", "FIN"), ("ﾏﾔ", "マヤ"), ("ガ", "ｶﾞ"), ("ΣΊΣΥΦΟΣ", "Σίσυφος"),
        ("Ⅷ", "viii"),
        ("① Maya", "1 maya"), ("Ёлка", "елка"), ("Nguyễn", "NGUYE\u0302\u0303N"), ("ſam", "Sam"),
    ],
)  # fmt: skip
def test_spellings_of_one_name_are_one(one: str, other: str) -> None:
    assert normalize_name(one) == normalize_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("मीना", "मोना"),
        ("Maya", "Maja"),
        ("O'Connor", "OConnor"),
        ("Jean-Luc", "Jean Luc"),
        ("かき", "がき"),
        ("ー", "-"),
    ],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert normalize_name(one) != normalize_name(other)


def test_joiners_stay_in_a_shown_name_where_they_have_a_meaning() -> None:
    for name in ("می\u200cخواهم", "Anna 👩\u200d🦰", "❤\ufe0f Maya"):
        assert visible_name(name) == name


def test_classes_hold_every_format_character_and_dash() -> None:
    invisible, dash = re.compile(f"[{INVISIBLE}]"), re.compile(f"[{DASHES}]")
    for char in map(chr, range(sys.maxunicode + 1)):
        category = unicodedata.category(char)
        assert category != "Cf" or invisible.match(char), ascii(char)
        assert category != "Pd" or dash.match(char), ascii(char)


@given(st.text(max_size=40))
def test_key_of_a_key_is_itself(name: str) -> None:
    key = normalize_name(name)
    assert normalize_name(key) == key
    assert normalize_name(visible_name(name)) in (key, "")
