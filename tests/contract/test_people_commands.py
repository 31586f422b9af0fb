"""The commands `person` and `erase user`."""

import asyncio
import json
from pathlib import Path

from storage import open_storage
from storage.erasure.log import PortraitStoreErasureLog
from tests.contract.test_command_line import run_command
from tests.support.personal_data import do_everything, files_with
from tests.support.storage_builders import fresh_sqlite, make_settings

PERSON = "U0GONE123"
ID_IN_BYTES = PERSON.encode() + rb"(?!9)"


async def fill(data: Path) -> None:
    await fresh_sqlite(data)
    settings = make_settings(f"sqlite+aiosqlite:///{data / 'castroom.sqlite'}", str(data / "portraits"))
    storage = await open_storage(settings)
    await do_everything(storage, PERSON)
    await storage.close()


async def count_log_entries(data: Path) -> int:
    settings = make_settings(f"sqlite+aiosqlite:///{data / 'castroom.sqlite'}", str(data / "portraits"))
    storage = await open_storage(settings)
    try:
        return len(await PortraitStoreErasureLog(storage.portraits).list_all())
    finally:
        await storage.close()


def test_a_person_sees_everything_stored_about_them_without_tokens(tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path))
    result = run_command(tmp_path, "person", PERSON)
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert {"vote_inputs", "ledger", "audit_log", "productions", "reminders", "round_drafts"} <= set(found["rows"])
    assert found["rows"]["installations"][0]["installed_by"] == PERSON
    assert "token" not in found["rows"]["installations"][0]


def test_an_erase_reports_what_changed_what_stays_and_leaves_no_trace_in_any_file(tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path))
    assert files_with(tmp_path, ID_IN_BYTES)
    result = run_command(tmp_path, "erase", "user", PERSON)
    assert result.exit_code == 0, result.output
    assert "vote_inputs: person: deleted in 2 rows" in result.stdout
    assert "What stays: 8 charges" in result.stdout
    assert "Round T1r2 is open" in result.stdout
    assert files_with(tmp_path, ID_IN_BYTES) == []
    again = run_command(tmp_path, "erase", "user", PERSON)
    assert again.stdout.strip() == f"Nothing is stored about {PERSON}."
    assert asyncio.run(count_log_entries(tmp_path)) == 2
    assert json.loads(run_command(tmp_path, "person", PERSON).stdout)["rows"] == {}


def test_a_name_is_no_user_id(tmp_path: Path) -> None:
    asyncio.run(fresh_sqlite(tmp_path))
    result = run_command(tmp_path, "erase", "user", "lena")
    assert result.exit_code == 2
    assert "'lena' is no user id" in result.output
