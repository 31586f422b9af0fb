"""Simulated people who cast one character after another in a channel, while the bot and Slack fail.

They repeat a command after an error from Slack, but look before they press a button again. An acknowledged vote or lock
is a promise: it must be stored in the end.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from benchmarks.harness.chaos import ChaosHarness
from playground.control.client import Json, WaitTimeout, buttons_of, menu_of, text_of

T = TypeVar("T")

_LEAD, _DIRECTOR = "U0LENAORTIZ", "U0DANIELOKA"
_TIMEOUT = 180.0
_MAX_ROUNDS_AFTER_CHAOS = 5  # maximum number of rounds
_MAX_TRIES = 40  # of six seconds: the bot pauses a failing model for two minutes
_NUMBER_EMOJI = ("one", "two", "three", "four", "five", "six", "seven", "eight")
_ANSWER_TIMEOUT, _NOT_STORED = 5.0, "Nothing was changed"
STUCK_PREFIX = "stuck:"
_ENDED_TITLE = "Casting {} · ended"


@dataclass
class RoundScript:
    """One round as its people see it; `votes` are (person, candidate), acknowledged or by reaction."""

    name: str
    channel: str
    ts: str = ""
    votes: set[tuple[str, int]] = field(default_factory=set)
    is_lock_acknowledged: bool = False
    outcome: str = ""


class SimulatedTeam:
    """The people of one channel; `round_scripts` grows while they cast."""

    def __init__(self, chaos_harness: ChaosHarness, channel: str) -> None:
        self._chaos_harness = chaos_harness
        self._control_client = chaos_harness.control_client
        self._random = chaos_harness.random
        self._channel = channel
        self.round_scripts: list[RoundScript] = []

    async def play(self) -> None:
        """Cast characters until the disruptions end, then until a face is locked; stop at a stuck round."""
        rounds_after_chaos = 0
        while not self._chaos_harness.is_over or (
            rounds_after_chaos < _MAX_ROUNDS_AFTER_CHAOS and not any(s.is_lock_acknowledged for s in self.round_scripts)
        ):
            rounds_after_chaos += self._chaos_harness.is_over
            round_script = RoundScript(f"{self._channel[-4:].title()} {len(self.round_scripts) + 1}", self._channel)
            self.round_scripts.append(round_script)
            try:
                await self._play_round(round_script)
            except WaitTimeout as timeout:
                round_script.outcome = f"{STUCK_PREFIX} {timeout}"
                return

    async def _play_round(self, round_script: RoundScript) -> None:
        round_script.ts = await self._start_round(round_script)
        message = await self._wait_for(lambda: self._message_with_button(round_script, "vote:1", "reroll"), "a ballot")
        if "vote:1" not in buttons_of(message):
            message = await self._wait_for_ballot(round_script)
        if self._is_ended(round_script, message):
            round_script.outcome = "without a portrait"
            return
        if "vote:1" not in buttons_of(message):
            message = await self._wait_for(lambda: self._cancel_round(round_script), "the round to be cancelled")
        if self._is_ended(round_script, message):
            round_script.outcome = "cancelled"
            return
        await self._vote(round_script, [b for b in buttons_of(message) if b.startswith("vote:")])
        await self._lock(round_script)
        await self._control_client.mention(_DIRECTOR, round_script.channel, f"who is {round_script.name}?")

    async def _start_round(self, round_script: RoundScript) -> str:
        """Send the command, again after an error or without a result; each round has a unique prompt."""
        tries = 0
        while tries < _MAX_TRIES:
            tries += self._chaos_harness.is_over
            await self._control_client.command(
                _LEAD, round_script.channel, f"{round_script.name}: a harbour hand of the ship {round_script.name}"
            )
            try:
                return await self._control_client.wait_for(
                    lambda: self._find_message_ts(round_script), "the round's message", 6
                )
            except WaitTimeout:
                continue
        raise WaitTimeout("the command")

    async def _find_message_ts(self, round_script: RoundScript) -> str | None:
        messages = await self._control_client.messages(round_script.channel)
        return next(
            (str(m["ts"]) for m in messages if round_id_of(m) and round_script.name in names_in(text_of(m))), None
        )

    async def _load_message(self, round_script: RoundScript) -> Json:
        state = await self._control_client.get("state", channel=round_script.channel, thread=round_script.ts)
        message: Json = state["messages"][round_script.channel][0]
        return message

    async def _message_with_button(self, round_script: RoundScript, *buttons: str) -> Json | None:
        message = await self._load_message(round_script)
        return message if set(buttons) & set(buttons_of(message)) or self._is_ended(round_script, message) else None

    def _is_ended(self, round_script: RoundScript, message: Json) -> bool:
        return _ENDED_TITLE.format(round_script.name) in text_of(message)

    async def _wait_for_ballot(self, round_script: RoundScript) -> Json:
        """Wait for the ballot, or for a round that waits for its lead."""
        try:
            return await self._control_client.wait_for(
                lambda: self._message_with_button(round_script, "vote:1"), "a ballot", 10
            )
        except WaitTimeout:
            return await self._load_message(round_script)

    async def _cancel_round(self, round_script: RoundScript) -> Json | None:
        """Press cancel until the message shows it; accept a ballot that opens in between."""
        message = await self._load_message(round_script)
        if self._is_ended(round_script, message) or "vote:1" in buttons_of(message):
            return message
        await self._control_client.click(_LEAD, round_script.channel, round_script.ts, "cancel")
        await asyncio.sleep(0.5)
        return None

    async def _vote(self, round_script: RoundScript, buttons: list[str]) -> None:
        """Vote: one person reacts to every candidate, another presses the button of one."""
        numbers = [int(button.removeprefix("vote:")) for button in buttons]
        for number in self._random.sample(numbers, len(numbers)):
            if (
                await self._control_client.react(
                    _DIRECTOR, round_script.channel, round_script.ts, _NUMBER_EMOJI[number - 1]
                )
            ).get("ok"):
                round_script.votes.add((_DIRECTOR, number))
        favourite = self._random.choice(numbers)
        if await self._press_vote(round_script, favourite):
            round_script.votes.add((_LEAD, favourite))

    async def _press_vote(self, round_script: RoundScript, number: int) -> bool:
        """Press a vote's button; return whether it was acknowledged, and not with the answer that it was not stored."""
        channel = round_script.channel
        answers_before = await self._control_client.ephemerals(_LEAD, channel)

        async def find_answers() -> list[Json]:
            return (await self._control_client.ephemerals(_LEAD, channel))[len(answers_before) :]

        if not (await self._control_client.click(_LEAD, channel, round_script.ts, f"vote:{number}")).get("ok"):
            return False
        # A bot that is killed after the ack answers no more: the vote is a promise nevertheless.
        with suppress(WaitTimeout):
            answers = await self._control_client.wait_for(find_answers, "the answer to a vote", _ANSWER_TIMEOUT)
            return not any(_NOT_STORED in text_of(answer) for answer in answers)
        return True

    async def _lock(self, round_script: RoundScript) -> None:
        """Lock the winner; press again after a slow redraw or a lost press. Without votes the lead decides."""

        async def press_lock() -> bool:
            message = await self._load_message(round_script)
            if "is cast" in text_of(message):
                return True
            buttons = buttons_of(message)
            if "lock" in buttons:
                has_leader = any(char.isdigit() for char in buttons["lock"])
                action = "lock" if has_leader else "close"
                await self._control_client.click(_LEAD, round_script.channel, round_script.ts, action)
            elif options := list(menu_of(message, "decide").values()):
                await self._decide(round_script, options[0])
            await asyncio.sleep(0.3)
            return False

        await self._wait_for(press_lock, "the lock")
        round_script.is_lock_acknowledged, round_script.outcome = True, "locked"

    async def _decide(self, round_script: RoundScript, option: str) -> None:
        """Choose a candidate, and confirm it in the modal as soon as it is open."""
        await self._control_client.click(_LEAD, round_script.channel, round_script.ts, "decide", option)
        await asyncio.sleep(0.3)
        view = await self._control_client.top_view(_LEAD)
        if view and view["callback_id"] == "decide":
            await self._control_client.submit(_LEAD, view["id"], {})

    async def _wait_for(self, probe: Callable[[], Awaitable[T | None]], description: str) -> T:
        """Wait for a condition. The timeout starts when the disruptions end: what does not end then is stuck."""
        while not self._chaos_harness.is_over:
            with suppress(WaitTimeout):
                return await self._control_client.wait_for(probe, description, 5)
        return await self._control_client.wait_for(probe, description, _TIMEOUT)


def round_id_of(message: Json) -> str:
    """Return the id of the round that a message shows; "" for other messages."""
    return str((message.get("metadata") or {}).get("event_payload", {}).get("round", ""))


def names_in(text: str) -> list[str]:
    """Return the character names in a text: a word and a number."""
    return re.findall(r"\w+ \d+", text)
