"""What doctor says of each model, asked of the practice models."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli.doctor import run_checks
from bot.cli.keys import new_key
from bot.settings import Settings
from playground.seed_data import INSTALLS
from storage import open_storage
from storage.installations.token_cipher import key_id
from tests.contract.ports.test_door_tokens import MADE, make_token
from tests.contract.ports.test_installations import INSTALLATION
from tests.support.pgbouncer import pgbouncer
from tests.support.postgres_server import require_postgres
from tests.support.practice_models import open_practice_models
from tests.support.practice_slack import open_practice_workspace
from tests.support.s3_server import s3_server
from tests.support.storage_builders import fresh_sqlite


async def doctor_lines(tmp_path: Path, **lives: dict[str, Any]) -> list[str]:
    """Doctor's report with OpenAI's account alone, and models' lives as told."""
    async with open_practice_models(tmp_path) as practice_models:
        for model, life in lives.items():
            await practice_models.set_retirement(model, **life)
        settings = Settings.model_validate(
            {
                "openai_base_url": f"{practice_models.http.base_url}/openai/v1",
                "openai_api_key": "practice-openai",
                "data_dir": tmp_path / "bot",
            }
        )
        return list((await run_checks(settings)).lines)


def in_days(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)


async def test_doctor_shows_state_and_successor_of_each_model(tmp_path: Path) -> None:
    output = await doctor_lines(
        tmp_path,
        **{
            "gpt-image-2": {"state": "retired"},
            "gpt-image-2.5-flare": {"shutdown_date": in_days(20).isoformat()},
            "gpt-image-2.5-sunburst": {"shutdown_date": in_days(90).isoformat()},
        },
    )
    section = "See docs/operations.md#a-model-is-unknown-ending-or-retired"
    assert f"retired openai:gpt-image-2: no longer served; use gpt-image-2.5. {section}" in output
    assert f"ending  openai:gpt-image-2.5-flare: served until {in_days(20)}. {section}" in output
    assert "ok      openai:gpt-image-2.5-sunburst: served" in output
    assert "ok      openai:gpt-image-2.6-flare: served" in output
    note = f"note    openai: gpt-image-2.5-sunburst (gpt-image-2.5-sunburst) shuts down on {in_days(90)}."
    assert f"{note} See docs/operations.md#a-model-account-is-not-set-or-does-not-work" in output


async def test_doctor_omits_models_of_accounts_without_a_key(tmp_path: Path) -> None:
    output = await doctor_lines(tmp_path)
    assert any(line.startswith("not set recraft: RECRAFT_API_TOKEN") for line in output)
    assert not any("recraft:recraftv4_1" in line for line in output)


async def test_doctor_names_a_wrong_bucket_and_a_missing_job_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3_server().variables.items():
        monkeypatch.setenv(name, value)
    postgres = await asyncio.to_thread(require_postgres)
    settings = Settings.model_validate(
        {
            "data_dir": tmp_path / "bot",
            "engine_url": postgres.url("no_engine", "postgresql"),
            "portraits_url": "s3://castroom-wrong/portraits",
        }
    )
    report = await run_checks(settings)
    engine, portraits = (
        next(line for line in report.lines if line.startswith(f"missing {part}:")) for part in ("engine", "portraits")
    )
    assert f"postgresql://127.0.0.1:{postgres.port}/no_engine does not exist on the server: create the" in engine
    assert "ENGINE_URL" in engine
    assert "s3://castroom-wrong/portraits does not exist: create the bucket, or correct PORTRAITS_URL." in portraits
    assert not report.can_run


async def test_doctor_names_a_pooler_that_shares_sessions(tmp_path: Path) -> None:
    postgres = await asyncio.to_thread(require_postgres)
    name = await asyncio.to_thread(postgres.create_database)
    with pgbouncer(postgres, "transaction") as port:
        settings = Settings.model_validate(
            {
                "data_dir": tmp_path / "bot",
                "database_url": postgres.url(name).replace(str(postgres.port), str(port)),
                "engine_url": postgres.url(name, "postgresql").replace(str(postgres.port), str(port)),
                "executor_id": "one",
            }
        )
        report = await run_checks(settings)
    found = [line for line in report.lines if "shares sessions between transactions" in line]
    assert [line.partition(":")[0] for line in found] == ["missing database", "missing engine"]
    assert not report.can_run


async def test_doctor_reports_working_databases_and_portraits(tmp_path: Path) -> None:
    lines = await doctor_lines(tmp_path)
    assert "ok      engine: the job queue's database answers" in lines
    assert "ok      portraits: written, read back and deleted" in lines


async def test_doctor_names_installations_that_do_not_work(tmp_path: Path) -> None:
    old, new, lost = new_key(), new_key(), new_key()
    await fresh_sqlite(tmp_path / "bot")
    async with open_practice_workspace(tmp_path / "practice") as workspace:
        variables = {
            "data_dir": tmp_path / "bot",
            "slack_base_url": f"{workspace.address}/slack/api/",
            "slack_client_id": "1.2",
            "slack_client_secret": "secret",
            "slack_signing_secret": "signing",
            "public_url": "https://castroom.example.com",
            "http_port": 3000,
        }
        for team, token, key in (
            ("T1", INSTALLS[0].token, new),
            ("T2", "xoxb-revoked", old),
            ("T3", INSTALLS[0].token, lost),
        ):
            storage = await open_storage(Settings.model_validate(variables | {"token_keys": key}))
            await storage.installations.add(replace(INSTALLATION, team=team, name=f"Team {team}", token=token))
            await storage.close()
        report = await run_checks(Settings.model_validate(variables | {"token_keys": f"{new},{old}"}))
    lines = [line for line in report.lines if " oauth: " in line]
    assert lines[0] == "ok      oauth: 3 installed; users install at https://castroom.example.com/slack/install"
    assert "T2 (Team T2): Slack turns its token down (invalid_auth)" in lines[1]
    assert f"T3 (Team T3): its token is encrypted with the key {key_id(lost)}, which is not in TOKEN_KEYS" in lines[2]
    assert f"the newest is {key_id(new)}: run `python -m bot keys rotate`" in lines[3]
    assert len(lines) == 4
    assert not any("SLACK_BOT_TOKEN" in line for line in report.lines)
    assert not any("xoxb" in line for line in report.lines)


async def test_doctor_counts_the_access_tokens_of_the_doors(tmp_path: Path) -> None:
    url = await fresh_sqlite(tmp_path)
    settings = Settings(data_dir=tmp_path, database_url=url, doors_port=8790)
    storage = await open_storage(settings)
    await storage.door_tokens.add(make_token(expires_at=datetime.now(UTC) + timedelta(days=1)), "hash", MADE)
    await storage.close()
    line = "ok      doors: REST and MCP for agents at http://127.0.0.1:8790, 1 live access token"
    assert line in (await run_checks(settings)).lines
    off = await run_checks(settings.model_copy(update={"doors_port": None}))
    assert not any("doors:" in line for line in off.lines)
