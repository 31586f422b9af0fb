"""The words in which the table of limits is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class StringRule:
    """A string of `least` to `most` characters."""

    max_length: int
    min_length: int = 0
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class IntegerRule:
    """A whole number."""

    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class BooleanRule:
    """True or false."""


@dataclass(frozen=True, slots=True)
class AnyRule:
    """A field that may be there and is looked at elsewhere or not at all."""


@dataclass(frozen=True, slots=True)
class EnumRule:
    """One of these words."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextObjectRule:
    """A text object of 1 to `most` characters."""

    max_length: int
    types: tuple[str, ...] = ("plain_text", "mrkdwn")


@dataclass(frozen=True, slots=True)
class ListRule:
    """A list of `least` to `most` items."""

    item: "Rule"
    max_items: int
    min_items: int = 1


@dataclass(frozen=True, slots=True)
class TypedObjectRule:
    """An object whose `type` is one of these names of the table."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlackFileRule:
    """`{"id": ...}` or `{"url": ...}` of a picture that is ready."""


@dataclass(frozen=True, slots=True)
class ObjectRule:
    """An object: rules of its fields, those it `needs`, those of which one (`one_of`) or more (`any_of`) must be there.

    `not_both` may be left out, but not given together. A field without a rule is refused, as Slack does.
    """

    fields: Mapping[str, "Rule"] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    not_both: tuple[str, ...] = ()


Rule: TypeAlias = (
    AnyRule
    | StringRule
    | IntegerRule
    | BooleanRule
    | EnumRule
    | TextObjectRule
    | ListRule
    | TypedObjectRule
    | SlackFileRule
    | ObjectRule
)
