"""What two or more bots show: delayed updates, pictures that are uploaded once, and answers that are given once."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from benchmarks.harness.chaos import CHANNELS
from benchmarks.harness.replicas import ReplicaHarness
from benchmarks.harness.simulated_team import names_in, round_id_of
from bot.domain.round_state import RoundState
from playground.control.client import ControlClient, buttons_of, text_of
from storage import open_storage

QUICK_REDRAWS = {"UPDATES_PER_MINUTE": "100000", "MESSAGE_UPDATE_SECONDS": "0.2"}
_LEAD, _DIRECTOR, _PRODUCER = "U0LENAORTIZ", "U0DANIELOKA", "U0MEITANAKA"
_CHANNEL = CHANNELS[0]
_BATCH = 5
_TIMEOUT = 120.0
_DELAY_SECONDS = (4.0, 6.0)
_SLOW_UPLOAD_SECONDS = 0.7
_REST_SECONDS = 3.0


async def count_wrong_messages(harness: ReplicaHarness, rounds: int) -> int:
    """Lock rounds while a `chat.update` is delayed; return how many messages at rest differ from storage."""
    client, timestamps = harness.control_client, []
    for first in range(0, rounds, _BATCH):
        batch = await _open_ballots(client, [f"Late {n}" for n in range(first, min(first + _BATCH, rounds))])
        await _vote(client, batch, _PRODUCER, "1 person voted")
        delay = harness.random.uniform(*_DELAY_SECONDS)
        await client.post(
            "slack/faults", {"method": "chat.update", "kind": "delay", "seconds": delay, "times": len(batch)}
        )
        for ts in batch:
            await client.click(_DIRECTOR, _CHANNEL, ts, "vote:1")
        await asyncio.sleep(0.5)
        await _lock(client, batch)
        await asyncio.sleep(delay + _REST_SECONDS)
        await client.post("slack/faults", {"method": "chat.update", "kind": "none"})
        timestamps += batch
    return await _count_differences(harness, timestamps)


async def count_doubled_files(harness: ReplicaHarness, rounds: int) -> int:
    """Close rounds while their pictures are still being uploaded; return how many files are there twice."""
    client, doubled = harness.control_client, 0
    for first in range(0, rounds, _BATCH):
        fault = {"method": "upload", "kind": "delay", "seconds": _SLOW_UPLOAD_SECONDS, "times": 0}
        await client.post("slack/faults", fault)
        batch = await _open_ballots(client, [f"Slow {n}" for n in range(first, min(first + _BATCH, rounds))])
        await _vote(client, batch, _PRODUCER, "1 person voted")
        await _lock(client, batch)
        await client.post("slack/faults", {"method": "upload", "kind": "none"})
        for ts in batch:
            files = await _files_at_rest(client, ts)
            doubled += sum(number - 1 for number in files.values())
    return doubled


async def count_answers(harness: ReplicaHarness, mentions: int) -> Counter[int]:
    """Mention the bot and deliver each event again; return how many mentions got how many answers."""
    client = harness.control_client
    for first in range(0, mentions, _BATCH):
        numbers = range(first, min(first + _BATCH, mentions))
        for number in numbers:
            await client.mention(_PRODUCER, _CHANNEL, f"who is Nobody {number}?")
        deliveries = (await client.get("deliveries"))["deliveries"]
        events = [d for d in deliveries if d["payload"].get("event", {}).get("type") == "app_mention"]
        for delivery in events[-len(numbers) :]:
            await client.post("slack/redeliver", {"id": delivery["id"]})
    await asyncio.sleep(_REST_SECONDS)
    answers = Counter(
        name
        for message in await client.ephemerals(_PRODUCER, _CHANNEL)
        for name in set(names_in(text_of(message)))
        if name.startswith("Nobody")
    )
    return Counter(answers[f"Nobody {number}"] for number in range(mentions))


async def _open_ballots(client: ControlClient, names: Sequence[str]) -> list[str]:
    """Start a round for each name; return the messages' timestamps once all ballots are open."""
    for name in names:
        await client.command(_LEAD, _CHANNEL, f"{name}: a harbour hand of the ship {name}")

    async def timestamps() -> list[str] | None:
        found = {
            name: str(message["ts"])
            for message in await client.messages(_CHANNEL)
            if round_id_of(message) and "vote:1" in buttons_of(message)
            for name in names_in(text_of(message))
        }
        return [found[name] for name in names] if found.keys() >= set(names) else None

    return await client.wait_for(timestamps, "the ballots", _TIMEOUT)


async def _vote(client: ControlClient, batch: Sequence[str], person: str, expected: str) -> None:
    for ts in batch:
        await client.click(person, _CHANNEL, ts, "vote:1")
    await _wait_for_texts(client, batch, expected)


async def _lock(client: ControlClient, batch: Sequence[str]) -> None:
    """Press lock until each message says that the character is cast: a newer vote refuses the press."""

    async def are_locked() -> bool:
        pending = []
        for ts in batch:
            message = await client.message(_CHANNEL, ts)
            if "is cast" not in text_of(message):
                pending.append(ts)
                if "lock" in buttons_of(message):
                    await client.click(_LEAD, _CHANNEL, ts, "lock")
        await asyncio.sleep(0.5)
        return not pending

    await client.wait_for(are_locked, "the locks", _TIMEOUT)


async def _wait_for_texts(client: ControlClient, batch: Sequence[str], expected: str) -> None:
    async def are_shown() -> bool:
        return all([expected in text_of(await client.message(_CHANNEL, ts)) for ts in batch])

    await client.wait_for(are_shown, expected, _TIMEOUT)


async def _files_at_rest(client: ControlClient, ts: str) -> Counter[str]:
    """Return the names of the files of a thread, once no more were added for some seconds."""
    files: Counter[str] = Counter()
    while True:
        thread = await client.thread(_CHANNEL, ts)
        newer = Counter(str(file["name"]) for message in thread for file in message.get("files", ()))
        if newer and newer == files:
            return files
        files = newer
        await asyncio.sleep(_REST_SECONDS)


async def _count_differences(harness: ReplicaHarness, timestamps: Sequence[str]) -> int:
    """Count messages that do not show their round as locked, or rounds that are not."""
    storage, wrong = await open_storage(harness.settings()), 0
    try:
        for ts in timestamps:
            message = await harness.control_client.message(_CHANNEL, ts)
            round_ = await storage.rounds.get(round_id_of(message))
            has_buttons = any(name.startswith(("vote", "lock")) for name in buttons_of(message))
            is_locked = round_.state is RoundState.LOCKED
            wrong += has_buttons or "is cast" not in text_of(message) or not is_locked
    finally:
        await storage.close()
    return wrong
