"""Refusals at the start and lines of doctor end with a section of docs/operations.md, and each section exists."""

import ast
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.cli.doctor import run_checks
from bot.domain import storage_advice
from bot.domain.handbook import Section, for_storage
from bot.domain.service_errors import StorageUnavailable
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
PLACES = {"database": "postgresql://db/castroom", "engine": "sqlite:///engine", "portraits": "s3://faces"}
REASONS = {
    reason
    for table in (storage_advice._FILE_FIXES, storage_advice._BUCKET_FIXES, storage_advice._SERVER_FIXES)
    for reason in table
}


def headings() -> set[str]:
    """Return the anchors of the handbook's headings, as GitHub makes them."""
    lines = re.findall(r"^#+ (.+)$", (ROOT / "docs" / "operations.md").read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def section(line: str) -> str:
    """Return the section that a line ends with; fail if it names none that exists."""
    match = re.search(r"See docs/operations\.md#([\w-]+)$", line)
    assert match, line
    assert match[1] in headings(), line
    return match[1]


def test_every_section_exists() -> None:
    assert {str(anchor) for anchor in Section} - headings() == set()
    assert {for_storage(reason) for reason in REASONS} - headings() == set()
    assert len(REASONS) > 10


def raised_reasons() -> set[str]:
    """Return the reasons that the code raises as a text."""
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "storage").rglob("*.py"))
    return set(re.findall(r'StorageUnavailable\("\w+", "(\w+)"', code)) | set(re.findall(r'reason = "(\w+)"', code))


def test_every_reason_that_the_code_raises_has_a_section() -> None:
    assert len(raised_reasons()) > 5
    assert {for_storage(reason) for reason in raised_reasons()} - headings() == set()


@pytest.mark.parametrize("component", PLACES)
@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_storage_error_names_its_section(component: str, reason: str) -> None:
    line = storage_advice.describe(StorageUnavailable(component, reason, "the driver's message", PLACES[component]))
    assert section(line) == for_storage(reason)


@pytest.fixture
def empty_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("ENV_FILE", "")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return tmp_path


async def test_every_line_of_doctor_that_is_not_ok_names_its_section(empty_environment: Path) -> None:
    report = await run_checks(Settings.load())
    open_lines = [line for line in report.lines[:-1] if not line.startswith("ok ")]
    assert {section(line) for line in open_lines} >= {Section.SLACK, Section.ACCOUNT}


@pytest.mark.parametrize(
    ("variables", "anchor"),
    [
        ({}, Section.SLACK),
        ({"HTTP_PORT": "many"}, Section.SETTINGS),
        ({"HTTP_PORT": "3000"}, Section.SETTINGS),
        ({"FAL_KEY_FILE": "/nowhere"}, Section.SETTINGS),
        ({"ENV_FILE": "{folder}/binary"}, Section.FILE),
    ],
)
def test_every_refusal_before_the_start_names_its_section(
    variables: dict[str, str], anchor: str, empty_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_environment / "binary").write_bytes(b"\xff\xfe")
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(folder=empty_environment))
    result = CliRunner().invoke(cli, ["run"])
    assert result.exit_code in (1, 2)
    assert section(result.stderr.splitlines()[-1]) == anchor


def test_every_end_of_the_start_names_its_section() -> None:
    """Running into each of them takes a second process; the tests of those processes read the sentences."""
    tree = ast.parse((ROOT / "bot" / "app.py").read_text("utf-8"))
    exits = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "SystemExit"
    ]
    assert len(exits) >= 4
    assert [text for text in exits if "see(Section." not in text] == []
