"""Says what Slack would refuse in blocks and views, each problem with its JSON pointer."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping

from playground.slack.inputs import elements
from playground.slack.limits import (
    BLOCKS,
    LONGEST_MARKDOWN,
    MOST_BLOCKS,
    MOST_TABLES,
    OFFERED,
    PIECES,
    SURFACES,
    TEXT_EXTRAS,
    VIEW,
)
from playground.slack.rules import Anything, Choice, Copy, Flag, Piece, Rule, Several, Shape, SlackFile, Whole, Words
from playground.slack.store import Json

Usable = Callable[[Json], bool]
Problems = Iterator[tuple[str, str]]
_TYPE = frozenset({"type"})
# slackapi/bolt-js issue 2867: 11,341 characters in 45 blocks were refused, 9,597 in 50 taken; one block takes 12,000.
_BLOCK_WEIGHT = 16
_FILE_ID = re.compile(r"F[A-Z0-9]{8,}")


def check_message(blocks: list[Json], usable: Usable) -> tuple[str, ...]:
    """`usable` says whether the file that a `slack_file` names can be shown by now."""
    found = [*_blocks(blocks, "message", "/blocks", usable)]
    markdown = sum(len(str(block.get("text", ""))) for block in _of_type(blocks, "markdown"))
    if markdown > LONGEST_MARKDOWN:
        found.append(("/blocks", f"no more than {LONGEST_MARKDOWN} characters of markdown allowed"))
    if len(_of_type(blocks, "table")) > MOST_TABLES:
        found.append(("/blocks", "only one table allowed"))
    return _worded(found)


def check_view(view: Json, kind: str, usable: Usable) -> tuple[str, ...]:
    """`kind` is what the method wants: a modal or a home tab."""
    if view.get("type") != kind:
        return _worded([("/view/type", f"must be {kind}")])
    found = [*_shape(view, VIEW, "/view", usable, _TYPE)]
    if kind == "modal" and not view.get("title"):
        found.append(("/view", "missing required field: title"))
    blocks = view.get("blocks")
    if isinstance(blocks, list):
        found += _blocks(blocks, kind, "/view/blocks", usable)
        if kind == "home" and any(part["type"] == "file_input" for _, part in elements(blocks)):
            found.append(("/view/blocks", "unsupported type: file_input"))
        if kind == "modal" and _of_type(blocks, "input") and not view.get("submit"):
            found.append(("/view", "must define `submit` to use an `input` block in modals"))
    return _worded(found)


def check_options(options: object) -> tuple[str, ...]:
    """What an app offers in a menu."""
    return _worded([*_value(options, OFFERED, "/options", _any_file)])


def check_document(document: object) -> tuple[str, ...]:
    """A message, a view, a list of blocks or one block; files cannot be looked up here and count as ready."""
    match document:
        case list():
            return check_message(document, _any_file)
        case {"type": "modal" | "home" as kind}:
            return check_view(document, kind, _any_file)  # type: ignore[arg-type]
        case {"blocks": list(blocks)}:
            return check_message(blocks, _any_file)
        case {"type": str()}:
            return check_message([document], _any_file)  # type: ignore[list-item]
        case {"text": str()}:
            return ()
    return ("neither blocks nor a view nor a message",)


def refused(part: object, names: Collection[str], at: str) -> tuple[str, ...]:
    """Where anything of a type or a property that this Slack is told to refuse stands, in Slack's words."""
    return _worded([*_refused(part, names, at)]) if names else ()


def _refused(part: object, names: Collection[str], at: str) -> Problems:
    if isinstance(part, list):
        for number, item in enumerate(part):
            yield from _refused(item, names, f"{at}/{number}")
    elif isinstance(part, dict):
        if part.get("type") in names:
            yield f"{at}/type", f"unsupported type: {part['type']}"
        for name, value in part.items():
            if name in names:
                yield at, f"invalid additional property: {name}"
            yield from _refused(value, names, f"{at}/{name}")


def weight(blocks: list[Json]) -> int:
    """All text of all blocks together, and something for each block: what `msg_blocks_too_long` seems to count."""
    return _text_length(blocks) + _BLOCK_WEIGHT * (len(blocks) - 1)


def _text_length(part: object) -> int:
    if isinstance(part, list):
        return sum(_text_length(item) for item in part)
    if not isinstance(part, dict):
        return 0
    own = len(part["text"]) if isinstance(part.get("text"), str) else 0
    return own + sum(_text_length(value) for value in part.values())


def _blocks(blocks: list[Json], surface: str, at: str, usable: Usable) -> Problems:
    most = MOST_BLOCKS[surface]
    if len(blocks) > most:
        yield at, f"no more than {most} items allowed"
    for number, block in enumerate(blocks):
        yield from _typed(block, BLOCKS, SURFACES[surface], f"{at}/{number}", usable)
    names = Counter(str(block["block_id"]) for block in blocks if isinstance(block, dict) and block.get("block_id"))
    for number, block in enumerate(blocks):
        if isinstance(block, dict):
            if names[str(block.get("block_id"))] > 1:
                yield f"{at}/{number}/block_id", "`block_id` already exists"
            yield from _repeated_actions(block, f"{at}/{number}")


def _repeated_actions(block: Json, at: str) -> Problems:
    groups = (
        block["elements"] if block.get("type") == "carousel" and isinstance(block.get("elements"), list) else [block]
    )
    for group in groups:
        names = Counter(str(element["action_id"]) for _, element in elements(group))
        for name, times in names.items():
            if times > 1:
                yield at, f"`action_id` {name} already exists"


def _typed(part: object, table: Mapping[str, Shape], names: frozenset[str], at: str, usable: Usable) -> Problems:
    if not isinstance(part, dict):
        yield at, "must provide an object"
    elif str(part.get("type")) not in names:
        yield f"{at}/type", f"unsupported type: {part.get('type')}"
    else:
        yield from _shape(part, table[part["type"]], at, usable, _TYPE)


def _shape(part: Json, shape: Shape, at: str, usable: Usable, more: frozenset[str] = frozenset()) -> Problems:
    for name in sorted(part.keys() - shape.fields.keys() - more):
        yield at, f"invalid additional property: {name}"
    for need in shape.needs:
        if part.get(need) is None:
            yield at, f"missing required field: {need}"
    given = [name for name in shape.one_of if part.get(name) is not None]
    if shape.one_of and len(given) != 1:
        yield at, f"must define either {_or(shape.one_of)}"
    if shape.any_of and not any(part.get(name) is not None for name in shape.any_of):
        yield at, f"must define either {_or(shape.any_of)}"
    if shape.not_both and all(part.get(name) is not None for name in shape.not_both):
        yield at, f"must not define both {' and '.join(shape.not_both)}"
    for name, rule in shape.fields.items():
        if part.get(name) is not None:
            yield from _value(part[name], rule, f"{at}/{name}", usable)


def _value(value: object, rule: Rule, at: str, usable: Usable) -> Problems:
    match rule:
        case Anything():
            return
        case Words():
            yield from _words(value, rule, at)
        case Whole(least=least, most=most):
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                yield at, f"must be a whole number from {least} to {most}"
        case Flag():
            if not isinstance(value, bool):
                yield at, "must be a boolean"
        case Choice(words=words):
            if value not in words:
                yield at, f"must be one of: {', '.join(words)}"
        case Copy():
            yield from _copy(value, rule, at)
        case Several():
            yield from _several(value, rule, at, usable)
        case Piece(names=names):
            yield from _typed(value, PIECES, frozenset(names), at, usable)
        case SlackFile():
            yield from _slack_file(value, at, usable)
        case Shape():
            yield from _shape(value, rule, at, usable) if isinstance(value, dict) else [(at, "must provide an object")]


def _words(value: object, rule: Words, at: str) -> Problems:
    if not isinstance(value, str):
        yield at, "must provide a string"
    elif len(value) > rule.most:
        yield at, f"must be less than {rule.most + 1} characters"
    elif len(value) < rule.least:
        yield at, f"must be more than {rule.least - 1} characters"
    elif rule.pattern and not re.fullmatch(rule.pattern, value):
        yield at, "has the wrong format"


def _copy(value: object, rule: Copy, at: str) -> Problems:
    if not isinstance(value, dict):
        yield at, "must provide an object"
    elif value.get("type") not in rule.kinds:
        yield f"{at}/type", f"unsupported type: {value.get('type')}"
    else:
        for name in sorted(value.keys() - {"type", "text"} - TEXT_EXTRAS[value["type"]].keys()):
            yield at, f"invalid additional property: {name}"
        yield from _words(value.get("text"), Words(rule.most, 1), f"{at}/text")


def _several(value: object, rule: Several, at: str, usable: Usable) -> Problems:
    if not isinstance(value, list):
        yield at, "must provide an array"
        return
    if len(value) > rule.most:
        yield at, f"no more than {rule.most} items allowed"
    if len(value) < rule.least:
        yield at, f"must provide at least {rule.least} items"
    for number, item in enumerate(value):
        yield from _value(item, rule.of, f"{at}/{number}", usable)


def _slack_file(value: object, at: str, usable: Usable) -> Problems:
    if not isinstance(value, dict) or len({"id", "url"} & set(value)) != 1:
        yield at, "must define either `id` or `url`"
    elif "id" in value and not _FILE_ID.fullmatch(str(value["id"])):
        yield f"{at}/id", "has the wrong format"
    elif not usable(value):
        yield at, "invalid slack file"


def _or(names: tuple[str, ...]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def _of_type(blocks: list[Json], kind: str) -> list[Json]:
    return [block for block in blocks if isinstance(block, dict) and block.get("type") == kind]


def _worded(found: list[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(f"{message} [json-pointer:{pointer}]" for pointer, message in found)


def _any_file(_reference: Json) -> bool:
    return True
