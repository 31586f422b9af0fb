"""What doctor says of each model, asked of the practice models."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.doctor import examine
from bot.settings import Settings
from tests.contract.practice_models.studio import open_practice


async def lines(tmp_path: Path, **lives: dict[str, Any]) -> list[str]:
    """Doctor's report with OpenAI's account alone, and models' lives as told."""
    async with open_practice(tmp_path) as practice:
        for model, life in lives.items():
            await practice.life(model, **life)
        settings = Settings.model_validate(
            {
                "openai_base_url": f"{practice.http.base_url}/openai/v1",
                "openai_api_key": "practice-openai",
                "data_dir": tmp_path / "bot",
            }
        )
        return list((await examine(settings)).lines)


def in_days(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)


async def test_each_id_has_its_state_and_what_ends_its_successor(tmp_path: Path) -> None:
    said = await lines(
        tmp_path,
        **{
            "gpt-image-2": {"state": "retired"},
            "gpt-image-2.5-flare": {"shutdown_date": in_days(20).isoformat()},
            "gpt-image-2.5-sunburst": {"shutdown_date": in_days(90).isoformat()},
        },
    )
    assert "retired openai:gpt-image-2: no longer served; use gpt-image-2.5" in said
    assert f"ending  openai:gpt-image-2.5-flare: served until {in_days(20)}" in said
    assert "ok      openai:gpt-image-2.5-sunburst: served" in said
    assert "ok      openai:gpt-image-2.6-flare: served" in said
    assert f"note    openai: gpt-image-2.5-sunburst (gpt-image-2.5-sunburst) shuts down on {in_days(90)}" in said


async def test_an_account_without_a_key_is_told_as_such_and_its_models_not_listed(tmp_path: Path) -> None:
    said = await lines(tmp_path)
    assert any(line.startswith("not set recraft: RECRAFT_API_TOKEN") for line in said)
    assert not any("recraft:recraftv4_1" in line for line in said)
