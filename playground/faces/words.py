"""Extracts the traits of a face from a prompt."""

import re
from dataclasses import dataclass

from playground.faces.vocabulary import (
    AGES,
    CLOTHES,
    EXPRESSIONS,
    HAIR_COLOURS,
    HAIR_STYLES,
    HATS,
    LIGHTS,
    MARKS,
    MEN,
    ORIGINS,
    SKINS,
    WOMEN,
    Term,
)

_BRIEF = re.compile(r"The character:\s*\n(.*?)(?:\n\s*\n|\Z)", re.DOTALL)
_YEARS = re.compile(
    r"\b(\d{1,3})\s*[-‑– ]?\s*(?:years?|yrs?|yo\b|y/o)|\bage[ds]?\s*(\d{1,3})\b|,\s*(\d{2})\b", re.IGNORECASE
)
_DECADES = {
    "twenties": 20,
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
}
_DECADE = re.compile(rf"\b(early |mid[- ]|late )?({'|'.join(_DECADES)})\b")


@dataclass(frozen=True, slots=True)
class Traits:
    """Traits named in the prompt; None or empty ones are chosen at random."""

    text: str
    age: int | None
    gender: str | None
    skin: str | None
    origin: str | None
    hair_colour: str | None
    hair_style: str | None
    expression: str | None
    light: frozenset[str]
    clothes: str | None
    hat: str | None
    marks: frozenset[str]

    @classmethod
    def of(cls, prompt: str) -> "Traits":
        text = brief_of(prompt).lower()
        return cls(
            text=text,
            age=_age(text),
            gender=_gender(text),
            skin=_first(SKINS, text),
            origin=_first(ORIGINS, text),
            hair_colour=_first(HAIR_COLOURS, text),
            hair_style=_first(HAIR_STYLES, text),
            expression=_first(EXPRESSIONS, text),
            light=_all(LIGHTS, text),
            clothes=_first(CLOTHES, text),
            hat=_first(HATS, text),
            marks=_all(MARKS, text),
        )


def brief_of(prompt: str) -> str:
    """Return the description of the person: from `The character:` to the next empty line, or the whole text."""
    match = _BRIEF.search(prompt)
    return match.group(1).strip() if match else prompt


def _age(text: str) -> int | None:
    if match := _YEARS.search(text):
        years = int(next(group for group in match.groups() if group))
        if 3 <= years <= 110:
            return years
    if match := _DECADE.search(text):
        within = {"early ": 2, "late ": 8}.get(match.group(1) or "", 5)
        return _DECADES[match.group(2)] + within
    word = _first(AGES, text)
    return int(word) if word else None


def _gender(text: str) -> str | None:
    women, men = (sum(len(re.findall(term.pattern, text)) for term in terms) for terms in (WOMEN, MEN))
    if women == men:
        return None
    return "woman" if women > men else "man"


def _first(terms: tuple[Term, ...], text: str) -> str | None:
    return next((term.name for term in terms if re.search(term.pattern, text)), None)


def _all(terms: tuple[Term, ...], text: str) -> frozenset[str]:
    return frozenset(term.name for term in terms if re.search(term.pattern, text))
