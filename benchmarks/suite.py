"""The benchmark parts by name, in the order of the page.

Parts of one step run in parallel, because they count and measure no time. A part alone in its step has both cores.
"""

from collections.abc import Mapping
from functools import partial

from benchmarks import ballot_model, chaos, doors, fuzz, learned_routing, load, passport, replicas, speed, standings
from benchmarks.load import account_limits, on_postgres, soak
from benchmarks.report import Measure

PARTS: Mapping[str, Measure] = {
    "faults": chaos.measure,
    "replicas": replicas.measure,
    "account-limits": account_limits.measure,
    "histories": ballot_model.measure,
    "badinput": fuzz.measure,
    "load": load.measure,
    "load-postgres": on_postgres.measure,
    "soak": soak.measure,
    "speed": speed.measure,
    "doors": doors.measure,
    "passport": passport.measure,
    "standings": standings.measure,
    "learned-routing": learned_routing.measure,
}
STEPS: tuple[tuple[str, ...], ...] = (
    ("speed",),
    ("passport",),
    ("load",),
    ("load-postgres",),
    ("account-limits",),
    ("soak",),
    ("faults",),
    ("replicas",),
    ("doors",),
    ("standings",),
    ("learned-routing",),
    ("histories", "badinput"),
)
# The variants that run with `--postgres`.
ON_POSTGRES: Mapping[str, str] = {"faults": "replicas", "load": "load-postgres"}


def on_replicas(count: int) -> Mapping[str, Measure]:
    """Return all parts; the part "replicas" runs with this number of bots."""
    return {**PARTS, "replicas": partial(replicas.measure, replicas=count)}
