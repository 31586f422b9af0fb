"""Lines as people type them: other spellings of a name, near names, several voters, mistyped commands and help."""

from playground.control.client import buttons_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment
from tests.support.steps import start_ballot, vote_and_lock


async def test_near_name_is_asked_back_and_another_spelling_is_answered(workspace: PracticeEnvironment) -> None:
    ts = await start_ballot(workspace, "Mara O’Connor: a pilot\u200b--quorum\u00a01\u200b")
    await vote_and_lock(workspace, ts, "Mara O’Connor")
    await workspace.control_client.command(DANIEL, FILM, "mara o'connor\u200b")
    await workspace.wait_for_ephemeral(DANIEL, "Cast in <#")
    before = len(await workspace.control_client.messages(FILM))
    for typed in ("who is Mara O'Conor?", "Mara Oconnor"):
        await workspace.control_client.mention(MEI, FILM, f"@Castroom {typed}")
    question = await workspace.wait_for_ephemeral(MEI, "Did you mean Mara O’Connor?")
    assert buttons_of(question) == {"recall:1": "Mara O’Connor"}
    await workspace.press(MEI, question["ts"], "recall:1")
    await workspace.wait_for_ephemeral(MEI, "Cast in <#")
    public = (await workspace.control_client.messages(FILM))[before:]
    assert not [message for message in public if "Cast in" in text_of(message)]
    text = await workspace.run_command("Ben: her son --like Mara Oconnor", LENA)
    assert "No Mara Oconnor. Did you mean Mara O’Connor? Nothing was started." in text


async def test_voters_joined_by_words_are_all_voters_and_other_words_are_refused(
    workspace: PracticeEnvironment,
) -> None:
    text = await workspace.run_command("Otto: a pilot --voters @daniel and @mei please")
    assert "I don't understand “please” after --voters" in text
    ts = await workspace.cast("Otto: a pilot --each 1 --voters @daniel and @mei --quorum 2")
    await workspace.wait_for_text(ts, "0 of 2 voted")
    assert "The quorum is 3, and only 2 may vote" in await workspace.run_command(
        "Vera: a pilot --voters @daniel & @mei --quorum 3"
    )


async def test_mistyped_command_and_help_are_answered(workspace: PracticeEnvironment) -> None:
    assert "Did you mean `/cast settings`?" in await workspace.run_command("setings", DANIEL)
    await workspace.control_client.mention(DANIEL, FILM, "@Castroom hello")
    shown = await workspace.wait_for_ephemeral(DANIEL, "Find a face")
    await workspace.press(DANIEL, shown["ts"], "help_more")
    await workspace.wait_for_ephemeral(DANIEL, "--models recraft,nano-banana")
