"""Faults on demand: what goes wrong with which model's next calls."""

import random
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Literal, get_args

import msgspec

FaultKind = Literal[
    "latency", "refusal", "rate_limit", "no_money", "bad_key", "retired", "bad_request", "error_500", "error_503",
    "no_image", "cut_before", "cut_during", "cut_after", "hang", "truncated", "broken_base64", "not_an_image",
    "html", "enormous", "drip", "wrong_type", "redirect", "none",
]  # fmt: skip
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)

# Answered with an error in the vendor's spelling, before anything is drawn or charged.
ERROR_KINDS = frozenset(
    {"refusal", "rate_limit", "no_money", "bad_key", "retired", "bad_request", "error_500", "error_503", "no_image"}
)


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`times` 0 is for ever; the first `skip` calls pass; `seed` makes `probability` repeatable."""

    kind: FaultKind
    times: Annotated[int, msgspec.Meta(ge=0)] = 1
    seconds: Annotated[float, msgspec.Meta(ge=0)] = 2.0
    seed: int = 7
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    spelling: str = ""
    skip: Annotated[int, msgspec.Meta(ge=0)] = 0


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds a call takes, evenly spread between the two."""

    minimum: float = 1.5
    maximum: float = 4.0

    def seconds(self, *call: object) -> float:
        """How long this call takes: the same for the same model, words, seed and take."""
        digest = sha256(repr(call).encode()).digest()
        return random.Random(digest).uniform(self.minimum, self.maximum)


@dataclass(slots=True)
class _ActiveFault:
    fault: Fault
    rng: random.Random
    skip: int
    remaining: int


class Faults:
    """Faults and latencies by model id; `*` stands for every model that has none of its own."""

    def __init__(self) -> None:
        self._active: dict[str, _ActiveFault] = {}
        self._latency: dict[str, Latency] = {"*": Latency()}

    def set(self, model: str, fault: Fault) -> None:
        self._active.pop(model, None)
        if fault.kind != "none":
            self._active[model] = _ActiveFault(fault, random.Random(fault.seed), fault.skip, fault.times)

    def next_fault(self, model: str) -> Fault | None:
        """The fault that this call meets; counts it."""
        for name in (model, "*"):
            active = self._active.get(name)
            if active is None:
                continue
            return self._consume(name, active)
        return None

    def fault_to_json(self, model: str) -> dict[str, Any] | None:
        """The fault that stands for `model` as the control door tells it."""
        active = self._active.get(model)
        return None if active is None else {**msgspec.structs.asdict(active.fault), "left": active.remaining or None}

    def set_latency(self, model: str, latency: Latency) -> None:
        """For `*`, of every model."""
        if model == "*":
            self._latency.clear()
        self._latency[model] = latency

    def latency(self, model: str) -> Latency:
        return self._latency.get(model) or self._latency["*"]

    def clear(self) -> None:
        self._active.clear()
        self._latency = {"*": Latency()}

    def _consume(self, name: str, active: _ActiveFault) -> Fault | None:
        if active.skip:
            active.skip -= 1
            return None
        if active.rng.random() >= active.fault.probability:
            return None
        if active.remaining:
            active.remaining -= 1
            if not active.remaining:
                del self._active[name]
        return active.fault
