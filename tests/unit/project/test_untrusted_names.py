"""Names cannot escape a folder, hide a file, forge a line of a record, or control a terminal."""

import asyncio
import io
import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from zipfile import ZipFile

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.export import _faces_by_folder
from bot.domain.character_sheet import Sheet
from bot.telemetry import logs
from bot.usecases.download import archive_files, zip_archive
from bot.usecases.face_record import RecordContext, face_record, folder_name, record_lines
from tests.support.builders import make_face
from tests.support.storage_builders import make_round

AT = datetime(2026, 11, 25, tzinfo=UTC)
NAMES = [
    "../../etc/passwd", "..", ".", "/root/.ssh/id", "C:\\Windows\\x", "a\\..\\b", "CON", "nul", "COM1.txt", "~",
    "-rf *", "\u202egpj.exe", "a\x00b", "a\nb", "\x1b[31m", "x" * 300, "é" * 200, "\u0301", "",
    "𠮷" * 60, "   ", "İ", "maya", "MAYA", "Maya", "ﬁn", "fin", "Straße", "STRASSE",
]  # fmt: skip
FORGED_RECORD_LINES = "a pilot\nsha256: 00\rlocked by: U666\u2028cost usd: 0\x85lead: U666\x0bvotes: 9\x1dvoters: 9"


class FakeObjectStore:
    async def get(self, key: str) -> bytes:
        return b"picture"


def archive_of(name: str, brief: str = "a pilot") -> dict[str, bytes]:
    context = RecordContext(make_round())
    return dict(asyncio.run(archive_files(make_face(name, brief), None, FakeObjectStore(), context, {}, Sheet())))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_archive_unpacks_into_one_folder_on_every_system(name: str, tmp_path: Path) -> None:
    inside = archive_of(name)
    data = zip_archive(folder_name(make_face(name)), inside, AT)
    with ZipFile(io.BytesIO(data)) as archive:
        entries = archive.namelist()
        archive.extractall(tmp_path / "here")
    assert len(set(entries)) == len(entries) == len(inside)
    for entry in entries:
        for path in (PurePosixPath(entry), PureWindowsPath(entry)):
            assert len(path.parts) == 2
            assert not path.is_absolute()
            assert not path.drive
            assert path.parts[0].split(".")[0].upper() not in ("CON", "NUL", "PRN", "AUX", "COM1", "LPT1")
            assert max(len(part.encode()) for part in path.parts) <= 255
    assert [p.name for p in (tmp_path / "here").iterdir()] == [folder_name(make_face(name))]


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(NAMES) | st.text(max_size=70), max_size=12))
def test_export_folders_are_unique_ignoring_case(names: list[str]) -> None:
    faces = [make_face(name) for name in names]
    folders = [*_faces_by_folder(faces)]
    assert len({folder_name.casefold() for folder_name in folders}) == len(faces)
    assert all(
        folder_name == PurePosixPath(folder_name).name == PureWindowsPath(folder_name).name for folder_name in folders
    )


def test_brief_text_cannot_forge_facts_in_the_record() -> None:
    inside = archive_of("Maya", FORGED_RECORD_LINES)
    plain, record = inside["Maya-1-record.txt"].decode(), json.loads(inside["Maya-1-record.json"])
    for fact in ("sha256:", "locked by:", "cost usd:", "lead:", "votes:", "voters:"):
        assert len([line for line in plain.splitlines() if line.startswith(fact)]) <= 1
    assert "U666" not in "".join(line for line in plain.splitlines() if not line.startswith("  "))
    assert record["brief"] == FORGED_RECORD_LINES


def test_a_persons_name_cannot_forge_facts_in_the_record() -> None:
    face = make_face("Maya")
    forged = f"Lena{FORGED_RECORD_LINES}\u202e\x1b[31m"
    lines = list(record_lines(face_record(face, None, RecordContext(make_round(), names={face.lead: forged}))))
    (lead,) = [line for line in lines if line.startswith("lead:")]
    assert lead.endswith(f"({face.lead})")
    assert lead.isprintable()
    unnamed = record_lines(face_record(face, None, RecordContext(make_round())))
    assert len("\n".join(lines).splitlines()) == len("\n".join(unnamed).splitlines())


LOGGED_TEXTS = [*NAMES, FORGED_RECORD_LINES, "\u009b31m", "\u2028", "\ud800", "\x7f", '"}\n{"event": "locked"}']


@pytest.mark.parametrize("name", LOGGED_TEXTS, ids=ascii)
def test_log_line_is_one_line_of_printable_ascii(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    terminal = io.TextIOWrapper(raw, "utf-8", write_through=True)
    monkeypatch.setattr(sys, "stderr", terminal)
    root = logging.getLogger()
    before, level, config = root.handlers, root.level, structlog.get_config()
    try:
        logs.configure("INFO")
        structlog.stdlib.get_logger("bot").info("declined", character=name, kind=[name], deep={name: name})
        logging.getLogger("bot").error("a library says %s", name)
    finally:
        root.handlers, root.level = before, level
        structlog.configure(**config)
        logging.captureWarnings(capture=False)
    lines = raw.getvalue().splitlines()
    assert len(lines) == 2
    assert all(0x20 <= byte < 0x7F for line in lines for byte in line)
    first, second = map(json.loads, lines)
    assert first["character"] == name
    assert second["event"] == f"a library says {name}"
