"""How far the two models of a round fall short of the best two, by the way they are chosen."""

import asyncio
import os
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path
from random import Random
from statistics import fmean

from benchmarks.learned_routing.methods import Method, by_castroom, by_chance, by_table, by_thompson
from benchmarks.learned_routing.studio import LOOKS, Studio
from benchmarks.report import Row, RunSize, Section
from bot.domain.standings.preferences import ContextRound

_METHODS: dict[str, Method] = {
    "by chance": by_chance,
    "the routing table": by_table,
    "Thompson sampling": by_thompson,
    "Castroom": by_castroom,
}
_ROUNDS = 150
_NEW_MODEL_AT = 60
_PERIODS = ((0, 20), (20, 60), (60, 90), (90, 150))
_NOTES = (
    "Five models, three looks; a model's appeal has a standard deviation of 0.5 over models and 0.35 over looks, a "
    "face's of 1. The table ranks by the true appeal with noise. Each round draws two models with two faces each; "
    "three to six people vote. A figure is the shortfall of the drawn pair's mean appeal from the best pair's, "
    "averaged over rounds 1 to 20, 21 to 60, 61 to 90 and 91 to 150.",
    "Thompson sampling draws each model's score from an approximate posterior with the same prior. In the second part "
    "a new model takes the weakest one's place at round 60; it is better than that one by 1.3.",
)


async def measure(_data: Path, run_size: RunSize) -> Section:
    """Play each history in a process of its own."""
    histories = run_size.pick(2, 24)
    loop, rows = asyncio.get_running_loop(), []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for has_new_model, (name, _) in product((False, True), _METHODS.items()):
            seeds = range(histories)
            tasks = [loop.run_in_executor(pool, play_history, name, seed, has_new_model) for seed in seeds]
            shortfalls = await asyncio.gather(*tasks)
            means = [fmean(history[n] for history in shortfalls) for n in range(len(_PERIODS))]
            label = f"{name}{', a new model at round 60' if has_new_model else ''}"
            rows.append(Row(label, ", ".join(f"{mean:.2f}" for mean in means)))
    return Section("Routing that learns", tuple(rows), (f"{histories} histories a row.", *_NOTES))


def play_history(name: str, seed: int, has_new_model: bool) -> list[float]:
    """Return the mean shortfall of each period."""
    studio, method = Studio(Random(f"studio {seed}")), _METHODS[name]
    rounds: list[ContextRound] = []
    shortfalls = []
    for number in range(_ROUNDS):
        if has_new_model and number == _NEW_MODEL_AT:
            studio.replace_weakest()
        look = LOOKS[number % len(LOOKS)]
        pair = method(studio, rounds, look)
        shortfalls.append(studio.shortfall(pair, look))
        rounds.insert(0, ContextRound(studio.play(f"r{number}", pair, look), look))
    return [fmean(shortfalls[start:end]) for start, end in _PERIODS]
