"""What a locked 4K face costs by draft, lock and finish, beside four candidates drawn in 4K; by the practice bill."""

from dataclasses import dataclass
from pathlib import Path

from playground.demo import together
from playground.door import Door, buttons_of
from playground.story import CHANNEL, LEAD

_SPEED = 20.0
_PATIENCE = 200.0
_BRIEF = "weathered harbour hand, 60"
# By name in both, so that the same two models draw; the finish takes whatever account there is for it.
_MODELS = "--models nano-banana,nano-banana-pro --each 2"


@dataclass(frozen=True)
class Dollars:
    """Dollars per locked face on the bill: drafts alone, drafts and finish, and four candidates in 4K."""

    drafts: float
    finished: float
    four_k: float

    def rows(self) -> list[tuple[str, str]]:
        share = f"{self.finished / self.four_k:.2f} times"
        return [
            ("a locked 4K face by draft, lock, finish", f"${self.finished:.3f}, of which drafts ${self.drafts:.3f}"),
            ("the same face locked from four candidates in 4K", f"${self.four_k:.3f}; draft, lock, finish is {share}"),
        ]


async def dollars(data: Path) -> Dollars:
    """Both ways once, with the same models."""
    async with together(data, 0, _SPEED) as running, Door(running.workspace.address) as door:
        await door.post("slack/rates", {"enabled": False})
        ts = await _locked(door, f"Draft: {_BRIEF} {_MODELS}")
        drafts = await _bill(door)
        await door.click(
            LEAD, CHANNEL, ts, next(b for b in buttons_of(await door.message(CHANNEL, ts)) if "finish" in b)
        )
        await door.until(lambda: _grown(door, drafts), "the finish on the bill", _PATIENCE)
        finished = await _bill(door)
        await _locked(door, f"Large: {_BRIEF} {_MODELS} --4k")
        return Dollars(drafts, finished, await _bill(door) - finished)


async def _locked(door: Door, line: str) -> str:
    """A round cast, voted on and locked; its message."""
    before = {m["ts"] for m in await door.messages(CHANNEL)}
    await door.command(LEAD, CHANNEL, line)

    async def ballot() -> str | None:
        new = [m for m in await door.messages(CHANNEL) if m["ts"] not in before]
        return next((str(m["ts"]) for m in new if "vote:4" in buttons_of(m)), None)

    ts = await door.until(ballot, "a ballot of four", _PATIENCE)
    await door.click(LEAD, CHANNEL, ts, "vote:1")

    async def record() -> bool:
        shown = buttons_of(await door.message(CHANNEL, ts))
        if "lock" in shown:
            await door.click(LEAD, CHANNEL, ts, "lock")
        return "facts" in shown

    await door.until(record, "the record", _PATIENCE)
    return ts


async def _bill(door: Door) -> float:
    return sum(float(call["price_usd"]) for call in await door.bill() if call["charged"])


async def _grown(door: Door, before: float) -> bool:
    return await _bill(door) > before
