"""What nobody means well with: typed lines, payloads, requests, presses, answers, pictures; all by hypothesis."""

import asyncio
import multiprocessing
import secrets
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from hypothesis.strategies import SearchStrategy

from benchmarks import bad_answers, bad_lines, bad_payloads, bad_pictures, bad_presses, bad_requests
from benchmarks.bad_house import open_house
from benchmarks.overheard import overhearing
from benchmarks.section import Amount, Row, Section
from benchmarks.trying import Tried, tried

T = TypeVar("T")

# Gets how many cases, the first seed (None: always the same cases), and a folder that does not exist yet.
Try = Callable[[int, int | None, Path], Tried]


class Stand(Protocol):
    """Something that stays open while cases are brought to it."""

    async def case(self, case: Any, /) -> object: ...


S = TypeVar("S", bound=Stand)


@dataclass(frozen=True)
class Kind:
    """One kind of input, how much of it is tried, and what it must come to."""

    what: str
    run: Try
    quick: int
    full: int


async def measure(data: Path, amount: Amount) -> Section:
    """Two processes share the kinds."""
    first = secrets.randbelow(2**32)
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        done = await asyncio.gather(
            *(
                loop.run_in_executor(pool, try_one, name, amount.of(kind.quick, kind.full), first, data / name)
                for name, kind in KINDS.items()
            )
        )
    for one in done:
        for told in (*one.crashes, *one.losses):
            print(f"{one.kind}: {told}", file=sys.stderr)
    return Section("Bad input", _rows(done), (_NOTE.format(first),), _short(done))


def try_one(name: str, cases: int, first: int | None, data: Path) -> Tried:
    """So many cases of one kind."""
    return KINDS[name].run(cases, first, data)


def _rows(done: list[Tried]) -> tuple[Row, ...]:
    rows = [Row(KINDS[one.kind].what, f"{one.cases:,} cases") for one in done]
    total, crashes, losses = sum(one.cases for one in done), _count(done, "crashes"), _count(done, "losses")
    return (
        *rows,
        Row("cases in all", f"{total:,}", "100,000 in the full run"),
        Row("crashes: an error nobody expected, in a listener, a reader, a provider or a decoder", f"{crashes}", "0"),
        Row("losses: stored state or reserved money changed by what was refused", f"{losses}", "0"),
    )


def _short(done: list[Tried]) -> tuple[Row, ...]:
    crashes, losses = _count(done, "crashes"), _count(done, "losses")
    cases = sum(one.cases for one in done)
    return (Row("bad input: cases, crashes, losses", f"{cases:,}, {crashes}, {losses}", "0 and 0"),)


def _count(done: list[Tried], what: str) -> int:
    return sum(len(getattr(one, what)) for one in done)


def _plain(
    name: str, cases: SearchStrategy[T], check: Callable[[T], None], most: int, first: int | None, _: Path
) -> Tried:
    with overhearing():
        return tried(name, cases, check, most, first)


def _standing(
    name: str,
    opened: Callable[[Path], AbstractAsyncContextManager[S]],
    cases: Callable[[S], SearchStrategy[Any]],
    most: int,
    first: int | None,
    data: Path,
) -> Tried:
    """Cases brought to something with an event loop of its own."""
    with asyncio.Runner() as runner:
        context = opened(data)
        stand = runner.run(context.__aenter__())
        try:
            return tried(name, cases(stand), lambda case: _bring(runner, stand, case), most, first)
        finally:
            runner.run(context.__aexit__(None, None, None))


def _bring(runner: asyncio.Runner, stand: Stand, case: Any) -> None:
    runner.run(_brought(stand, case))


async def _brought(stand: Stand, case: Any) -> None:
    await stand.case(case)


_NOTE = (
    "Each kind starts from good input and gets parts that are missing, repeated, of another kind, another workspace's "
    "or somebody else's. Presses and forms go through Bolt to the real use cases over a real database, in which rounds "
    "stand in every state; the state is compared after each case and put back. Cases are drawn afresh in each run "
    "(this one: seed {}); `make test` tries some hundreds of the same kinds, always the same ones."
)

KINDS: dict[str, Kind] = {
    "answers": Kind(
        "vendors' answers, bodies, statuses and headers: a portrait or a typed miss",
        partial(_plain, "answers", bad_answers.CASES, bad_answers.check), 700, 12_500,
    ),
    "presses": Kind(
        "commands, presses, forms, ballots and events through Bolt: done, or refused and nothing stored",
        partial(_standing, "presses", open_house, lambda house: bad_presses.cases(house.ids)), 400, 5_000,
    ),
    "payloads": Kind(
        "Slack's payloads with parts wrong: read, or told that they cannot be",
        partial(_plain, "payloads", bad_payloads.CASES, bad_payloads.check), 2_500, 31_500,
    ),
    "lines": Kind(
        "lines typed after /cast: understood, or told why not with a line that works",
        partial(_plain, "lines", bad_lines.CASES, bad_lines.check), 3_000, 35_000,
    ),
    "requests": Kind(
        "HTTP requests: 4xx unless signed, fresh and unchanged, and no listener reached",
        partial(_standing, "requests", lambda _: bad_requests.open_stand(), lambda _: bad_requests.CASES), 600, 7_000,
    ),
    "pictures": Kind(
        "bytes in place of PNG, JPEG and WebP: examined, or a bad picture",
        partial(_plain, "pictures", bad_pictures.CASES, bad_pictures.check), 1_000, 9_500,
    ),
}  # fmt: skip
