"""Every regular expression, and what reads strangers' text, takes time in proportion to the length of its input."""

import ast
import importlib
import inspect
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.domain.brief import parse_name, parse_text
from bot.domain.command import parse_brief, parse_command
from bot.domain.command_options import before_options, split_line
from bot.domain.errors import BriefError
from bot.domain.names import drop_invisible, normalize_name, strip_outer_quotes, visible_name
from bot.domain.prompt import find_age
from bot.domain.routing.rules import match_rules
from handlers.features.mention import asked_name, brief_line
from handlers.slack.markup import decode_mentions, mentioned_user_ids, to_plain_text
from handlers.slack.payloads.parsers import mention_from
from handlers.text import brief_errors
from handlers.text.format import escape_mrkdwn, strip_mrkdwn, truncate_mrkdwn
from tests.support.slack_payloads import mention_event

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("bot", "handlers", "providers", "storage")
# Ten times the input may take fifteen times as long. Quadratic work takes a hundred times as long.
GROWTH, MOST = 10, 15
SHORT = 200
# Faster than this is fast enough at any growth: it is below what can be compared.
NEGLIGIBLE_SECONDS = 0.001
ATTEMPTS = 5
# Repeated parts: they begin what a pattern looks for and do not end it.
PUMPS = (
    " ", "\n", "a", "A", "1", "_", ".", ",", ", ", ":", "=", "&", "&amp", "<", ">", "<@U1|", "<@U1", "<#C1|", "<a|b",
    '"', "“", "'", "' ", "-", "--", "-- ", "—", " —", " --a", ",--", "—,", "--a=", "aged ", "age of ", "1 ", "1\n",
    "@a ", "@a,", "|", "and ", "\u200b", "\u200b-", "-\u200b", "\u200d", "é", "model ", "http://", "ab/", "\ud55c",
    "\u0648", "limit: ",
)  # fmt: skip
STARTS = ("alias ", "x: ", "Maya: a --like ", "Maya: a --voters ", "age ", "1", "<@U1", '"', "model")
PUMPS_AFTER_STARTS = (" ", "\n", "a", "A", "--", "@a ", "-", '"', "|")
CASES = (*(("", pump) for pump in PUMPS), *product(STARTS, PUMPS_AFTER_STARTS))


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            if "versions" in parts or parts[-1] in ("env", "__main__"):
                continue
            yield importlib.import_module(".".join(part for part in parts if part != "__init__"))


def patterns_in(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict | tuple | list | frozenset) and depth < 3:
        for each in value.values() if isinstance(value, dict) else value:
            yield from patterns_in(each, depth + 1)


def uses_of(module: ModuleType, name: str) -> frozenset[str]:
    """Return the methods that a module calls of a pattern; all if it calls none itself."""
    called = re.findall(rf"\b{name}\.(\w+)\(", inspect.getsource(module))
    return frozenset(called) or frozenset({"match", "fullmatch", "finditer"})


PATTERNS = {
    f"{module.__name__}.{name}.{number}": (pattern, uses_of(module, name))
    for module in modules()
    for name, value in vars(module).items()
    for number, pattern in enumerate(patterns_in(value))
    if not any(pattern is each for each in vars(re).values())
}


def reads_pattern(pattern: re.Pattern[Any], uses: frozenset[str]) -> Callable[[Any], object]:
    def read(text: Any) -> object:
        if uses <= {"match", "fullmatch"}:
            return pattern.match(text), pattern.fullmatch(text)
        return sum(1 for _ in pattern.finditer(text))

    return read


def reads_mention(text: str) -> object:
    return mention_from(mention_event(f"<@U0BOT> {text}"))


def reads_wrong_line(text: str) -> object:
    return brief_errors.working_line(BriefError("each", "not_a_count", text, line=text))


READERS: dict[str, Callable[[str], object]] = {
    reader.__name__: reader
    for reader in (
        parse_command, parse_brief, split_line, before_options, decode_mentions, mentioned_user_ids,
        to_plain_text, normalize_name, drop_invisible, visible_name, strip_outer_quotes, find_age, asked_name,
        brief_line, reads_mention, reads_wrong_line, escape_mrkdwn, strip_mrkdwn,
    )
} | {
    "parse_name": lambda text: parse_name(text, text),
    "parse_text": lambda text: parse_text(text, text),
    "truncate_mrkdwn": lambda text: truncate_mrkdwn(text, 3_000),
}  # fmt: skip


def seconds(read: Callable[[Any], object], text: Any) -> float:
    """Return the processor time of this thread alone: other work on the machine does not count."""
    start = time.thread_time()
    with suppress(BriefError):
        read(text)
    return time.thread_time() - start


def assert_linear(read: Callable[[Any], object], make: Callable[[int], Any], what: str) -> None:
    """Compare the shortest times: a pause of the machine makes one measurement longer and none shorter."""
    short, long = make(SHORT), make(SHORT * GROWTH)
    longest_time = seconds(read, long)
    if longest_time < NEGLIGIBLE_SECONDS:
        return
    for _ in range(ATTEMPTS):
        longest_time = min(longest_time, seconds(read, long))
        shortest_time = min(seconds(read, short) for _ in range(ATTEMPTS))
        if longest_time <= max(MOST * shortest_time, NEGLIGIBLE_SECONDS):
            return
    pytest.fail(f"{what}: {longest_time:.4f} s for ten times of {shortest_time:.4f} s")


def make_text(start: str, pump: str) -> Callable[[int], str]:
    """Return a text of about that many characters which ends in a character that few patterns accept."""
    return lambda length: start + pump * (length // len(pump)) + "\x1f"


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_pattern_is_linear(name: str) -> None:
    pattern, uses = PATTERNS[name]
    for start, pump in CASES:
        text = make_text(start, pump)
        make = (lambda n, text=text: text(n).encode("utf-8")) if isinstance(pattern.pattern, bytes) else text
        assert_linear(reads_pattern(pattern, uses), make, f"{name} on {start!r} and {pump!r}")


@pytest.mark.parametrize("name", sorted(READERS))
def test_reader_of_typed_text_is_linear(name: str) -> None:
    for start, pump in CASES:
        assert_linear(READERS[name], make_text(start, pump), f"{name} on {start!r} and {pump!r}")


def test_routing_is_linear() -> None:
    for pump in ("a", " ", "a ", "weather", "\u0648", "\ud55c", "-"):
        assert_linear(match_rules, make_text("", pump), f"routing on {pump!r}")


def test_every_compiled_pattern_is_measured() -> None:
    """A pattern inside a function matches the id of an action, which is ours and short."""
    in_functions = []
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            if "re.compile(" not in (source := file.read_text("utf-8")):
                continue
            tree = ast.parse(source)
            calls = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and is_compile(node)}
            inside = {
                node.lineno
                for function in ast.walk(tree)
                if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and is_compile(node)
            }
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            measured = [name for name in PATTERNS if name.startswith(f"{module}.")]
            assert len(measured) >= len(calls - inside), module
            in_functions += [f"{file.relative_to(ROOT)}" for _ in inside]
    assert {path for path in in_functions if not path.startswith("handlers/features/")} == {
        "bot/domain/routing/rules.py"
    }


def test_a_quadratic_pattern_is_found() -> None:
    old_mention = reads_pattern(re.compile(r"<@[UW][A-Z0-9]+(\|[^>]*)?>"), frozenset({"finditer"}))
    with pytest.raises(pytest.fail.Exception):
        assert_linear(old_mention, make_text("", "<@U1|"), "mention")


def is_compile(node: ast.Call) -> bool:
    return ast.unparse(node.func) == "re.compile"
