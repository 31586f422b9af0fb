"""A bot that is killed in the middle of a deletion finishes it after the restart."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from playground.control.client import text_of
from playground.processes import stop
from tests.support.crashing_bot import crash_after_method, crash_in_method
from tests.support.personal_data import files_with
from tests.support.practice_environment import DANIEL, FILM, LENA, PracticeEnvironment, practice_environment

NAME = "Marguerite"
Crash = Callable[[PracticeEnvironment, str, str, str], Awaitable[None]]


async def cast(workspace: PracticeEnvironment) -> str:
    """Cast a face, with a comment message and a shared face in the channel; return the round's message."""
    ts = await workspace.cast(f"{NAME}: a lighthouse keeper --models recraft --each 2 --for 1h")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "is cast")
    await workspace.control_client.mention(LENA, FILM, f"who is {NAME}?")

    async def is_complete() -> bool:
        replies = await workspace.control_client.thread(FILM, ts)
        messages = await workspace.control_client.messages(FILM)
        has_answer = any(NAME in text_of(m) and m["ts"] != ts and m.get("bot_id") for m in messages)
        return len(replies) >= 4 and has_answer

    await workspace.control_client.wait_for(is_complete, "the pictures in the thread and the shared face", 20)
    return ts


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("crash", "module", "owner", "method"),
    [
        pytest.param(
            crash_after_method, "handlers.slack.files", "SlackFileDeletion", "delete", id="after the first file"
        ),
        pytest.param(
            crash_in_method, "handlers.slack.message_deletion", "SlackMessageDeletion", "delete", id="before messages"
        ),
        pytest.param(
            crash_after_method,
            "storage.erasure.characters",
            "SqlCharacterDeletions",
            "delete_round",
            id="after the round, before the name",
        ),
    ],
)
async def test_a_killed_deletion_is_finished(
    tmp_path: Path, crash: Crash, module: str, owner: str, method: str
) -> None:
    async with practice_environment(tmp_path / "house") as workspace:
        await workspace.speed_up()
        ts = await cast(workspace)
        await crash(workspace, module, owner, method)
        await workspace.control_client.command(LENA, FILM, f"delete {NAME}")
        form = await workspace.wait_for_modal(LENA, "It cannot be undone")
        await workspace.control_client.submit(LENA, form["id"], {"name": NAME, "reason": "the actor withdrew"})
        await workspace.bot.wait()
        await workspace.start_bot()
        await workspace.wait_for_text(ts, "was deleted with its portraits")

        async def is_gone() -> bool:
            replies = await workspace.control_client.thread(FILM, ts)
            bots = [m for m in await workspace.control_client.messages(FILM) if m.get("bot_id") and NAME in text_of(m)]
            return not replies and not bots

        await workspace.control_client.wait_for(is_gone, "the deleted replies and shared faces", 20)
        state = await workspace.control_client.get("state", channel=FILM)
        assert state["files"] == {}, "no file is left in Slack"
        await workspace.wait_for_jobs()
        await stop(workspace.bot)
        assert files_with(workspace.data / "bot", rb"(?i)" + NAME.encode()) == []
        assert not [file for file in (workspace.data / "bot").rglob("original") if file.is_file()]
