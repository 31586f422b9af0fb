"""Types of rules for the table of limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class StringRule:
    """A string of `min_length` to `max_length` characters."""

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
    """A field that is not checked, or is checked elsewhere."""


@dataclass(frozen=True, slots=True)
class EnumRule:
    """One of these strings."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextObjectRule:
    """A text object of 1 to `max_length` characters."""

    max_length: int
    types: tuple[str, ...] = ("plain_text", "mrkdwn")


@dataclass(frozen=True, slots=True)
class ListRule:
    """A list of `min_items` to `max_items` items."""

    item: "Rule"
    max_items: int
    min_items: int = 1


@dataclass(frozen=True, slots=True)
class TypedObjectRule:
    """An object whose `type` is one of these names in the table."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlackFileRule:
    """`{"id": ...}` or `{"url": ...}` of a processed picture."""


@dataclass(frozen=True, slots=True)
class ObjectRule:
    """An object: rules of its fields, the `required` ones, and those of which one (`one_of`) or more (`any_of`) are
    required.

    At most one of `not_both` is allowed. A field without a rule is refused, as in Slack.
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
