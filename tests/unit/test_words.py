"""Every sentence a person reads lives in handlers/words/, and every time is told in the reader's own zone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORDS = ROOT / "handlers" / "words"
ELSEWHERE = sorted(
    path for room in ("handlers", "bot") for path in (ROOT / room).rglob("*.py") if WORDS not in path.parents
)
# What speaks to whoever runs Castroom, on a terminal or in a log, and to models: nobody reads it in Slack.
NOT_SLACK = {
    "bot/__main__.py": "the command line",
    "bot/doctor.py": "the command line",
    "bot/app.py": "the command line, when there is nobody to serve",
    "bot/settings.py": "contradictions told at start",
    "bot/prompt.py": "what models are asked",
    "bot/rules.py": "patterns of words in briefs",
    "bot/vocabulary.py": "words that briefs are searched for",
    "bot/ops.py": "the figures' own descriptions",
    "bot/measures.py": "the figures' own descriptions",
    "bot/export.py": "files",
    "handlers/check.py": "the doctor",
}
# Calls whose text goes into logs or into an error's own plain English.
QUIET_CALLS = frozenset(
    {"debug", "info", "warning", "error", "exception", "compile", "asking", "trying", "fullmatch", "search", "execute"}
)
CLOCKS = frozenset({"strftime", "isoformat", "ctime", "astimezone"})
ONE_PLACE = WORDS / "text.py"


def sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts of two words or more that are no docstring, no log line, no error's own words and no pattern."""
    quiet = {id(node) for part in ast.walk(tree) for node in _unread(part)}
    for node in ast.walk(tree):
        if id(node) in quiet or not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if len([word for word in node.value.split() if word.strip("'’.,:;!?").isalpha()]) > 2:
            yield getattr(node, "lineno", 0), node.value


def _unread(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _name(node.func) in QUIET_CALLS):
        yield from ast.walk(node)
    if isinstance(node, ast.Call) and _name(node.func)[:1].isupper() and _name(node.func).endswith(_ERRORS):
        yield from ast.walk(node)


_ERRORS = ("Error", "Unreachable", "NotTaken", "BadPicture", "ValueError", "SystemExit")


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def place_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", ELSEWHERE, ids=place_of)
def test_no_sentence_for_people_stands_outside_the_words(path: Path) -> None:
    if place_of(path) in NOT_SLACK:
        return
    found = [f"line {line}: {text}" for line, text in sentences(ast.parse(path.read_text("utf-8")))]
    assert found == []


@pytest.mark.parametrize("path", sorted({*(ROOT / "handlers").rglob("*.py")} - {ONE_PLACE}), ids=place_of)
def test_no_time_is_written_but_by_the_words_for_times(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        called = isinstance(node, ast.Call) and _name(node.func) in CLOCKS
        assert not called, f"line {getattr(node, 'lineno', 0)} writes a time"
        spec = ast.unparse(node.format_spec) if isinstance(node, ast.FormattedValue) and node.format_spec else ""
        assert not any(code in spec for code in ("%H", "%d", "%b", "%B", "%Y")), (
            f"line {getattr(node, 'lineno', 0)} writes a time"
        )


def test_a_sentence_out_of_place_is_found() -> None:
    wrong = 'def told():\n    """A docstring of many words."""\n    return "Nobody has voted yet"\n'
    assert [text for _, text in sentences(ast.parse(wrong))] == ["Nobody has voted yet"]
    right = 'log.info("nobody has voted yet")\nraise ValueError("nobody has voted yet")\n'
    assert [*sentences(ast.parse(right))] == []
