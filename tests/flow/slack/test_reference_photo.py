"""`--like photo` through both processes: a form, a file, a round drawn after it, and consent among the facts."""

from pathlib import Path

import pytest

from playground.control.client import Json, text_of
from tests.support.practice_environment import FILM, LENA, PracticeEnvironment, practice_environment
from tests.support.scripted_models import make_portrait

pytestmark = pytest.mark.heavy

LINE = "Ben: her brother, 30 --like photo --each 2 --models nano-banana,recraft"


async def wait_for_form(workspace: PracticeEnvironment) -> Json:
    async def probe() -> Json | None:
        return next(iter(await workspace.control_client.modals(LENA)), None)

    return await workspace.control_client.wait_for(probe, "the form", 10)


async def wait_for_round(workspace: PracticeEnvironment) -> str:
    async def probe() -> str | None:
        return next((str(m["ts"]) for m in await workspace.control_client.messages(FILM) if m.get("metadata")), None)

    return await workspace.control_client.wait_for(probe, "the round's message", 10)


async def test_photo_reference_with_consent_is_listed_in_the_facts(tmp_path: Path) -> None:
    async with practice_environment(tmp_path) as workspace:
        await workspace.speed_up()
        await workspace.control_client.command(LENA, FILM, LINE)
        form = await wait_for_form(workspace)
        values: Json = {
            "cast_picture": [await workspace.control_client.attach_file(LENA, "ben.png", make_portrait(5))],
            "cast_real": "photo",
        }
        refused = await workspace.control_client.submit(LENA, form["id"], values)
        assert refused["errors"] == {
            "cast_agreed": "For a photo of a real person, confirm that they agreed to this use."
        }
        assert await workspace.count_model_calls() == 0
        assert (await workspace.control_client.submit(LENA, form["id"], values | {"cast_agreed": ["agreed"]}))["ok"]
        ts = await wait_for_round(workspace)
        await workspace.wait_for_ballot(ts)
        assert {call["model"] for call in await workspace.control_client.usage()} == {
            "gemini-nano-banana-2.1",
            "recraftv4_1",
        }
        await workspace.press(LENA, ts, "vote:1")
        await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
        await workspace.press(LENA, ts, "lock")
        await workspace.wait_for_button(ts, "facts")
        await workspace.press(LENA, ts, "facts")
        facts = text_of(await workspace.wait_for_ephemeral(LENA, "Likeness"))
        assert "reference image, SHA-256" in facts
        assert f"<@{LENA}> confirmed on" in facts
        assert "A photo of a real person: They agreed to this use" in facts
        for secret in ("her brother", "ben.png"):
            assert secret not in workspace.log, "no prompt and no file name in the log"
