"""Fuzzing with Hypothesis: command lines, payloads, requests, interactions, provider responses, pictures."""

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

from benchmarks.fuzz import command_lines, http_requests, images, interactions, payloads, provider_responses
from benchmarks.fuzz.app import open_fuzz_app
from benchmarks.fuzz.runner import FuzzResult, run_cases
from benchmarks.harness.log_capture import capture_logs
from benchmarks.report import Row, RunSize, Section

T = TypeVar("T")

# Takes the number of cases, the first seed (None: always the same cases) and a folder that does not exist yet.
CaseRunner = Callable[[int, int | None, Path], FuzzResult]


class FuzzTarget(Protocol):
    """A target that stays open between cases."""

    async def run_case(self, case: Any, /) -> object: ...


S = TypeVar("S", bound=FuzzTarget)


@dataclass(frozen=True)
class InputKind:
    """One kind of input, its number of cases and its expected outcome."""

    label: str
    run: CaseRunner
    quick: int
    full: int


async def measure(data: Path, run_size: RunSize) -> Section:
    """Fuzz all kinds in two processes."""
    first_seed = secrets.randbelow(2**32)
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        results = await asyncio.gather(
            *(
                loop.run_in_executor(
                    pool, run_kind, name, run_size.pick(kind.quick, kind.full), first_seed, data / name
                )
                for name, kind in INPUT_KINDS.items()
            )
        )
    for result in results:
        for finding in (*result.crashes, *result.losses):
            print(f"{result.kind}: {finding}", file=sys.stderr)
    return Section("Bad input", _rows(results), (_NOTE.format(first_seed),), _summary_rows(results))


def run_kind(name: str, cases: int, first_seed: int | None, data: Path) -> FuzzResult:
    """Run the cases of one kind."""
    return INPUT_KINDS[name].run(cases, first_seed, data)


def _rows(results: list[FuzzResult]) -> tuple[Row, ...]:
    rows = [Row(INPUT_KINDS[one.kind].label, f"{one.cases:,} cases") for one in results]
    total, crashes, losses = sum(one.cases for one in results), _count(results, "crashes"), _count(results, "losses")
    return (
        *rows,
        Row("cases in total", f"{total:,}", "100,000 in the full run"),
        Row("crashes: an unexpected error in a listener, a parser, a provider or a decoder", f"{crashes}", "0"),
        Row("losses: stored state or reserved money changed by a refused input", f"{losses}", "0"),
    )


def _summary_rows(results: list[FuzzResult]) -> tuple[Row, ...]:
    crashes, losses = _count(results, "crashes"), _count(results, "losses")
    cases = sum(one.cases for one in results)
    return (Row("bad input: cases, crashes, losses", f"{cases:,}, {crashes}, {losses}", "0 and 0"),)


def _count(results: list[FuzzResult], field_name: str) -> int:
    return sum(len(getattr(one, field_name)) for one in results)


def _run_checks(
    name: str, cases: SearchStrategy[T], check: Callable[[T], None], max_cases: int, first_seed: int | None, _: Path
) -> FuzzResult:
    with capture_logs():
        return run_cases(name, cases, check, max_cases, first_seed)


def _run_against_target(
    name: str,
    open_target: Callable[[Path], AbstractAsyncContextManager[S]],
    cases: Callable[[S], SearchStrategy[Any]],
    max_cases: int,
    first_seed: int | None,
    data: Path,
) -> FuzzResult:
    """Run cases against a target with its own event loop."""
    with asyncio.Runner() as runner:
        context = open_target(data)
        target = runner.run(context.__aenter__())
        try:
            return run_cases(name, cases(target), lambda case: _run_case(runner, target, case), max_cases, first_seed)
        finally:
            runner.run(context.__aexit__(None, None, None))


def _run_case(runner: asyncio.Runner, target: FuzzTarget, case: Any) -> None:
    runner.run(_await_case(target, case))


async def _await_case(target: FuzzTarget, case: Any) -> None:
    await target.run_case(case)


_NOTE = (
    "Each kind starts from valid input and gets parts that are missing, repeated, of another type, or from another "
    "workspace or user. Buttons and forms go through Bolt to the real use cases over a real database with rounds in "
    "every state; the state is compared after each case and restored. Each run uses new cases (this one: seed {}); "
    "`make test` tries some hundreds of the same kinds, always the same ones."
)

INPUT_KINDS: dict[str, InputKind] = {
    "answers": InputKind(
        "provider responses, with bodies, statuses and headers: a portrait or a typed failure",
        partial(_run_checks, "answers", provider_responses.CASES, provider_responses.check),
        700,
        12_500,
    ),
    "presses": InputKind(
        "commands, buttons, forms, ballots and events through Bolt: done, or refused and nothing stored",
        partial(_run_against_target, "presses", open_fuzz_app, lambda app: interactions.cases(app.ids)),
        400,
        5_000,
    ),
    "payloads": InputKind(
        "mutated Slack payloads: parsed or rejected",
        partial(_run_checks, "payloads", payloads.CASES, payloads.check),
        2_500,
        31_500,
    ),
    "lines": InputKind(
        "lines typed after /cast: parsed, or explained with a working example",
        partial(_run_checks, "lines", command_lines.CASES, command_lines.check),
        3_000,
        35_000,
    ),
    "requests": InputKind(
        "HTTP requests: 4xx unless signed, fresh and unchanged, and no listener reached",
        partial(
            _run_against_target, "requests", lambda _: http_requests.open_http_target(), lambda _: http_requests.CASES
        ),
        600,
        7_000,
    ),
    "pictures": InputKind(
        "bytes instead of PNG, JPEG and WebP: examined, or an invalid image",
        partial(_run_checks, "pictures", images.CASES, images.check),
        1_000,
        9_500,
    ),
}
