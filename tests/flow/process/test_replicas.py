"""Two bots on one PostgreSQL database and one bucket: the same promises as one bot, also when one of them is killed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.control.client import buttons_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI
from tests.support.replicas import ReplicaEnvironment, replica_environment

pytestmark = [pytest.mark.heavy, pytest.mark.asyncio(loop_scope="module")]

QUICK = {"UPDATES_PER_MINUTE": "100000", "MESSAGE_UPDATE_SECONDS": "0.2"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bots(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ReplicaEnvironment]:
    async with replica_environment(tmp_path_factory.mktemp("replicas"), **QUICK) as opened:
        yield opened


async def vote_and_lock(bots: ReplicaEnvironment, ts: str) -> None:
    workspace = bots.workspace
    await workspace.press(MEI, ts, "vote:2")
    await workspace.press(DANIEL, ts, "vote:2")
    await workspace.wait_for_text(ts, "2 people voted")
    await workspace.press(LENA, ts, "lock")


async def files_of(bots: ReplicaEnvironment, ts: str) -> Counter[str]:
    thread = await bots.workspace.control_client.thread(FILM, ts)
    return Counter(str(file["name"]) for message in thread for file in message.get("files", ()))


async def test_a_round_goes_from_brief_to_lock_and_recall(bots: ReplicaEnvironment) -> None:
    workspace = bots.workspace
    ts = await workspace.cast("Maya: weathered fisherwoman")
    await workspace.wait_for_ballot(ts)
    await vote_and_lock(bots, ts)
    await workspace.wait_for_text(ts, "is cast")
    for _ in bots.bots:
        assert "Maya" in await workspace.run_command("show Maya")


async def test_a_late_update_does_not_stay_on_a_locked_round(bots: ReplicaEnvironment) -> None:
    workspace = bots.workspace
    ts = await workspace.cast("Ines: a lighthouse keeper")
    await workspace.wait_for_ballot(ts)
    await workspace.press(MEI, ts, "vote:1")
    await workspace.wait_for_text(ts, "1 person voted")
    await workspace.inject_fault("chat.update", "delay", seconds=4, times=1)
    await workspace.press(DANIEL, ts, "vote:1")
    await asyncio.sleep(0.5)
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "is cast")
    await asyncio.sleep(5)
    message = await workspace.control_client.message(FILM, ts)
    assert "is cast" in text_of(message)
    assert not [name for name in buttons_of(message) if name.startswith(("vote", "lock"))]


async def test_each_picture_is_uploaded_once_when_the_lead_closes_during_uploads(bots: ReplicaEnvironment) -> None:
    workspace = bots.workspace
    ts = await workspace.cast("Tomas: a ferry pilot of fifty")
    await workspace.inject_fault("upload", "delay", seconds=0.7, times=0)
    await workspace.wait_for_ballot(ts)
    await workspace.press(MEI, ts, "vote:1")
    await workspace.wait_for_text(ts, "1 person voted")
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "is cast")

    async def is_complete() -> bool:
        return sum((await files_of(bots, ts)).values()) >= 9

    try:
        await workspace.control_client.wait_for(is_complete, "every picture", 40)
        await asyncio.sleep(2)
    finally:
        await workspace.clear_faults("upload")
    assert max((await files_of(bots, ts)).values()) == 1


async def test_a_mention_that_is_delivered_twice_is_answered_once(bots: ReplicaEnvironment) -> None:
    workspace = bots.workspace
    before = len(await workspace.control_client.messages(FILM))
    for number in range(6):
        await workspace.control_client.mention(MEI, FILM, f"who is Nobody{number}?")
    deliveries = (await workspace.control_client.get("deliveries"))["deliveries"]
    mentions = [d for d in deliveries if d["payload"].get("event", {}).get("type") == "app_mention"][-6:]
    assert len(mentions) == 6
    for _ in range(2):
        for delivery in mentions:
            await workspace.control_client.post("slack/redeliver", {"id": delivery["id"]})
    await asyncio.sleep(2)
    answers = [text_of(m) for m in await workspace.control_client.ephemerals(MEI, FILM) if "Nobody" in text_of(m)]
    assert sorted(len([a for a in answers if f"Nobody{n}" in a]) for n in range(6)) == [1] * 6
    assert len(await workspace.control_client.messages(FILM)) == before + 6


async def test_a_killed_bot_is_replaced_by_the_others(bots: ReplicaEnvironment) -> None:
    workspace = bots.workspace
    await bots.start("three")
    calls_before = await workspace.count_model_calls()
    timestamps = [await workspace.cast(f"Extra {number}: a harbour hand {number}") for number in range(3)]
    await bots.kill("three")
    for ts in timestamps:

        async def is_settled(ts: str = ts) -> bool:
            message = await workspace.control_client.message(FILM, ts)
            # Where all four calls ended with the bot, the lead decides whether to pay again.
            return bool({"vote:1", "reroll"} & buttons_of(message).keys()) or "ended" in text_of(message)

        await workspace.control_client.wait_for(is_settled, "a ballot, a question to the lead, or its end", 60)
    assert await workspace.count_model_calls() <= calls_before + 12
    ts = await workspace.cast("Rosa: a net mender")
    await workspace.wait_for_ballot(ts)
    await vote_and_lock(bots, ts)
    await workspace.wait_for_text(ts, "is cast")


async def test_a_bot_with_the_name_of_another_one_ends_with_a_sentence(bots: ReplicaEnvironment) -> None:
    twin = await bots.start("twin", name_of="two")
    assert await twin.wait() == 1
    assert "Another Castroom process has EXECUTOR_ID two." in bots.log("twin")
