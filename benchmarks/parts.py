"""The parts of the benchmarks by name, in the order of the page.

Parts of one step run side by side, since they count and do not time; a part alone in its step has both cores.
"""

from collections.abc import Mapping

from benchmarks import badinput, faults, histories, load, soak, speed
from benchmarks.section import Measure

PARTS: Mapping[str, Measure] = {
    "faults": faults.measure,
    "histories": histories.measure,
    "badinput": badinput.measure,
    "load": load.measure,
    "soak": soak.measure,
    "speed": speed.measure,
}
STEPS: tuple[tuple[str, ...], ...] = (("speed",), ("load",), ("soak", "faults"), ("histories", "badinput"))
