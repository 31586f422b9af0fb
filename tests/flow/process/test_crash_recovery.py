"""Killed without a word: nothing is lost, and nothing is paid twice silently."""

import asyncio

import pytest

from playground.control.client import Json, buttons_of, text_of
from tests.support.crashing_bot import crash_after_method, crash_in_method
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment
from tests.support.steps import lock_after_one_vote, move_deadline


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("module", "owner", "method"),
    [
        pytest.param("bot.runtime.jobs", "JobRunner", "start", id="between the commit and the start"),
        pytest.param(
            "handlers.slack.round_publisher", "SlackRoundPublisher", "post", id="between the start and the post"
        ),
    ],
)
async def test_saved_round_is_resumed_after_a_crash(
    workspace: PracticeEnvironment, module: str, owner: str, method: str
) -> None:
    await crash_in_method(workspace, module, owner, method)
    before = {m["ts"] for m in await workspace.control_client.messages(FILM)}
    await workspace.control_client.command(LENA, FILM, "Saved: a ship's carpenter")
    await workspace.bot.wait()
    assert {m["ts"] for m in await workspace.control_client.messages(FILM)} == before
    await workspace.start_bot()

    async def posted() -> str | None:
        return next(
            (str(m["ts"]) for m in await workspace.control_client.messages(FILM) if m["ts"] not in before), None
        )

    ts = await workspace.control_client.wait_for(posted, "the round's message", 15)
    await workspace.wait_for_ballot(ts)
    assert await workspace.count_model_calls() == 4
    await lock_after_one_vote(workspace, ts, "Saved")


async def test_message_accepted_before_a_crash_is_not_posted_twice(workspace: PracticeEnvironment) -> None:
    await crash_in_method(workspace, "storage.rounds.repository", "SqlRoundRepository", "set_message")
    before = len(await workspace.control_client.messages(FILM))
    await workspace.control_client.command(
        LENA, FILM, "Twice: a ship's carpenter --each 1 --models recraft,gpt-image-2"
    )
    await workspace.bot.wait()
    (*_, posted) = await workspace.control_client.messages(FILM)
    await workspace.start_bot()
    await workspace.wait_for_ballot(posted["ts"])
    assert len(await workspace.control_client.messages(FILM)) == before + 1


async def test_round_survives_kills_while_drawing_and_voting(workspace: PracticeEnvironment) -> None:
    for model, seconds in (("recraftv4_1", 0.1), ("gpt-image-2", 400)):
        await workspace.control_client.post(f"models/{model}/latency", {"least": seconds, "most": seconds})
    ts = await workspace.cast("Maya: a fisherwoman")
    await workspace.wait_for_text(ts, "2 of 4 in")
    calls_before = await workspace.count_model_calls()
    await workspace.kill()
    await workspace.start()
    message = await workspace.wait_for_ballot(ts)
    text = text_of(message)
    assert "may have been charged" in text
    assert [b for b in buttons_of(message) if b.startswith("vote:")] == ["vote:1", "vote:2"]
    assert await workspace.count_model_calls() == calls_before, (
        "no model was asked again, neither for what is stored nor for what is unknown"
    )

    await workspace.control_client.react(DANIEL, FILM, ts, "two")
    await workspace.press(MEI, ts, "vote:2")
    await workspace.wait_for_text(ts, "2 people voted")
    await workspace.kill()
    await workspace.start()
    await workspace.press(LENA, ts, "vote:2")
    await workspace.control_client.react(DANIEL, FILM, ts, "one")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1", "vote:2": "2 · 3"})
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "Maya is cast")
    assert "fisherwoman" in await workspace.run_command("maya", MEI)


@pytest.mark.heavy
async def test_round_that_lost_all_responses_needs_confirmation_to_pay_again(workspace: PracticeEnvironment) -> None:
    await workspace.control_client.post("models/*/latency", {"least": 60, "most": 60})
    ts = await workspace.cast("Lost: a stowaway")
    await workspace.control_client.wait_for(lambda: _model_calls_reached(workspace, 4), "four calls")
    await workspace.kill()
    await workspace.start()
    await workspace.control_client.post("models/*/latency", {"least": 0.1, "most": 0.1})
    await workspace.wait_for_text(ts, "may have been charged")
    assert await workspace.count_model_calls() == 4
    await workspace.wait_for_button(ts, "reroll")
    await workspace.press(LENA, ts, "reroll")
    offer = await workspace.wait_for_ephemeral(LENA, "$")
    await workspace.press(LENA, offer["ts"], "reroll_all")

    async def child_ballot() -> Json | None:
        return next((m for m in await workspace.control_client.messages(FILM) if "vote:1" in buttons_of(m)), None)

    await workspace.control_client.wait_for(child_ballot, "a ballot")
    assert await workspace.count_model_calls() == 8


@pytest.mark.heavy
async def test_reactions_made_while_the_bot_was_down_count_before_the_lock(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Away: a harbour pilot")
    await workspace.wait_for_ballot(ts)
    await workspace.press(MEI, ts, "vote:1")
    await workspace.wait_for_text(ts, "1 person voted")
    await workspace.control_client.post("slack/settings", {"retry_seconds": [3600]})
    await workspace.control_client.post("slack/install", {"events": ["app_mention"]})
    for person in (DANIEL, MEI):
        await workspace.control_client.react(person, FILM, ts, "three")
    await workspace.press(LENA, ts, "lock")
    answer = await workspace.wait_for_ephemeral(LENA, "3")
    assert "vote:1" in buttons_of(await workspace.control_client.message(FILM, ts)), text_of(answer)
    await workspace.wait_for_text(ts, "2 people voted")
    await workspace.press(LENA, ts, "lock")
    assert "Candidate 3" in await workspace.wait_for_text(ts, "Away is cast")


async def count_thread_files(workspace: PracticeEnvironment, ts: str) -> int:
    """How many files hang there, which are as many names: nothing hangs twice."""
    files = [file for message in await workspace.control_client.thread(FILM, ts) for file in message.get("files", [])]
    names = [str(file["name"]) for file in files]
    assert len(names) == len(set(names)), names
    return len(names)


async def wait_for_thread_files(workspace: PracticeEnvironment, ts: str, files: int) -> None:
    async def probe() -> bool:
        return await count_thread_files(workspace, ts) >= files

    await workspace.control_client.wait_for(probe, f"{files} files in the thread", 30)


@pytest.mark.heavy
async def test_record_is_published_after_a_crash_right_after_the_lock(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Locked: a smith --each 1 --models recraft,gpt-image-2")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_text(ts, "1 person voted")
    await wait_for_thread_files(workspace, ts, 3)
    await crash_after_method(workspace, "storage.rounds.repository", "SqlRoundRepository", "lock")
    await workspace.control_client.click(LENA, FILM, ts, "lock")
    await workspace.bot.wait()
    assert "is cast" not in text_of(await workspace.control_client.message(FILM, ts))
    await workspace.start_bot()
    await workspace.wait_for_text(ts, "Locked is cast")
    await wait_for_thread_files(workspace, ts, 6)
    assert "smith" in await workspace.run_command("locked", MEI)
    assert await count_thread_files(workspace, ts) == 6, "sheet, two pictures, two originals, the record's"
    assert await workspace.count_model_calls() == 2


@pytest.mark.heavy
async def test_result_is_published_after_a_crash_right_after_the_close(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Due: a stoker --each 1 --models recraft,gpt-image-2")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:2")
    await workspace.wait_for_text(ts, "1 person voted")
    await wait_for_thread_files(workspace, ts, 3)
    await crash_after_method(workspace, "storage.rounds.ballots", "SqlBallotRepository", "close")
    await asyncio.to_thread(move_deadline, workspace.data, 0)
    await workspace.bot.wait()
    assert "vote:1" in buttons_of(await workspace.control_client.message(FILM, ts))
    await workspace.start_bot()
    await workspace.wait_for_text(ts, "2 leads")
    await wait_for_thread_files(workspace, ts, 5)
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "Due is cast")


async def _model_calls_reached(workspace: PracticeEnvironment, count: int) -> bool:
    return await workspace.count_model_calls() >= count
