"""`python -m playground check`: the validator alone, from the command line."""

import json
from pathlib import Path

from typer.testing import CliRunner

from playground.__main__ import cli


def test_good_json_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "message.json"
    file.write_text(json.dumps({"text": "x", "blocks": [{"type": "divider"}]}), "utf-8")
    result = CliRunner().invoke(cli, ["check", str(file)])
    assert (result.exit_code, result.stdout) == (0, "Slack would take it.\n")


def test_bad_json_from_standard_input_is_pointed_at() -> None:
    result = CliRunner().invoke(cli, ["check", "-"], input='[{"type": "ruler"}]')
    assert result.exit_code == 1
    assert result.stdout == "unsupported type: ruler [json-pointer:/blocks/0/type]\n"


def test_what_is_no_json_is_said_so() -> None:
    result = CliRunner().invoke(cli, ["check", "-"], input="{")
    assert result.exit_code == 1
    assert "no JSON" in result.stdout
