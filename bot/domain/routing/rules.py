"""Routing rules: the keywords of a brief, and the order of models each rule prefers."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from bot.domain.catalogue import Look
from bot.domain.routing import keywords

# Unavailable models are substituted in this order.
DEFAULT_ORDER = ("recraft", "gpt-image-2", "nano-banana", "nano-banana-pro")
SKIN_FIRST = DEFAULT_ORDER
LITERAL_FIRST = ("gpt-image-2", "recraft", "nano-banana", "nano-banana-pro")
BALANCE_FIRST = ("nano-banana", "gpt-image-2", "recraft", "nano-banana-pro")
FIDELITY_FIRST = ("nano-banana-pro", "recraft", "gpt-image-2", "nano-banana")

ORDER_BY_LOOK: dict[Look, tuple[str, ...]] = {
    Look.SKIN: SKIN_FIRST,
    Look.LITERAL: LITERAL_FIRST,
    Look.BALANCED: BALANCE_FIRST,
}

# Han, kana and Hangul are written without spaces; Arabic and Hebrew attach short words as prefixes.
_UNSPACED_SCRIPT = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff]")
_PREFIXING_SCRIPT = re.compile(r"[\u0590-\u06ff]")
_PREFIXES = "[\u0648\u0641\u0628\u0643\u0644\u0627\u05d5\u05d4\u05d1\u05dc\u05de\u05e9]{0,4}"
# `\w` does not match the vowel signs of Devanagari.
_LETTER = r"[\w\u0900-\u097f]"
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc", "'''")


@dataclass(frozen=True)
class Rule:
    """One quality a brief can ask for: model families in order of preference, and comma-separated keywords."""

    name: str
    family_order: tuple[str, ...]
    keywords: str


RULES = (
    Rule("fidelity", FIDELITY_FIRST, keywords.FIDELITY),
    Rule("skin", SKIN_FIRST, keywords.SKIN),
    Rule("wardrobe", LITERAL_FIRST, keywords.WARDROBE),
    Rule("era", LITERAL_FIRST, keywords.ERA),
    Rule("expression", LITERAL_FIRST, keywords.EXPRESSION),
    Rule("framing", LITERAL_FIRST, keywords.FRAMING),
    Rule("balance", BALANCE_FIRST, keywords.BALANCE),
)


@dataclass(frozen=True)
class RuleMatch:
    """A matching rule, and the matched words as typed."""

    rule: Rule
    words: tuple[str, ...]


def match_rules(text: str) -> tuple[RuleMatch, ...]:
    """Return the rules whose keywords occur in `text`, in the order of the table."""
    normalized, offsets = _normalize(text)
    matches = []
    for rule in RULES:
        hits = _rule_pattern(rule).finditer(normalized)
        words = dict.fromkeys(text[offsets[hit.start()] : offsets[hit.end() - 1] + 1].strip() for hit in hits)
        if words:
            matches.append(RuleMatch(rule, tuple(words)))
    return tuple(matches)


def preference_order(orders: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the families to try: each order's first, then the rest of the first order, then the default."""
    all_orders = [*orders, DEFAULT_ORDER]
    return tuple(dict.fromkeys([o[0] for o in all_orders[:-1]] + list(all_orders[0]) + list(DEFAULT_ORDER)))


@cache
def _rule_pattern(rule: Rule) -> re.Pattern[str]:
    return re.compile("|".join(_keyword_pattern(word.strip()) for word in rule.keywords.split(",")))


def _keyword_pattern(word: str) -> str:
    """Return the regular expression of one keyword for normalized text."""
    normalized = _normalize(word)[0]
    body = re.sub(r"\\-(?=\\ |$)", lambda _: f"{_LETTER}*", re.escape(normalized)).replace(r"\#", "[0-9]")
    if _UNSPACED_SCRIPT.search(normalized):
        return body
    return f"(?<!{_LETTER}){_PREFIXES if _PREFIXING_SCRIPT.search(normalized) else ''}{body}(?!{_LETTER})"


def _normalize(text: str) -> tuple[str, list[int]]:
    """Return `text` without case and Latin, Greek and Cyrillic accents, and each character's original offset."""
    chars: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text.translate(_APOSTROPHES)):
        pieces = unicodedata.normalize("NFKD", char.casefold())
        drops_marks = unicodedata.name(pieces[0], "").startswith(("LATIN", "GREEK", "CYRILLIC"))
        for piece in pieces:
            if not (drops_marks and unicodedata.category(piece) == "Mn"):
                chars.append(piece)
                offsets.append(offset)
    return "".join(chars), offsets
