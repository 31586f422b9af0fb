"""Consent through both processes: another use is asked for and confirmed, a withdrawal marks and stops everything."""

import pytest

from playground.control.client import Json, text_of
from tests.support.practice_environment import FILM, LENA, PracticeEnvironment
from tests.support.scripted_models import make_portrait

pytestmark = pytest.mark.heavy

OPTIONS = "--each 1 --models nano-banana,recraft"


async def cast_from_photo(workspace: PracticeEnvironment, line: str) -> str:
    """Start a round with the photo of a real person, and lock its first candidate."""
    before = {message["ts"] for message in await workspace.control_client.messages(FILM)}
    await workspace.control_client.command(LENA, FILM, line)

    async def form() -> Json | None:
        return await workspace.control_client.top_view(LENA)

    view = await workspace.control_client.wait_for(form, "the form", 10)
    picture = await workspace.control_client.attach_file(LENA, "photo.png", make_portrait(5))
    values = {"cast_picture": [picture], "cast_real": "photo", "cast_agreed": ["agreed"]}
    assert (await workspace.control_client.submit(LENA, view["id"], values))["ok"]
    ts = await new_round(workspace, before)
    await lock_first(workspace, ts)
    return ts


async def new_round(workspace: PracticeEnvironment, before: set[str]) -> str:
    async def probe() -> str | None:
        messages = await workspace.control_client.messages(FILM)
        return next((str(m["ts"]) for m in messages if m.get("metadata") and m["ts"] not in before), None)

    return await workspace.control_client.wait_for(probe, "the round's message", 10)


async def lock_first(workspace: PracticeEnvironment, ts: str) -> None:
    await workspace.wait_for_ballot(ts)
    await workspace.press(LENA, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_button(ts, "withdraw_consent")


async def test_another_use_is_confirmed_by_a_button_and_a_withdrawal_marks_both_faces(
    workspace: PracticeEnvironment,
) -> None:
    maya = await cast_from_photo(workspace, f"Maya: a keeper --like photo --use film {OPTIONS}")
    before = {message["ts"] for message in await workspace.control_client.messages(FILM)}
    line = f"Ben: her brother, 30 --like Maya --use advertising {OPTIONS}"
    question = await workspace.run_command(line)
    assert "agreed to film. This brief is for advertising, so they must agree again" in question
    answer = await workspace.wait_for_ephemeral(LENA, "they must agree again")
    assert (await workspace.control_client.click(LENA, FILM, answer["ts"], "consent_use"))["ok"]
    ben = await new_round(workspace, before)
    assert "her brother, 30" in await workspace.wait_for_text(ben, "Casting Ben")
    await lock_first(workspace, ben)
    await workspace.press(LENA, ben, "facts")
    facts = text_of(await workspace.wait_for_ephemeral(LENA, "Likeness"))
    assert "A photo of a real person: They agreed to advertising" in facts
    await workspace.press(LENA, ben, "withdraw_consent")
    for ts in (maya, ben):
        await workspace.wait_for_text(ts, "Consent withdrawn on")
    # The answer to the withdrawal may come after the command.
    await workspace.control_client.command(LENA, FILM, "Carl: his son --like Ben")
    await workspace.wait_for_ephemeral(LENA, "The person in the photo behind Ben took their consent back")
