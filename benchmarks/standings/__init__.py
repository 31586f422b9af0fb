"""How often standings call a model better that is not, and how often they notice one that is."""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.report import Row, RunSize, Section
from benchmarks.standings.rules import Rule, bootstrap_rule, castroom_rule, lock_rule
from benchmarks.standings.team import MODELS, simulate

_RULES: tuple[Rule, ...] = (castroom_rule, bootstrap_rule, lock_rule)
_SIZES = (10, 20, 50, 100, 200)
_ADVANTAGES = (0.0, 0.5, 1.0)
_USUAL_PAIR_SHARES = (0.0, 0.7)
_NOTES = (
    "Four models; a round draws two of them with two faces each; three to six of six people tick every face that "
    "passes their threshold. A face's appeal has a standard deviation of 1, a voter's noise 1.5. With an advantage, "
    "the faces of one model are better by that much on average. Figures stand for Castroom's rule, a plain 95 % "
    "bootstrap over rounds, and a sign test at 5 % on whose face was locked.",
    "False: histories in which a rule calls any two models different that are equal, or the worse one better. Found: "
    "of the pairs with the better model, those that the rule calls right. The pairs come equally often, or one pair in "
    "70 % of the rounds.",
)


@dataclass(frozen=True)
class _Cell:
    """Histories of one size and advantage."""

    rounds: int
    advantage: float
    usual_pair_share: float
    histories: int


async def measure(_data: Path, run_size: RunSize) -> Section:
    """Run each cell in a process of its own."""
    histories = run_size.pick(20, 400)
    sizes = _SIZES if run_size is RunSize.FULL else _SIZES[:3]
    cells = [_Cell(n, a, share, histories) for share in _USUAL_PAIR_SHARES for a in _ADVANTAGES for n in sizes]
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        figures = await asyncio.gather(*(loop.run_in_executor(pool, run_cell, cell) for cell in cells))
    rows = tuple(_row(cell, found) for cell, found in zip(cells, figures, strict=True))
    worst = max(found[0][0] for found in figures)
    summary = Row("standings: most histories with a false call, of all sizes", f"{worst:.1%}", "at most 5 %")
    return Section("Standings", rows, (f"{histories} histories a row.", *_NOTES), (summary,))


def run_cell(cell: _Cell) -> list[tuple[float, float]]:
    """Return for each rule the share of histories with a false call, and the share of true differences found."""
    random = Random(f"{cell.rounds} {cell.advantage} {cell.usual_pair_share}")
    false, found = [0] * len(_RULES), [0] * len(_RULES)
    for _ in range(cell.histories):
        history = simulate(cell.rounds, cell.advantage, random, cell.usual_pair_share)
        for n, rule in enumerate(_RULES):
            called = rule(history)
            right = {pair for pair in called if pair[0] == MODELS[0]} if cell.advantage else set()
            false[n] += called != right
            found[n] += len(right)
    possible = cell.histories * (len(MODELS) - 1)
    return [(f / cell.histories, hits / possible) for f, hits in zip(false, found, strict=True)]


def _row(cell: _Cell, figures: Sequence[tuple[float, float]]) -> Row:
    pairs = f"one pair in {cell.usual_pair_share:.0%} of rounds" if cell.usual_pair_share else "all pairs alike"
    false = ", ".join(f"{100 * share:.1f}" for share, _ in figures)
    if not cell.advantage:
        return Row(f"{cell.rounds} rounds, {pairs}, equal models: false", f"{false} %", "first at most 5 %")
    found = ", ".join(f"{100 * share:.0f}" for _, share in figures)
    label = f"{cell.rounds} rounds, {pairs}, one model better by {cell.advantage:g}: false; found"
    return Row(label, f"{false} %; {found} %", "first at most 5 %")
