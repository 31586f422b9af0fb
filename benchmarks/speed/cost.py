"""Cost of a locked 4K face by drafts, lock and upscale, compared with four 4K candidates; from the usage log."""

from dataclasses import dataclass
from pathlib import Path

from playground.control.client import ControlClient, buttons_of
from playground.demo import running_demo
from playground.scenarios.main_flow import CHANNEL, LEAD

_SPEED = 20.0
_TIMEOUT = 200.0
_BRIEF = "weathered harbour hand, 60"
# By name in both cases, so that the same two models are used; the upscale takes the cheapest account.
_MODELS = "--models nano-banana,nano-banana-pro --each 2"


@dataclass(frozen=True)
class FaceCost:
    """Dollars per locked face: drafts alone, drafts and upscale, and four candidates in 4K."""

    drafts: float
    with_upscale: float
    four_k: float

    def rows(self) -> list[tuple[str, str]]:
        share = f"{self.with_upscale / self.four_k:.2f} times"
        return [
            (
                "a locked 4K face by draft, lock, upscale",
                f"${self.with_upscale:.3f}, of which drafts ${self.drafts:.3f}",
            ),
            ("the same face locked from four candidates in 4K", f"${self.four_k:.3f}; draft, lock, upscale is {share}"),
        ]


async def measure_cost(data: Path) -> FaceCost:
    """Measure both ways once, with the same models."""
    async with running_demo(data, 0, _SPEED) as running, ControlClient(running.workspace.address) as control_client:
        await control_client.post("slack/rates", {"enabled": False})
        ts = await _play_to_lock(control_client, f"Draft: {_BRIEF} {_MODELS}")
        drafts = await _charged_usd(control_client)
        await control_client.click(
            LEAD, CHANNEL, ts, next(b for b in buttons_of(await control_client.message(CHANNEL, ts)) if "finish" in b)
        )
        await control_client.wait_for(
            lambda: _is_above(control_client, drafts), "the upscale in the usage log", _TIMEOUT
        )
        with_upscale = await _charged_usd(control_client)
        await _play_to_lock(control_client, f"Large: {_BRIEF} {_MODELS} --4k")
        return FaceCost(drafts, with_upscale, await _charged_usd(control_client) - with_upscale)


async def _play_to_lock(control_client: ControlClient, command: str) -> str:
    """Cast, vote and lock one round; return its message."""
    known_ts = {m["ts"] for m in await control_client.messages(CHANNEL)}
    await control_client.command(LEAD, CHANNEL, command)

    async def find_ballot() -> str | None:
        new = [m for m in await control_client.messages(CHANNEL) if m["ts"] not in known_ts]
        return next((str(m["ts"]) for m in new if "vote:4" in buttons_of(m)), None)

    ts = await control_client.wait_for(find_ballot, "a ballot of four", _TIMEOUT)
    await control_client.click(LEAD, CHANNEL, ts, "vote:1")

    async def is_recorded() -> bool:
        shown = buttons_of(await control_client.message(CHANNEL, ts))
        if "lock" in shown:
            await control_client.click(LEAD, CHANNEL, ts, "lock")
        return "facts" in shown

    await control_client.wait_for(is_recorded, "the record", _TIMEOUT)
    return ts


async def _charged_usd(control_client: ControlClient) -> float:
    return sum(float(call["price_usd"]) for call in await control_client.usage() if call["charged"])


async def _is_above(control_client: ControlClient, before: float) -> bool:
    return await _charged_usd(control_client) > before
