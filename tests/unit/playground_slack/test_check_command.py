"""`python -m playground check`: the validator from the command line."""

import json
from pathlib import Path

from typer.testing import CliRunner

from playground.__main__ import cli


def test_valid_json_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "message.json"
    file.write_text(json.dumps({"text": "x", "blocks": [{"type": "divider"}]}), "utf-8")
    result = CliRunner().invoke(cli, ["check", str(file)])
    assert (result.exit_code, result.stdout) == (0, "Slack would accept it.\n")


def test_invalid_blocks_on_stdin_are_located() -> None:
    result = CliRunner().invoke(cli, ["check", "-"], input='[{"type": "ruler"}]')
    assert result.exit_code == 1
    assert result.stdout == "unsupported type: ruler [json-pointer:/blocks/0/type]\n"


def test_malformed_json_is_reported() -> None:
    result = CliRunner().invoke(cli, ["check", "-"], input="{")
    assert result.exit_code == 1
    assert "Not JSON" in result.stdout
