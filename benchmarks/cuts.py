"""Rounds played from brief to lock while connections are cut: the bot's socket, answers of models, answers of Slack."""

from contextlib import suppress
from itertools import product
from pathlib import Path

from benchmarks.company import Story
from benchmarks.kills import struck
from benchmarks.losses import Losses
from benchmarks.theatre import Theatre
from playground.door import TooLate

SOCKETS = ("abrupt", "abrupt", "refresh", "warning")
MODELS = ("cut_before", "cut_during", "cut_after")
WEB_API = tuple(
    product(
        (
            "chat.postMessage", "chat.update", "files.getUploadURLExternal", "upload",
            "files.completeUploadExternal", "files.info", "reactions.get", "response_url",
        ),
        ("cut_before", "cut_after"),
    )
)  # fmt: skip
_MEETING = 20.0


class Cutter:
    """Cuts in turn a socket, a model's answer and an answer of Slack's; counted is what met a call."""

    def __init__(self) -> None:
        self._turn = 0

    async def cut(self, theatre: Theatre) -> None:
        """The next of the three kinds, at a moment and where nobody chose."""
        self._turn += 1
        with suppress(TooLate):
            await (_socket, _model, _answer)[self._turn % 3](theatre)
            theatre.strikes += 1


async def _socket(theatre: Theatre) -> None:
    await theatre.door.post("slack/cut", {"kind": theatre.random.choice(SOCKETS), "seconds": 0.3})
    await theatre.heard()


async def _model(theatre: Theatre) -> None:
    """The bill writes down which calls were cut."""
    before = await _calls_cut(theatre)
    await theatre.door.post("models/*/faults", {"kind": theatre.random.choice(MODELS)})

    async def met() -> bool:
        return await _calls_cut(theatre) > before

    try:
        await theatre.door.until(met, "a call of a model", _MEETING)
    finally:
        await theatre.door.post("models/*/faults", {"kind": "none"})


async def _answer(theatre: Theatre) -> None:
    method, kind = theatre.random.choice(WEB_API)
    await theatre.door.post("slack/faults", {"method": method, "kind": kind})

    async def met() -> bool:
        return not (await theatre.door.get("slack"))["faults"]

    try:
        await theatre.door.until(met, f"a call of {method}", _MEETING)
    finally:
        await theatre.door.post("slack/faults", {"method": method, "kind": "none"})


async def _calls_cut(theatre: Theatre) -> int:
    return sum(str(call["fault"]).startswith("cut") for call in await theatre.door.bill())


async def cuts(data: Path, times: int, seed: int = 1) -> tuple[Losses, list[Story]]:
    """Cut so often; what was lost, and the stories."""
    return await struck(data, times, seed, Cutter().cut)
