"""The main job played by practice people: command, votes by reaction and by click, lock, recall."""

import asyncio
import json
import re
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from playground.door import Door, Json, buttons_of, pictures_of, text_of
from playground.processes import ROOT
from playground.timeline import timings

CHANNEL = "C0HARBOURFILM"
LEAD, DIRECTOR, PRODUCER = "U0LENAORTIZ", "U0DANIELOKA", "U0MEITANAKA"
_PATIENCE = 150.0


class StoryBroke(Exception):
    """A step of the story did not happen; says which."""


async def tell(door: Door, brief: str, bot: Mapping[str, str], out: Path) -> Json:
    """Play the whole story in #harbour-film; what happened. Raises StoryBroke or TooLate when a step does not happen.

    `bot` is the bot's environment, with which its own record of the round is read; pictures are kept in `out`.
    """
    name = re.split("[:：]", brief, maxsplit=1)[0].strip()
    before = {m["ts"] for m in [*await door.messages(CHANNEL), *await door.private(LEAD)]}
    _happened(await door.command(LEAD, CHANNEL, brief), "the command was acknowledged")
    await _say_yes_to_a_recast(door, before)
    ts = await door.until(lambda: _round_message(door, before), "the round's message", 10)
    await door.until(lambda: _offers(door, ts, "vote:1"), "the ballot to open", _PATIENCE)
    sheet = pictures_of(await door.message(CHANNEL, ts))
    if not sheet:
        raise StoryBroke("the ballot shows no contact sheet")
    await _vote(door, ts)
    await door.until(lambda: _counts(door, ts, "3 people"), "the tally of three people", 15)
    _happened(await door.click(LEAD, CHANNEL, ts, "lock"), "the lock was acknowledged")
    await door.until(lambda: _offers(door, ts, "facts"), "the record", 20)
    recalled = await _recall(door, name)
    round_id = (await door.message(CHANNEL, ts))["metadata"]["event_payload"]["round"]
    record = await record_of(round_id, bot)
    files = await _keep(door, ts, sheet[0], record, out)
    return {
        "round": round_id,
        "candidates": [{k: v for k, v in c.items() if k != "key"} for c in record["candidates"]],
        "misses": record["misses"],
        "votes": record["votes"],
        "locked": record["locked"],
        "recalled": recalled,
        "timings": await timings(door, ts, name),
        "files": files,
    }


async def _say_yes_to_a_recast(door: Door, before: set[str]) -> None:
    """On yesterday's data the character has a face already; the bot asks before it spends."""

    async def question_or_round() -> tuple[str | None] | None:
        for message in await door.private(LEAD, CHANNEL):
            if message["ts"] not in before and "recast" in buttons_of(message):
                return (str(message["ts"]),)
        return (None,) if await _round_message(door, before) else None

    (question,) = await door.until(question_or_round, "the round's message, or a question", 10)
    if question:
        _happened(await door.click(LEAD, CHANNEL, question, "recast"), "the re-cast was acknowledged")


async def record_of(round_id: str, bot: Mapping[str, str]) -> Json:
    """The bot's own record of a round, from its command line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "record", round_id,
        cwd=ROOT, env=dict(bot), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, trouble = await process.communicate()
    if process.returncode != 0:
        raise StoryBroke(f"the bot has no record of the round: {trouble.decode()[-300:]}")
    record: Json = json.loads(told)
    if record["locked"] is None:
        raise StoryBroke("the bot's record shows no locked face")
    return record


async def _vote(door: Door, ts: str) -> None:
    """The director reacts, the producer clicks, the lead does both for one: three people, one clear leader."""
    for user, number in ((DIRECTOR, "one"), (DIRECTOR, "three"), (LEAD, "one")):
        _happened(await door.react(user, CHANNEL, ts, number), f"the reaction :{number}: was taken")
    for user, action in ((PRODUCER, "vote:1"), (PRODUCER, "vote:2"), (LEAD, "vote:1")):
        _happened(await door.click(user, CHANNEL, ts, action), f"the click on {action} was acknowledged")


async def _recall(door: Door, name: str) -> Json:
    seen = {m["ts"] for m in await door.private(PRODUCER)}
    _happened(await door.command(PRODUCER, CHANNEL, name), "the recall was acknowledged")

    async def answer() -> Json | None:
        return next((m for m in await door.private(PRODUCER) if m["ts"] not in seen), None)

    message = await door.until(answer, "the recalled face", 10)
    if not pictures_of(message):
        raise StoryBroke("the recall shows no portrait")
    return {"by": PRODUCER, "text": text_of(message), "picture": pictures_of(message)[0]}


async def _keep(door: Door, ts: str, sheet: str, record: Json, out: Path) -> dict[str, str]:
    """The contact sheet and the locked portrait's original, as Slack has them; the original's bytes must agree."""
    locked = record["locked"]

    async def original() -> tuple[str, bytes] | None:
        files: list[Json] = [f for m in await door.thread(CHANNEL, ts) for f in m.get("files", [])]
        for file in files:
            data = await door.bytes_of(file["id"])
            if await asyncio.to_thread(_digest, data) == locked["sha256"]:
                return str(file["name"]), data
        return None

    name, data = await door.until(original, "the locked portrait's original in the thread", 20)
    sheet_path, original_path = out / f"{record['round']}-sheet.jpg", out / f"{record['round']}-{Path(name).name}"
    await asyncio.to_thread(_write, {sheet_path: await door.bytes_of(sheet), original_path: data})
    return {"sheet": str(sheet_path), "original": str(original_path)}


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def _write(files: Mapping[Path, bytes]) -> None:
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


async def _round_message(door: Door, before: set[str]) -> str | None:
    for message in await door.messages(CHANNEL):
        if message["ts"] not in before and (message.get("metadata") or {}).get("event_type") == "castroom_round":
            return str(message["ts"])
    return None


async def _offers(door: Door, ts: str, action_id: str) -> bool:
    return action_id in buttons_of(await door.message(CHANNEL, ts))


async def _counts(door: Door, ts: str, words: str) -> bool:
    return words in text_of(await door.message(CHANNEL, ts))


def _happened(answer: Mapping[str, Any], what: str) -> None:
    if not answer.get("ok"):
        raise StoryBroke(f"expected that {what}; Slack said {answer.get('error')}: {answer.get('note') or ''}")
