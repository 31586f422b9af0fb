"""Sentences for people live in handlers/text/, and times are shown in the reader's time zone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TEXT_PACKAGE = ROOT / "handlers" / "text"
OTHER_FILES = sorted(
    path for room in ("handlers", "bot") for path in (ROOT / room).rglob("*.py") if TEXT_PACKAGE not in path.parents
)
# Files with text for operators (terminal or log) or for models, which does not appear in Slack.
NON_SLACK_TEXT = {
    "bot/__main__.py": "the command line",
    "bot/cli/invocation.py": "the command line",
    "bot/cli/passport_commands.py": "the command line",
    "bot/cli/webhook_commands.py": "the command line",
    "bot/cli/webhooks.py": "the command line",
    "bot/cli/doors_check.py": "the command line",
    "bot/cli/webhook_check.py": "the command line",
    "bot/cli/doctor.py": "the command line",
    "bot/doors/words.py": "answers to programs and agents",
    "bot/cli/move.py": "the command line",
    "bot/app.py": "the command line, when there is nobody to serve",
    "bot/settings.py": "contradictions told at start",
    "bot/token_keys.py": "the same",
    "bot/domain/storage_advice.py": "the command line and the health server",
    "bot/domain/passport.py": "the JSON of a passport, for the command line and the doors",
    "bot/passport/keys.py": "the command line",
    "bot/passport/signer.py": "the command line",
    "bot/passport/manifest.py": "what is signed, for readers of C2PA",
    "bot/usecases/package_readme.py": "a file of the package, for people without Castroom",
    "bot/domain/sheet_presets.py": "names of video tools",
    "bot/usecases/character_sheet_package.py": "files of the package",
    "bot/domain/prompt.py": "what models are asked",
    "bot/domain/flaw_tags.py": "words for what models are asked",
    "bot/domain/routing/rules.py": "patterns of words in briefs",
    "bot/domain/routing/keywords.py": "words that briefs are searched for",
    "bot/runtime/health_server.py": "the figures' own descriptions",
    "bot/telemetry/metrics.py": "the figures' own descriptions",
    "bot/cli/export.py": "files",
    "bot/cli/healthcheck.py": "a container's health check",
    "bot/cli/installations_check.py": "the command line",
    "bot/cli/keys.py": "the command line",
    "bot/cli/passport.py": "the command line",
    "bot/cli/passport_check.py": "the command line",
    "bot/cli/passport_verify.py": "the command line",
    "bot/cli/people.py": "the command line",
    "bot/domain/erasure.py": "the command line, for a text that is no user id",
    "handlers/slack/diagnostics.py": "the doctor",
    "handlers/views/install_page.py": "the frame of a page in HTML",
}
# Calls whose text is for logs or for str(error).
LOG_CALLS = frozenset(
    {
        "debug",
        "info",
        "warning",
        "error",
        "exception",
        "compile",
        "slack_call",
        "best_effort",
        "fullmatch",
        "search",
        "execute",
    }
)
TIME_FORMATTERS = frozenset({"strftime", "isoformat", "ctime", "astimezone"})
FORMAT_FILE = TEXT_PACKAGE / "format.py"


def sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Return texts of two words or more, except docstrings, log events, error texts and patterns."""
    ignored = {id(node) for part in ast.walk(tree) for node in _non_user_text(part)}
    for node in ast.walk(tree):
        if id(node) in ignored or not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if len([word for word in node.value.split() if word.strip("'’.,:;!?").isalpha()]) > 2:
            yield getattr(node, "lineno", 0), node.value


def _non_user_text(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _called_name(node.func) in LOG_CALLS):
        yield from ast.walk(node)
    if (
        isinstance(node, ast.Call)
        and _called_name(node.func)[:1].isupper()
        and _called_name(node.func).endswith(_ERRORS)
    ):
        yield from ast.walk(node)


_ERRORS = ("Error", "SlackUnavailable", "SlackRejected", "InvalidImage", "ValueError", "SystemExit")


def _called_name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def relative_path(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", OTHER_FILES, ids=relative_path)
def test_user_visible_text_is_only_in_the_text_package(path: Path) -> None:
    if relative_path(path) in NON_SLACK_TEXT:
        return
    found = [f"line {line}: {text}" for line, text in sentences(ast.parse(path.read_text("utf-8")))]
    assert found == []


@pytest.mark.parametrize("path", sorted({*(ROOT / "handlers").rglob("*.py")} - {FORMAT_FILE}), ids=relative_path)
def test_times_are_formatted_in_one_file_only(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        formats_time = isinstance(node, ast.Call) and _called_name(node.func) in TIME_FORMATTERS
        assert not formats_time, f"line {getattr(node, 'lineno', 0)} writes a time"
        spec = ast.unparse(node.format_spec) if isinstance(node, ast.FormattedValue) and node.format_spec else ""
        assert not any(code in spec for code in ("%H", "%d", "%b", "%B", "%Y")), (
            f"line {getattr(node, 'lineno', 0)} writes a time"
        )


def test_text_outside_the_package_is_detected() -> None:
    wrong = 'def told():\n    """A docstring of many words."""\n    return "No votes yet"\n'
    assert [text for _, text in sentences(ast.parse(wrong))] == ["No votes yet"]
    right = 'log.info("nobody has voted yet")\nraise ValueError("nobody has voted yet")\n'
    assert [*sentences(ast.parse(right))] == []
