"""Steps that several stories share: a small round up to its ballot, and from there to the lock."""

from tests.support.practice_environment import DANIEL, FILM, LENA, PracticeEnvironment


async def start_ballot(workspace: PracticeEnvironment, line: str, channel: str = FILM) -> str:
    ts = await workspace.cast(f"{line} --each 1 --models recraft,gpt-image-2", LENA, channel)
    await workspace.wait_for_ballot(ts, channel)
    return ts


async def vote_and_lock(workspace: PracticeEnvironment, ts: str, name: str, channel: str = FILM) -> None:
    await workspace.press(DANIEL, ts, "vote:2", channel)
    await workspace.press(LENA, ts, "close", channel)
    await workspace.wait_for_button(ts, "extend", channel)
    await workspace.press(LENA, ts, "lock", channel)
    await workspace.wait_for_text(ts, f"{name} is cast", channel)
