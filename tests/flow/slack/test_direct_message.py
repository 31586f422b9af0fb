"""A whole round between one person and the bot, and that nobody else learns of its face."""

from tests.support.practice_environment import DANIEL, FILM, LENA, PracticeEnvironment

LENA_DM = "D0LENAORTIZ"


async def test_face_cast_in_a_direct_message_stays_private(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Sable: a fisherwoman --each 1 --models recraft", LENA, LENA_DM)
    await workspace.wait_for_ballot(ts, LENA_DM)
    await workspace.press(LENA, ts, "vote:1", LENA_DM)
    await workspace.wait_for_text(ts, "1 person voted", LENA_DM)
    await workspace.press(LENA, ts, "lock", LENA_DM)
    await workspace.wait_for_text(ts, "Sable is cast", LENA_DM)
    assert "Cast in a direct message" in await workspace.run_command("Sable", LENA, LENA_DM)
    assert "Cast in a direct message" in await workspace.run_command("Sable", LENA, FILM)
    assert "No one called Sable here" in await workspace.run_command("Sable", DANIEL, FILM)
    assert "Sable" not in await workspace.run_command("list", DANIEL, FILM)


async def test_the_form_opens_in_a_direct_message_too(workspace: PracticeEnvironment) -> None:
    assert (await workspace.control_client.command(LENA, LENA_DM, ""))["ok"]
    await workspace.wait_for_modal(LENA, "visible only to you")
