"""The main flow: command, votes by reaction and button, lock, recall."""

import asyncio
import json
import re
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from playground.control.client import ControlClient, Json, buttons_of, pictures_of, text_of
from playground.processes import ROOT
from playground.scenarios import passport
from playground.scenarios.failure import ScenarioFailed
from playground.timeline import timings

CHANNEL = "C0HARBOURFILM"
LEAD, DIRECTOR, PRODUCER = "U0LENAORTIZ", "U0DANIELOKA", "U0MEITANAKA"
_BALLOT_TIMEOUT = 150.0


async def play_main_flow(
    control_client: ControlClient, brief: str, variables: Mapping[str, str], output_folder: Path
) -> Json:
    """Play the main flow in #harbour-film and return the result.

    Raises ScenarioFailed or WaitTimeout if a step fails. `bot` is the bot's environment, for its record command;
    pictures go to `out`.
    """
    name = re.split("[:：]", brief, maxsplit=1)[0].strip()
    known_ts = {m["ts"] for m in [*await control_client.messages(CHANNEL), *await control_client.ephemerals(LEAD)]}
    _expect_ok(await control_client.command(LEAD, CHANNEL, brief), "the command was acknowledged")
    await _confirm_recast(control_client, known_ts)
    ts = await control_client.wait_for(lambda: _find_round_message(control_client, known_ts), "the round's message", 10)
    await control_client.wait_for(
        lambda: _has_button(control_client, ts, "vote:1"), "the ballot to open", _BALLOT_TIMEOUT
    )
    sheet = pictures_of(await control_client.message(CHANNEL, ts))
    if not sheet:
        raise ScenarioFailed("the ballot shows no contact sheet")
    await _vote(control_client, ts)
    await control_client.wait_for(lambda: _has_text(control_client, ts, "3 people"), "the tally of three people", 15)
    _expect_ok(await control_client.click(LEAD, CHANNEL, ts, "lock"), "the lock was acknowledged")
    await control_client.wait_for(lambda: _has_button(control_client, ts, "facts"), "the record", 20)
    recalled = await _recall(control_client, name)
    round_id = (await control_client.message(CHANNEL, ts))["metadata"]["event_payload"]["round"]
    record = await load_round_record(round_id, variables)
    files = await _save_pictures(control_client, ts, sheet[0], record, output_folder)
    package = await passport.download_package(control_client, PRODUCER, CHANNEL, ts, output_folder)
    return {
        "round": round_id,
        "candidates": [{k: v for k, v in c.items() if k != "key"} for c in record["candidates"]],
        "misses": record["misses"],
        "votes": record["votes"],
        "locked": record["locked"],
        "recalled": recalled,
        "timings": await timings(control_client, ts, name),
        "files": files | {"package": str(package)},
        "passport": await passport.verify(package, variables),
    }


async def _confirm_recast(control_client: ControlClient, known_ts: set[str]) -> None:
    """Confirm the re-cast question: with old data the character already has a face."""

    async def find_question_or_round() -> tuple[str | None] | None:
        for message in await control_client.ephemerals(LEAD, CHANNEL):
            if message["ts"] not in known_ts and "recast" in buttons_of(message):
                return (str(message["ts"]),)
        return (None,) if await _find_round_message(control_client, known_ts) else None

    (question_ts,) = await control_client.wait_for(find_question_or_round, "the round's message, or a question", 10)
    if question_ts:
        _expect_ok(await control_client.click(LEAD, CHANNEL, question_ts, "recast"), "the re-cast was acknowledged")


async def load_round_record(round_id: str, variables: Mapping[str, str]) -> Json:
    """Return the bot's record of a round from its command line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "record", round_id,
        cwd=ROOT, env=dict(variables), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    stdout, stderr = await process.communicate()
    if process.returncode != 0:
        raise ScenarioFailed(f"the bot has no record of the round: {stderr.decode()[-300:]}")
    record: Json = json.loads(stdout)
    if record["locked"] is None:
        raise ScenarioFailed("the bot's record shows no locked face")
    return record


async def _vote(control_client: ControlClient, ts: str) -> None:
    """The director reacts, the producer clicks, the lead does both for one candidate: there is one clear leader."""
    for user, number in ((DIRECTOR, "one"), (DIRECTOR, "three"), (LEAD, "one")):
        _expect_ok(await control_client.react(user, CHANNEL, ts, number), f"the reaction :{number}: was taken")
    for user, action in ((PRODUCER, "vote:1"), (PRODUCER, "vote:2"), (LEAD, "vote:1")):
        _expect_ok(await control_client.click(user, CHANNEL, ts, action), f"the click on {action} was acknowledged")


async def _recall(control_client: ControlClient, name: str) -> Json:
    known_ts = {m["ts"] for m in await control_client.ephemerals(PRODUCER)}
    _expect_ok(await control_client.command(PRODUCER, CHANNEL, name), "the recall was acknowledged")

    async def find_answer() -> Json | None:
        return next((m for m in await control_client.ephemerals(PRODUCER) if m["ts"] not in known_ts), None)

    message = await control_client.wait_for(find_answer, "the recalled face", 10)
    if not pictures_of(message):
        raise ScenarioFailed("the recall shows no portrait")
    return {"by": PRODUCER, "text": text_of(message), "picture": pictures_of(message)[0]}


async def _save_pictures(
    control_client: ControlClient, ts: str, sheet: str, record: Json, output_folder: Path
) -> dict[str, str]:
    """Save the contact sheet and the locked original from Slack; the original's hash must match."""
    locked = record["locked"]

    async def find_original() -> tuple[str, bytes] | None:
        files: list[Json] = [f for m in await control_client.thread(CHANNEL, ts) for f in m.get("files", [])]
        for file in files:
            data = await control_client.download_file(file["id"])
            if await asyncio.to_thread(_sha256, data) == locked["sha256"]:
                return str(file["name"]), data
        return None

    name, data = await control_client.wait_for(find_original, "the locked portrait's original in the thread", 20)
    sheet_path, original_path = (
        output_folder / f"{record['round']}-sheet.jpg",
        output_folder / f"{record['round']}-{Path(name).name}",
    )
    await asyncio.to_thread(_write_files, {sheet_path: await control_client.download_file(sheet), original_path: data})
    return {"sheet": str(sheet_path), "original": str(original_path)}


def _sha256(data: bytes) -> str:
    return sha256(data).hexdigest()


def _write_files(files: Mapping[Path, bytes]) -> None:
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


async def _find_round_message(control_client: ControlClient, known_ts: set[str]) -> str | None:
    for message in await control_client.messages(CHANNEL):
        if message["ts"] not in known_ts and (message.get("metadata") or {}).get("event_type") == "castroom_round":
            return str(message["ts"])
    return None


async def _has_button(control_client: ControlClient, ts: str, action_id: str) -> bool:
    return action_id in buttons_of(await control_client.message(CHANNEL, ts))


async def _has_text(control_client: ControlClient, ts: str, text: str) -> bool:
    return text in text_of(await control_client.message(CHANNEL, ts))


def _expect_ok(result: Mapping[str, Any], expectation: str) -> None:
    if not result.get("ok"):
        raise ScenarioFailed(
            f"expected that {expectation}; Slack said {result.get('error')}: {result.get('note') or ''}"
        )
