"""What doctor says of each model, asked of the practice models."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.cli.doctor import run_checks
from bot.settings import Settings
from tests.support.practice_models import open_practice_models


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
    assert "retired openai:gpt-image-2: no longer served; use gpt-image-2.5" in output
    assert f"ending  openai:gpt-image-2.5-flare: served until {in_days(20)}" in output
    assert "ok      openai:gpt-image-2.5-sunburst: served" in output
    assert "ok      openai:gpt-image-2.6-flare: served" in output
    assert f"note    openai: gpt-image-2.5-sunburst (gpt-image-2.5-sunburst) shuts down on {in_days(90)}" in output


async def test_doctor_omits_models_of_accounts_without_a_key(tmp_path: Path) -> None:
    output = await doctor_lines(tmp_path)
    assert any(line.startswith("not set recraft: RECRAFT_API_TOKEN") for line in output)
    assert not any("recraft:recraftv4_1" in line for line in output)
