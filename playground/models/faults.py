"""Faults on demand: what goes wrong with which model's next calls."""

import random
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Literal, get_args

import msgspec

Kind = Literal[
    "latency", "refusal", "rate_limit", "no_money", "bad_key", "retired", "bad_request", "error_500", "error_503",
    "no_image", "cut_before", "cut_during", "cut_after", "hang", "truncated", "broken_base64", "not_an_image",
    "html", "enormous", "drip", "wrong_type", "redirect", "none",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)

# Answered with an error in the vendor's spelling, before anything is drawn or charged.
COMPLAINTS = frozenset(
    {"refusal", "rate_limit", "no_money", "bad_key", "retired", "bad_request", "error_500", "error_503", "no_image"}
)


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`times` 0 is for ever; the first `skip` calls pass; `seed` makes `probability` repeatable."""

    kind: Kind
    times: Annotated[int, msgspec.Meta(ge=0)] = 1
    seconds: Annotated[float, msgspec.Meta(ge=0)] = 2.0
    seed: int = 7
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    spelling: str = ""
    skip: Annotated[int, msgspec.Meta(ge=0)] = 0


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds a call takes, evenly spread between the two."""

    least: float = 1.5
    most: float = 4.0

    def seconds(self, *call: object) -> float:
        """How long this call takes: the same for the same model, words, seed and take."""
        digest = sha256(repr(call).encode()).digest()
        return random.Random(digest).uniform(self.least, self.most)


@dataclass(slots=True)
class _Standing:
    fault: Fault
    chance: random.Random
    skip: int
    left: int


class Faults:
    """Faults and latencies by model id; `*` stands for every model that has none of its own."""

    def __init__(self) -> None:
        self._standing: dict[str, _Standing] = {}
        self._latency: dict[str, Latency] = {"*": Latency()}

    def set(self, model: str, fault: Fault) -> None:
        self._standing.pop(model, None)
        if fault.kind != "none":
            self._standing[model] = _Standing(fault, random.Random(fault.seed), fault.skip, fault.times)

    def strike(self, model: str) -> Fault | None:
        """The fault that this call meets; counts it."""
        for name in (model, "*"):
            standing = self._standing.get(name)
            if standing is None:
                continue
            return self._strike(name, standing)
        return None

    def show(self, model: str) -> dict[str, Any] | None:
        """The fault that stands for `model` as the control door tells it."""
        standing = self._standing.get(model)
        return None if standing is None else {**msgspec.structs.asdict(standing.fault), "left": standing.left or None}

    def set_latency(self, model: str, latency: Latency) -> None:
        """For `*`, of every model."""
        if model == "*":
            self._latency.clear()
        self._latency[model] = latency

    def latency(self, model: str) -> Latency:
        return self._latency.get(model) or self._latency["*"]

    def clear(self) -> None:
        self._standing.clear()
        self._latency = {"*": Latency()}

    def _strike(self, name: str, standing: _Standing) -> Fault | None:
        if standing.skip:
            standing.skip -= 1
            return None
        if standing.chance.random() >= standing.fault.probability:
            return None
        if standing.left:
            standing.left -= 1
            if not standing.left:
                del self._standing[name]
        return standing.fault
