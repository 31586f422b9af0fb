"""Faults on demand for the next calls of a model."""

import random
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Literal, get_args

import msgspec

FaultKind = Literal[
    "latency", "refusal", "rate_limit", "no_money", "bad_key", "retired", "bad_request", "error_500", "error_503",
    "no_image", "cut_before", "cut_during", "cut_after", "hang", "truncated", "broken_base64", "not_an_image",
    "html", "enormous", "drip", "wrong_type", "redirect", "long_comment", "twice_gzipped", "by_url",
    "absurd_amounts", "content_filter", "inner_error", "none",
]  # fmt: skip
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)

# Kinds that return an error in the vendor's format, before anything is drawn or charged.
ERROR_KINDS = frozenset(
    {
        "refusal",
        "rate_limit",
        "no_money",
        "bad_key",
        "retired",
        "bad_request",
        "error_500",
        "error_503",
        "no_image",
        "content_filter",
        "inner_error",
    }
)


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault of calls; `times` 0 means all, the first `skip` calls pass, `seed` makes `probability` repeatable."""

    kind: FaultKind
    times: Annotated[int, msgspec.Meta(ge=0)] = 1
    seconds: Annotated[float, msgspec.Meta(ge=0)] = 2.0
    seed: int = 7
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    spelling: str = ""
    skip: Annotated[int, msgspec.Meta(ge=0)] = 0


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of a call, evenly distributed between the two."""

    minimum: float = 1.5
    maximum: float = 4.0

    def seconds(self, *call: object) -> float:
        """Return the latency of a call: the same for the same arguments."""
        digest = sha256(repr(call).encode()).digest()
        return random.Random(digest).uniform(self.minimum, self.maximum)


@dataclass(slots=True)
class _ActiveFault:
    fault: Fault
    rng: random.Random
    skip: int
    remaining: int


class Faults:
    """Faults and latencies by model id; `*` applies to models without their own."""

    def __init__(self) -> None:
        self._active: dict[str, _ActiveFault] = {}
        self._latency: dict[str, Latency] = {"*": Latency()}

    def set(self, model: str, fault: Fault) -> None:
        self._active.pop(model, None)
        if fault.kind != "none":
            self._active[model] = _ActiveFault(fault, random.Random(fault.seed), fault.skip, fault.times)

    def next_fault(self, model: str) -> Fault | None:
        """Return the fault of this call, and count it."""
        for name in (model, "*"):
            active = self._active.get(name)
            if active is None:
                continue
            return self._consume(name, active)
        return None

    def fault_to_json(self, model: str) -> dict[str, Any] | None:
        """Return the fault of `model` as JSON."""
        active = self._active.get(model)
        return None if active is None else {**msgspec.structs.asdict(active.fault), "left": active.remaining or None}

    def set_latency(self, model: str, latency: Latency) -> None:
        """Set the latency of a model, or of all models with `*`."""
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
