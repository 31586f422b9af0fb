"""Commands of the practice workspace that cannot start end with one sentence."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from playground import __main__ as command_line
from playground.__main__ import cli
from playground.data_lock import DataLock, FolderInUse, check_free


def test_a_folder_in_use_names_the_address_of_its_workspace(tmp_path: Path) -> None:
    with DataLock(tmp_path).hold() as lock:
        lock.publish("http://127.0.0.1:8600/")
        with pytest.raises(FolderInUse) as refused, DataLock(tmp_path).hold():
            pass
        assert refused.value.address == "http://127.0.0.1:8600/"
    check_free(tmp_path)
    check_free(tmp_path / "missing")
    assert not (tmp_path / "missing").exists()


def test_serve_on_a_taken_port_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(cli, ["serve", "--port", str(port), "--data", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Port {port} is in use. Choose another one, or --port 0 for any free port.\n"


@pytest.mark.parametrize("command", [["serve"], ["demo"], ["demo", "--headless"]], ids=" ".join)
def test_a_second_workspace_on_a_folder_is_refused_with_the_address(tmp_path: Path, command: list[str]) -> None:
    data = tmp_path / "practice" if command == ["serve"] else tmp_path
    with DataLock(tmp_path / "practice").hold() as lock:
        lock.publish("http://127.0.0.1:8600/")
        result = CliRunner().invoke(cli, [*command, "--port", "0", "--data", str(data)])
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "already" in result.stderr
    assert "http://127.0.0.1:8600/" in result.stderr
    assert "--data DIR" in result.stderr


@pytest.mark.parametrize("command", [["serve"], ["demo"], ["demo", "--headless"]], ids=" ".join)
def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path, command: list[str]) -> None:
    file = tmp_path / "a-file"
    file.write_text("not a folder")
    result = CliRunner().invoke(cli, [*command, "--port", "0", "--data", str(file)])
    assert result.exit_code == 1
    assert (result.stderr.count("\n"), "cannot be used" in result.stderr) == (1, True)
    assert "a-file" in result.stderr


def test_the_demo_says_first_that_it_starts(tmp_path: Path) -> None:
    with DataLock(tmp_path / "practice").hold():
        result = CliRunner().invoke(cli, ["demo", "--data", str(tmp_path)])
    assert result.stdout.startswith("Starting the practice workspace and the bot.")


@pytest.mark.parametrize("name", ["missing.json", "", "latin1.json"])
def test_check_names_a_file_that_it_cannot_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "latin1.json").write_bytes(b'"\xe9"')
    result = CliRunner().invoke(command_line.cli, ["check", str(tmp_path / name)])
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith(str(tmp_path / name))


def test_check_reports_json_that_is_nested_too_deeply(tmp_path: Path) -> None:
    file = tmp_path / "deep.json"
    file.write_text("[" * 200_000)
    result = CliRunner().invoke(command_line.cli, ["check", str(file)])
    assert (result.exit_code, result.stdout.startswith("Not JSON: ")) == (1, True)
