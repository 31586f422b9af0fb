"""Validates blocks and views as Slack does; each problem has a JSON pointer."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping

from playground.slack.block_kit.element_limits import SUGGESTED_OPTIONS
from playground.slack.block_kit.elements import interactive_elements
from playground.slack.block_kit.limits import (
    BLOCKS,
    MAX_BLOCKS,
    MAX_MARKDOWN_LENGTH,
    MAX_TABLES,
    NESTED_OBJECTS,
    SURFACES,
    TEXT_EXTRAS,
    VIEW,
)
from playground.slack.block_kit.rules import (
    AnyRule,
    BooleanRule,
    EnumRule,
    IntegerRule,
    ListRule,
    ObjectRule,
    Rule,
    SlackFileRule,
    StringRule,
    TextObjectRule,
    TypedObjectRule,
)
from playground.slack.core.store import Json

FileCheck = Callable[[Json], bool]
Problems = Iterator[tuple[str, str]]
_TYPE_FIELD = frozenset({"type"})
# slackapi/bolt-js issue 2867: Slack refused 11,341 characters in 45 blocks and 9,597 passed in 50; one block takes
# 12,000.
_LENGTH_PER_BLOCK = 16
_FILE_ID = re.compile(r"F[A-Z0-9]{8,}")


def check_message(blocks: list[Json], is_usable: FileCheck) -> tuple[str, ...]:
    """Check a message; `usable` tells whether a `slack_file` can be displayed yet."""
    found = [*_check_blocks(blocks, "message", "/blocks", is_usable)]
    markdown = sum(len(str(block.get("text", ""))) for block in _blocks_of_type(blocks, "markdown"))
    if markdown > MAX_MARKDOWN_LENGTH:
        found.append(("/blocks", f"no more than {MAX_MARKDOWN_LENGTH} characters of markdown allowed"))
    if len(_blocks_of_type(blocks, "table")) > MAX_TABLES:
        found.append(("/blocks", "only one table allowed"))
    return _format_problems(found)


def check_view(view: Json, kind: str, is_usable: FileCheck) -> tuple[str, ...]:
    """Check a view; `kind` is the type that the method expects: a modal or a home tab."""
    if view.get("type") != kind:
        return _format_problems([("/view/type", f"must be {kind}")])
    found = [*_check_object(view, VIEW, "/view", is_usable, _TYPE_FIELD)]
    if kind == "modal" and not view.get("title"):
        found.append(("/view", "missing required field: title"))
    blocks = view.get("blocks")
    if isinstance(blocks, list):
        found += _check_blocks(blocks, kind, "/view/blocks", is_usable)
        if kind == "home" and any(part["type"] == "file_input" for _, part in interactive_elements(blocks)):
            found.append(("/view/blocks", "unsupported type: file_input"))
        if kind == "modal" and _blocks_of_type(blocks, "input") and not view.get("submit"):
            found.append(("/view", "must define `submit` to use an `input` block in modals"))
    return _format_problems(found)


def check_options(options: object) -> tuple[str, ...]:
    """Check the options that an app returns for a menu."""
    return _format_problems([*_check_value(options, SUGGESTED_OPTIONS, "/options", _accept_any_file)])


def check_document(document: object) -> tuple[str, ...]:
    """Check a message, a view, a list of blocks or one block; every file counts as processed."""
    match document:
        case list():
            return check_message(document, _accept_any_file)
        case {"type": "modal" | "home" as kind}:
            return check_view(document, kind, _accept_any_file)  # type: ignore[arg-type]
        case {"blocks": list(blocks)}:
            return check_message(blocks, _accept_any_file)
        case {"type": str()}:
            return check_message([document], _accept_any_file)  # type: ignore[list-item]
        case {"text": str()}:
            return ()
    return ("neither blocks nor a view nor a message",)


def check_refused(part: object, names: Collection[str], pointer: str) -> tuple[str, ...]:
    """Find blocks, elements and properties that the settings tell this Slack to refuse, in Slack's words."""
    return _format_problems([*_find_refused(part, names, pointer)]) if names else ()


def _find_refused(part: object, names: Collection[str], pointer: str) -> Problems:
    if isinstance(part, list):
        for number, item in enumerate(part):
            yield from _find_refused(item, names, f"{pointer}/{number}")
    elif isinstance(part, dict):
        if part.get("type") in names:
            yield f"{pointer}/type", f"unsupported type: {part['type']}"
        for name, value in part.items():
            if name in names:
                yield pointer, f"invalid additional property: {name}"
            yield from _find_refused(value, names, f"{pointer}/{name}")


def blocks_length(blocks: list[Json]) -> int:
    """Count the text of all blocks, plus something per block: what `msg_blocks_too_long` seems to count."""
    return _text_length(blocks) + _LENGTH_PER_BLOCK * (len(blocks) - 1)


def _text_length(part: object) -> int:
    if isinstance(part, list):
        return sum(_text_length(item) for item in part)
    if not isinstance(part, dict):
        return 0
    own_length = len(part["text"]) if isinstance(part.get("text"), str) else 0
    return own_length + sum(_text_length(value) for value in part.values())


def _check_blocks(blocks: list[Json], surface: str, pointer: str, is_usable: FileCheck) -> Problems:
    maximum = MAX_BLOCKS[surface]
    if len(blocks) > maximum:
        yield pointer, f"no more than {maximum} items allowed"
    for number, block in enumerate(blocks):
        yield from _check_typed_object(block, BLOCKS, SURFACES[surface], f"{pointer}/{number}", is_usable)
    names = Counter(str(block["block_id"]) for block in blocks if isinstance(block, dict) and block.get("block_id"))
    for number, block in enumerate(blocks):
        if isinstance(block, dict):
            if names[str(block.get("block_id"))] > 1:
                yield f"{pointer}/{number}/block_id", "`block_id` already exists"
            yield from _check_action_ids(block, f"{pointer}/{number}")


def _check_action_ids(block: Json, pointer: str) -> Problems:
    groups = (
        block["elements"] if block.get("type") == "carousel" and isinstance(block.get("elements"), list) else [block]
    )
    for group in groups:
        names = Counter(str(element["action_id"]) for _, element in interactive_elements(group))
        for name, times in names.items():
            if times > 1:
                yield pointer, f"`action_id` {name} already exists"


def _check_typed_object(
    part: object, table: Mapping[str, ObjectRule], names: frozenset[str], pointer: str, is_usable: FileCheck
) -> Problems:
    if not isinstance(part, dict):
        yield pointer, "must provide an object"
    elif str(part.get("type")) not in names:
        yield f"{pointer}/type", f"unsupported type: {part.get('type')}"
    else:
        yield from _check_object(part, table[part["type"]], pointer, is_usable, _TYPE_FIELD)


def _check_object(
    part: Json, rule: ObjectRule, pointer: str, is_usable: FileCheck, also_allowed: frozenset[str] = frozenset()
) -> Problems:
    for name in sorted(part.keys() - rule.fields.keys() - also_allowed):
        yield pointer, f"invalid additional property: {name}"
    for required in rule.required:
        if part.get(required) is None:
            yield pointer, f"missing required field: {required}"
    present = [name for name in rule.one_of if part.get(name) is not None]
    if rule.one_of and len(present) != 1:
        yield pointer, f"must define either {_join_alternatives(rule.one_of)}"
    if rule.any_of and not any(part.get(name) is not None for name in rule.any_of):
        yield pointer, f"must define either {_join_alternatives(rule.any_of)}"
    if rule.not_both and all(part.get(name) is not None for name in rule.not_both):
        yield pointer, f"must not define both {' and '.join(rule.not_both)}"
    for name, field_rule in rule.fields.items():
        if part.get(name) is not None:
            yield from _check_value(part[name], field_rule, f"{pointer}/{name}", is_usable)


def _check_value(value: object, rule: Rule, pointer: str, is_usable: FileCheck) -> Problems:
    match rule:
        case AnyRule():
            return
        case StringRule():
            yield from _check_string(value, rule, pointer)
        case IntegerRule(minimum=minimum, maximum=maximum):
            if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
                yield pointer, f"must be a whole number from {minimum} to {maximum}"
        case BooleanRule():
            if not isinstance(value, bool):
                yield pointer, "must be a boolean"
        case EnumRule(values=values):
            if value not in values:
                yield pointer, f"must be one of: {', '.join(values)}"
        case TextObjectRule():
            yield from _check_text_object(value, rule, pointer)
        case ListRule():
            yield from _check_list(value, rule, pointer, is_usable)
        case TypedObjectRule(types=types):
            yield from _check_typed_object(value, NESTED_OBJECTS, frozenset(types), pointer, is_usable)
        case SlackFileRule():
            yield from _check_slack_file(value, pointer, is_usable)
        case ObjectRule():
            yield from (
                _check_object(value, rule, pointer, is_usable)
                if isinstance(value, dict)
                else [(pointer, "must provide an object")]
            )


def _check_string(value: object, rule: StringRule, pointer: str) -> Problems:
    if not isinstance(value, str):
        yield pointer, "must provide a string"
    elif len(value) > rule.max_length:
        yield pointer, f"must be less than {rule.max_length + 1} characters"
    elif len(value) < rule.min_length:
        yield pointer, f"must be more than {rule.min_length - 1} characters"
    elif rule.pattern and not re.fullmatch(rule.pattern, value):
        yield pointer, "has the wrong format"


def _check_text_object(value: object, rule: TextObjectRule, pointer: str) -> Problems:
    if not isinstance(value, dict):
        yield pointer, "must provide an object"
    elif value.get("type") not in rule.types:
        yield f"{pointer}/type", f"unsupported type: {value.get('type')}"
    else:
        for name in sorted(value.keys() - {"type", "text"} - TEXT_EXTRAS[value["type"]].keys()):
            yield pointer, f"invalid additional property: {name}"
        yield from _check_string(value.get("text"), StringRule(rule.max_length, 1), f"{pointer}/text")


def _check_list(value: object, rule: ListRule, pointer: str, is_usable: FileCheck) -> Problems:
    if not isinstance(value, list):
        yield pointer, "must provide an array"
        return
    if len(value) > rule.max_items:
        yield pointer, f"no more than {rule.max_items} items allowed"
    if len(value) < rule.min_items:
        yield pointer, f"must provide at least {rule.min_items} items"
    for number, item in enumerate(value):
        yield from _check_value(item, rule.item, f"{pointer}/{number}", is_usable)


def _check_slack_file(value: object, pointer: str, is_usable: FileCheck) -> Problems:
    if not isinstance(value, dict) or len({"id", "url"} & set(value)) != 1:
        yield pointer, "must define either `id` or `url`"
    elif "id" in value and not _FILE_ID.fullmatch(str(value["id"])):
        yield f"{pointer}/id", "has the wrong format"
    elif not is_usable(value):
        yield pointer, "invalid slack file"


def _join_alternatives(names: tuple[str, ...]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def _blocks_of_type(blocks: list[Json], kind: str) -> list[Json]:
    return [block for block in blocks if isinstance(block, dict) and block.get("type") == kind]


def _format_problems(found: list[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(f"{message} [json-pointer:{pointer}]" for pointer, message in found)


def _accept_any_file(_reference: Json) -> bool:
    return True
