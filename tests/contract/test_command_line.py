"""The operator's commands: problems end in one sentence, and what they write is private."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from bot.cli.doctor import run_checks
from bot.settings import Settings
from handlers.slack.diagnostics import check as check_slack
from playground.seed_data import APP_TOKEN, INSTALLS
from storage import open_storage
from storage.backup import back_up
from storage.db.private_files import exposed_paths, make_private_folder
from storage.db.process_lock import process_lock
from tests.support.practice_slack import PracticeWorkspace, open_practice_workspace
from tests.support.storage_builders import fresh_sqlite, make_round, open_locked_round

PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Most machines let other users read new files; the commands must not depend on it."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[PracticeWorkspace]:
    async with open_practice_workspace(tmp_path) as opened:
        yield opened


def run_command(data: Path, *arguments: str, **variables: str) -> Result:
    environment = {"ENV_FILE": "", "DATA_DIR": str(data), **variables}
    return CliRunner().invoke(cli, arguments, env=environment)


def one_line(result: Result) -> str:
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


def modes(folder: Path) -> set[str]:
    """Return the modes of all folders and files below."""
    return {f"{'folder' if p.is_dir() else 'file'} {p.stat().st_mode & 0o777:o}" for p in (folder, *folder.rglob("*"))}


async def face_in(data: Path) -> Settings:
    """A database with one face, and its picture."""
    settings = Settings.model_validate({"data_dir": data})
    async with process_lock(settings.database_url):
        await fresh_sqlite(data)
        storage = await open_storage(settings)
        round_ = await open_locked_round(storage, make_round())
        for slot in round_.completed:
            assert slot.portrait
            await storage.portraits.put(slot.portrait.key, slot.id.encode())
        await storage.close()
    return settings


@pytest.mark.parametrize("command", [["record", "r1"], ["export", "C1", "{}/out"], ["backup", "{}/out"]], ids=" ".join)
@pytest.mark.parametrize("doctor_first", [False, True])
def test_a_fresh_clone_has_nothing_to_read(tmp_path: Path, command: list[str], doctor_first: bool) -> None:
    if doctor_first:
        run_command(tmp_path / "data", "doctor")
    result = run_command(tmp_path / "data", *(word.format(tmp_path) for word in command))
    assert result.exit_code == 1
    assert "castroom.sqlite" in one_line(result)
    assert not (tmp_path / "out").exists()


def test_an_unknown_round_and_an_unknown_channel_are_named(tmp_path: Path) -> None:
    asyncio.run(face_in(tmp_path / "data"))
    assert "no round r-none" in one_line(run_command(tmp_path / "data", "record", "r-none"))
    assert "C-none" in one_line(run_command(tmp_path / "data", "export", "C-none", str(tmp_path / "out")))


@pytest.mark.parametrize("command", [["export", "C1"], ["backup"]], ids=" ".join)
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, command: list[str]) -> None:
    asyncio.run(face_in(tmp_path / "data"))
    (tmp_path / "file").write_text("not a folder")
    result = run_command(tmp_path / "data", *command, str(tmp_path / "file" / "below"))
    assert result.exit_code == 1
    assert one_line(result).startswith(str(tmp_path / "file"))


def test_an_env_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "env").write_bytes(b"\xff\xfe")
    result = run_command(tmp_path / "data", "doctor", ENV_FILE=str(tmp_path / "env"))
    assert result.exit_code == 2
    sentence = f"{tmp_path / 'env'} cannot be read: it is not UTF-8 text."
    assert one_line(result) == f"{sentence} See docs/operations.md#a-file-cannot-be-used\n"


async def test_a_taken_port_is_named_with_its_setting(workspace: PracticeWorkspace, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        variables = {
            "SLACK_BASE_URL": f"{workspace.address}/slack/api/",
            "SLACK_BOT_TOKEN": INSTALLS[0].token,
            "SLACK_SIGNING_SECRET": "secret",
            "HTTP_PORT": str(taken.getsockname()[1]),
        }
        environment = {"PATH": os.environ["PATH"], "ENV_FILE": "", "DATA_DIR": str(tmp_path / "data"), **variables}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"), env=environment, stderr=asyncio.subprocess.PIPE
        )
        _, output = await process.communicate()
    lines = [line for line in output.decode().splitlines() if not line.startswith("{")]
    assert (process.returncode, len(lines)) == (1, 1), output
    assert lines[0].startswith("HTTP_HOST and HTTP_PORT: the bot cannot listen on 127.0.0.1:")
    assert modes(tmp_path / "data") == {"folder 700", "file 600"}


async def test_data_and_backup_are_private_without_a_umask(tmp_path: Path) -> None:
    settings = await face_in(tmp_path / "data")
    folders = [folder for folder in (tmp_path / "data").rglob("*") if folder.is_dir()]
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert all(folder.stat().st_mode & 0o777 == 0o700 for folder in folders if folder.name == "portraits")
    await back_up(settings, tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700
    assert all(
        (tmp_path / "copy" / name).stat().st_mode & 0o777 == 0o600 for name in ("castroom.sqlite", "backup.json")
    )


def test_backup_and_export_are_private_even_in_a_folder_that_was_open(tmp_path: Path) -> None:
    asyncio.run(face_in(tmp_path / "data"))
    for command in (["backup"], ["export", "C1"]):
        target = tmp_path / command[0]
        target.mkdir(mode=0o755)
        assert run_command(tmp_path / "data", *command, str(target)).exit_code == 0
        assert modes(target) == {"folder 700", "file 600"}
    elsewhere = tmp_path / "elsewhere"
    assert run_command(elsewhere, "restore", str(tmp_path / "backup")).exit_code == 0
    assert modes(elsewhere) == {"folder 700", "file 600"}


async def test_doctor_warns_of_data_and_keys_that_others_can_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("")
    monkeypatch.setenv("ENV_FILE", str(env_file))
    settings = await face_in(tmp_path / "data")
    (tmp_path / "data" / "castroom.sqlite").chmod(0o600)
    env_file.chmod(0o600)
    assert not any(line.startswith("warning") for line in (await run_checks(settings)).lines)
    exposed = [env_file, tmp_path / "data", tmp_path / "data" / "castroom.sqlite", tmp_path / "data" / "portraits"]
    for path in exposed:
        path.chmod(path.stat().st_mode | 0o044)
    warnings = [line for line in (await run_checks(settings)).lines if line.startswith("warning")]
    assert [path for path in exposed if any(line.startswith(f"warning {path}:") for line in warnings)] == exposed
    assert "chmod 600" in warnings[0]
    make_private_folder(tmp_path / "data")
    assert tmp_path / "data" not in exposed_paths(settings)


async def test_slack_is_reached_without_the_proxies_of_the_environment(
    workspace: PracticeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxy() as (address, contacts):
        for name in PROXY_VARIABLES:
            monkeypatch.setenv(name, address)
        checked = await check_slack(slack_settings(workspace))
        assert (checked.can_run, contacts) == (True, [])


async def test_slack_is_reached_through_the_proxy_of_the_settings(workspace: PracticeWorkspace) -> None:
    async with proxy() as (address, contacts):
        checked = await check_slack(slack_settings(workspace, slack_proxy=address))
        assert checked.can_run is False
        assert contacts


def slack_settings(workspace: PracticeWorkspace, **more: object) -> Settings:
    return Settings.model_validate(
        {
            "slack_base_url": f"{workspace.address}/slack/api/",
            "slack_bot_token": INSTALLS[0].token,
            "slack_app_token": APP_TOKEN,
            **more,
        }
    )


@asynccontextmanager
async def proxy() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A proxy that refuses each request, and what it was asked for."""
    contacts: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        contacts.append(await reader.readline())
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", contacts


def test_record_prints_json(tmp_path: Path) -> None:
    asyncio.run(face_in(tmp_path / "data"))
    result = run_command(tmp_path / "data", "record", "r1")
    assert json.loads(result.stdout)["round"] == "r1"
