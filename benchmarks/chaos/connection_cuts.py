"""Rounds from brief to lock while connections are cut: the bot's socket, models' responses, Slack's responses."""

from contextlib import suppress
from itertools import product
from pathlib import Path

from benchmarks.chaos.kills import run_with_disruptions
from benchmarks.chaos.loss_report import LossReport
from benchmarks.harness.chaos import ChaosHarness
from benchmarks.harness.simulated_team import RoundScript
from playground.control.client import WaitTimeout

SOCKET_CUTS = ("abrupt", "abrupt", "refresh", "warning")
MODEL_CUTS = ("cut_before", "cut_during", "cut_after")
WEB_API_CUTS = tuple(
    product(
        (
            "chat.postMessage", "chat.update", "files.getUploadURLExternal", "upload",
            "files.completeUploadExternal", "files.info", "reactions.get", "response_url",
        ),
        ("cut_before", "cut_after"),
    )
)  # fmt: skip
_FAULT_TIMEOUT = 20.0


class ConnectionCutter:
    """Cuts a socket, a model's response and a Slack response in turn; counts the cuts that hit a call."""

    def __init__(self) -> None:
        self._turn = 0

    async def cut(self, chaos_harness: ChaosHarness) -> None:
        """Cut the next of the three kinds at a random moment."""
        self._turn += 1
        with suppress(WaitTimeout):
            await (_cut_socket, _cut_model_response, _cut_slack_response)[self._turn % 3](chaos_harness)
            chaos_harness.disruptions += 1


async def _cut_socket(chaos_harness: ChaosHarness) -> None:
    await chaos_harness.control_client.post(
        "slack/cut", {"kind": chaos_harness.random.choice(SOCKET_CUTS), "seconds": 0.3}
    )
    await chaos_harness.wait_until_connected()


async def _cut_model_response(chaos_harness: ChaosHarness) -> None:
    """Cut a model's response; the usage log notes which calls were cut."""
    before = await _count_cut_calls(chaos_harness)
    await chaos_harness.control_client.post("models/*/faults", {"kind": chaos_harness.random.choice(MODEL_CUTS)})

    async def is_used() -> bool:
        return await _count_cut_calls(chaos_harness) > before

    try:
        await chaos_harness.control_client.wait_for(is_used, "a call of a model", _FAULT_TIMEOUT)
    finally:
        await chaos_harness.control_client.post("models/*/faults", {"kind": "none"})


async def _cut_slack_response(chaos_harness: ChaosHarness) -> None:
    method, kind = chaos_harness.random.choice(WEB_API_CUTS)
    await chaos_harness.control_client.post("slack/faults", {"method": method, "kind": kind})

    async def is_used() -> bool:
        return not (await chaos_harness.control_client.get("slack"))["faults"]

    try:
        await chaos_harness.control_client.wait_for(is_used, f"a call of {method}", _FAULT_TIMEOUT)
    finally:
        await chaos_harness.control_client.post("slack/faults", {"method": method, "kind": "none"})


async def _count_cut_calls(chaos_harness: ChaosHarness) -> int:
    return sum(str(call["fault"]).startswith("cut") for call in await chaos_harness.control_client.usage())


async def run_connection_cuts(data: Path, times: int, seed: int = 1) -> tuple[LossReport, list[RoundScript]]:
    """Make `times` cuts; return the loss report and the rounds."""
    return await run_with_disruptions(data, times, seed, ConnectionCutter().cut)
