"""The words in which the table of limits is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Words:
    """A string of `least` to `most` characters."""

    most: int
    least: int = 0
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Anything:
    """A field that may be there and is looked at elsewhere or not at all."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """A text object of 1 to `most` characters."""

    most: int
    kinds: tuple[str, ...] = ("plain_text", "mrkdwn")


@dataclass(frozen=True, slots=True)
class Several:
    """A list of `least` to `most` items."""

    of: "Rule"
    most: int
    least: int = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """An object whose `type` is one of these names of the table."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlackFile:
    """`{"id": ...}` or `{"url": ...}` of a picture that is ready."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: rules of its fields, those it `needs`, those of which one (`one_of`) or more (`any_of`) must be there.

    `not_both` may be left out, but not given together. A field without a rule is refused, as Slack does.
    """

    fields: Mapping[str, "Rule"] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    not_both: tuple[str, ...] = ()


Rule: TypeAlias = Anything | Words | Whole | Flag | Choice | Copy | Several | Piece | SlackFile | Shape
