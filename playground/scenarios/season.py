"""A season of casting: many rounds whose voters prefer one model, played through the real bot."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from math import exp
from random import Random
from typing import Any

from playground.control.client import ControlClient, Json, buttons_of
from playground.processes import ROOT
from playground.scenarios.failure import ScenarioFailed
from playground.scenarios.main_flow import CHANNEL, LEAD

# No budget cap or person's limit may end the season.
SEASON_SETTINGS = {
    "MAX_USD_PER_ROUND": "100",
    "MAX_USD_PER_DAY": "100000",
    "MAX_USD_PER_PERSON_DAY": "100000",
    "MAX_USD_PER_PRODUCTION_MONTH": "100000",
    "MAX_USD_PER_WORKSPACE_MONTH": "100000",
    "MAX_OPEN_ROUNDS_PER_PERSON": "1000",
    "UPDATES_PER_MINUTE": "100000",
    "MESSAGE_UPDATE_SECONDS": "0.2",
}
_LOOKS = ("skin", "skin", "skin", "literal", "balanced")
_VOTERS = 5
_AT_ONCE = 3
_TIMEOUT = 120.0
# The voters' taste by the beginning of a model's name: log-odds of a tick, added to the face's own appeal.
_TASTE = {"recraft": 0.9, "gpt-image": 0.1, "nano-banana": -0.1}
_THRESHOLD, _FACE_SPREAD = 0.4, 0.8
# What the first voter finds artificial, by the beginning of a model's name: how likely each tag is.
_FLAWS: Mapping[str, Mapping[str, float]] = {
    "recraft": {"too_smooth": 0.3, "hair": 0.1},
    "gpt-image": {"light": 0.25, "too_pretty": 0.15},
    "nano-banana": {"too_smooth": 0.1, "eyes": 0.2},
}
_ROLES = ("harbour hand", "lighthouse keeper", "net mender", "ferry pilot", "fish seller", "boat builder", "clerk")


async def play_season(
    control_client: ControlClient, variables: Mapping[str, str], rounds: int, seed: int
) -> dict[str, int]:
    """Play rounds from brief to lock in #harbour-film; return how many drew each pair of models.

    Raises ScenarioFailed or WaitTimeout.

    `variables` is the bot's environment, for its record command, which tells the models of the candidates.
    """
    await control_client.post("slack/rates", {"enabled": False})
    voters = [await _create_voter(control_client, number) for number in range(_VOTERS)]
    turn, pairs = asyncio.Semaphore(_AT_ONCE), dict[str, int]()

    async def play(number: int) -> None:
        async with turn:
            pair = await _play_round(control_client, variables, voters, number, seed)
            pairs[pair] = pairs.get(pair, 0) + 1

    await asyncio.gather(*(play(number) for number in range(rounds)))
    return pairs


async def _create_voter(control_client: ControlClient, number: int) -> str:
    person = {"name": f"season-voter-{number + 1}", "real_name": f"Voter {number + 1}", "channels": [CHANNEL]}
    return str((await control_client.post("people", person))["person"]["id"])


async def _play_round(
    control_client: ControlClient, variables: Mapping[str, str], voters: Sequence[str], number: int, seed: int
) -> str:
    """Play one round and return its models."""
    name = f"Season {seed} Role {number + 1}"
    line = f"{name}: a {_ROLES[number % len(_ROLES)]} of {30 + number % 50} --look {_LOOKS[number % len(_LOOKS)]}"
    answer = await control_client.command(LEAD, CHANNEL, line)
    if not answer["ok"]:
        raise ScenarioFailed(f"the command of {name} was not acknowledged: {answer['error']}")
    message = await control_client.wait_for(lambda: _ballot(control_client, name), f"the ballot of {name}", _TIMEOUT)
    ts, round_id = str(message["ts"]), str(message["metadata"]["event_payload"]["round"])
    candidates = (await _record(round_id, variables))["candidates"]
    for place, voter in enumerate(voters):
        for candidate in _ticked(candidates, place, number, seed):
            await control_client.click(voter, CHANNEL, ts, f"vote:{candidate}")
    await _tag_flaws(control_client, voters[0], ts, candidates, Random(f"{seed} {number} flaws"))
    await control_client.wait_for(lambda: _lock(control_client, ts), f"the lock of {name}", _TIMEOUT)
    return " and ".join(sorted({str(candidate["model"]) for candidate in candidates}))


def _ticked(candidates: Sequence[Json], voter: int, number: int, seed: int) -> list[int]:
    """Return the candidates that a voter ticks; the same in every run, whatever ids and order there are."""
    seen: dict[str, int] = {}
    ticked = []
    for candidate in sorted(candidates, key=lambda one: (one["model"], one["number"])):
        model = str(candidate["model"])
        seen[model] = seen.get(model, 0) + 1
        face = f"{seed} {number} {model} {seen[model]}"
        taste = next((value for start, value in _TASTE.items() if start in model), 0.0)
        odds = taste + Random(face).gauss(0, _FACE_SPREAD) - _THRESHOLD
        if Random(f"{face} {voter}").random() < 1 / (1 + exp(-odds)):
            ticked.append(int(candidate["number"]))
    return ticked


async def _tag_flaws(
    control_client: ControlClient, voter: str, ts: str, candidates: Sequence[Json], random: Random
) -> None:
    """Tag what looks artificial; a voter who found no candidate says so first, since tags come after a vote."""
    flaws: dict[int, list[str]] = {}
    for candidate in sorted(candidates, key=lambda one: (one["model"], one["number"])):
        likely = next((tags for start, tags in _FLAWS.items() if start in str(candidate["model"])), {})
        flaws[int(candidate["number"])] = [tag for tag, chance in likely.items() if random.random() < chance]
    await control_client.click(voter, CHANNEL, ts, "vote_none")
    await control_client.click(voter, CHANNEL, ts, "flaws")

    async def form() -> Json | None:
        view = await control_client.top_view(voter)
        return view if view and view.get("callback_id") == "flaws" else None

    view = await control_client.wait_for(form, "the form for tags", _TIMEOUT)
    fields = {b["label"]["text"]: b["block_id"] for b in view["blocks"] if b["type"] == "input"}
    values = {fields[f"Candidate {number}"]: tags for number, tags in flaws.items()}
    await control_client.submit(voter, str(view["id"]), values)


async def _ballot(control_client: ControlClient, name: str) -> Json | None:
    """Return the round's message once people can vote on it."""
    for message in reversed(await control_client.messages(CHANNEL)):
        is_round = (message.get("metadata") or {}).get("event_type") == "castroom_round"
        if is_round and name in str(message.get("text", "")) + json.dumps(message.get("blocks")):
            return message if "vote:1" in buttons_of(message) else None
    return None


async def _lock(control_client: ControlClient, ts: str) -> bool:
    """Close the ballot and lock the leader; on a tie the first of the leaders."""
    message = await control_client.message(CHANNEL, ts)
    buttons = buttons_of(message)
    if "facts" in buttons:
        return True
    if "lock" in buttons:
        await control_client.click(LEAD, CHANNEL, ts, "lock")
        await asyncio.sleep(1.0)
        # Without a leader the bot answers that the ballot has to close first.
        if "lock" in buttons_of(await control_client.message(CHANNEL, ts)):
            await control_client.click(LEAD, CHANNEL, ts, "close")
    elif options := _options(message):
        await control_client.click(LEAD, CHANNEL, ts, "decide", options[0])
        await asyncio.sleep(0.3)
        view = await control_client.top_view(LEAD)
        if view and view["callback_id"] == "decide":
            await control_client.submit(LEAD, view["id"], {})
    await asyncio.sleep(0.3)
    return False


def _options(message: Json) -> list[str]:
    for block in message.get("blocks") or []:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("action_id") == "decide":
                return [str(option["value"]) for option in element.get("options", [])]
    return []


async def _record(round_id: str, variables: Mapping[str, str]) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "record", round_id,
        cwd=ROOT, env=dict(variables), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    stdout, stderr = await process.communicate()
    if process.returncode != 0:
        raise ScenarioFailed(f"the bot has no record of the round: {stderr.decode()[-300:]}")
    record: dict[str, Any] = json.loads(stdout)
    return record
