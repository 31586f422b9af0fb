"""Who a drawn person is, as bytes: the seed, the style and the traits that the first prompt named."""

from dataclasses import dataclass
from hashlib import sha256
from struct import calcsize, pack, unpack
from zlib import crc32

import numpy as np

from playground.faces import vocabulary as words
from playground.faces.person import Person
from playground.faces.shapes import Rng
from playground.faces.styles import STYLE_NAMES
from playground.faces.vocabulary import Term
from playground.faces.words import Traits

_FORMAT = ">Q10BIB"
LENGTH = calcsize(_FORMAT) + 3
_GENDERS = ("woman", "man")


def _names(terms: tuple[Term, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term.name for term in terms))


_SINGLE = ("skin", "origin", "hair_colour", "hair_style", "expression", "clothes", "hat")
_NAMES = {
    "skin": _names(words.SKINS),
    "origin": _names(words.ORIGINS),
    "hair_colour": _names(words.HAIR_COLOURS),
    "hair_style": _names(words.HAIR_STYLES),
    "expression": _names(words.EXPRESSIONS),
    "clothes": _names(words.CLOTHES),
    "hat": _names(words.HATS),
}
_MARKS, _LIGHTS = _names(words.MARKS), _names(words.LIGHTS)


@dataclass(frozen=True, slots=True)
class Identity:
    """A person: the seed of all that the prompt left open, the style, and the traits. The text is not kept."""

    seed: int
    style: str
    traits: Traits

    @classmethod
    def of(cls, model: str, prompt: str, seed: int, style: str) -> "Identity":
        """Return who a model draws for a prompt and a seed."""
        digest = sha256(f"{model}|{prompt}|{seed}".encode()).digest()
        return cls(int.from_bytes(digest[:8]), style, Traits.of(prompt))

    def person(self) -> tuple[Person, Rng]:
        """Return the person, and the generator from which the drawing takes the rest."""
        rng = np.random.default_rng(self.seed)
        return Person.of(self.traits, rng), rng

    def to_bytes(self) -> bytes:
        traits = self.traits
        single = [_index(_NAMES[name], getattr(traits, name)) for name in _SINGLE]
        body = pack(
            _FORMAT,
            self.seed,
            STYLE_NAMES.index(self.style),
            traits.age or 0,
            _index(_GENDERS, traits.gender),
            *single,
            sum(1 << n for n, name in enumerate(_MARKS) if name in traits.marks),
            sum(1 << n for n, name in enumerate(_LIGHTS) if name in traits.light),
        )
        return body + pack(">I", crc32(body))[1:]

    @classmethod
    def from_bytes(cls, data: bytes) -> "Identity | None":
        """Return the identity; None for bytes that are not one."""
        body, check = data[:-3], data[-3:]
        if len(data) != LENGTH or pack(">I", crc32(body))[1:] != check:
            return None
        seed, style, age, gender, *single, marks, light = unpack(_FORMAT, body)
        named = {name: _name(_NAMES[name], index) for name, index in zip(_SINGLE, single, strict=True)}
        traits = Traits(
            text="",
            age=age or None,
            gender=_name(_GENDERS, gender),
            marks=frozenset(name for n, name in enumerate(_MARKS) if marks >> n & 1),
            light=frozenset(name for n, name in enumerate(_LIGHTS) if light >> n & 1),
            **named,
        )
        return cls(seed, STYLE_NAMES[style], traits)


def _index(names: tuple[str, ...], name: str | None) -> int:
    return 0 if name is None else names.index(name) + 1


def _name(names: tuple[str, ...], index: int) -> str | None:
    return names[index - 1] if index else None
