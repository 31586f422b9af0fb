"""Every expected failure is a problem document with a status of its own kind and words that say what to do."""

import inspect
import json
from decimal import Decimal
from typing import Any

import pytest

from bot.domain import errors, service_errors
from bot.domain.errors import BriefError, CastingError, DoorRefused, NotAvailableHere, OverBudget
from bot.domain.service_errors import StorageUnavailable
from bot.doors import words
from bot.doors.problems import problem_of

# What the use cases behind the doors raise; other kinds belong to presses and forms in Slack.
KINDS = (
    errors.AlreadyCast,
    errors.AlreadyCasting,
    errors.BriefError,
    errors.ConsentNeeded,
    errors.DoorRefused,
    errors.ModelsUnavailable,
    errors.NoModels,
    errors.NotAvailableHere,
    service_errors.NotInstalled,
    errors.NotLead,
    errors.OverBudget,
    errors.PassportUnavailable,
    errors.PermissionDenied,
    errors.PersonLimitReached,
    service_errors.PortraitMissing,
    service_errors.SlackRejected,
    service_errors.SlackUnavailable,
    service_errors.StorageUnavailable,
    errors.UnacknowledgedOverspend,
)


_VALUES = {
    "limit": 2,
    "price": Decimal(1),
    "remaining": Decimal(1),
    "requested": ("recraft",),
    "configured": (),
}


def example(kind: type[CastingError]) -> CastingError:
    """An error of this kind with a plausible value in each required field."""
    values: dict[str, Any] = {}
    for name, parameter in inspect.signature(kind).parameters.items():
        if parameter.default is inspect.Parameter.empty and parameter.kind is not inspect.Parameter.VAR_POSITIONAL:
            values[name] = _VALUES.get(name, "day")
    return kind(**{name: value for name, value in values.items() if name not in ("args", "kwargs")})


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_own_problem_and_a_sentence(kind: type[CastingError]) -> None:
    problem = problem_of(example(kind))
    assert 400 <= problem.status < 600
    assert problem.code != "conflict"
    assert problem.detail
    document = json.loads(bytes(problem.response().body))
    assert document["type"] == f"/v1/docs#{problem.code}"
    assert document["title"] == words.TITLES[problem.code]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DoorRefused("unknown"), 401),
        (DoorRefused("revoked"), 401),
        (DoorRefused("scope", "cast"), 403),
        (DoorRefused("left"), 403),
        (DoorRefused("too_many", retry_after=7), 429),
        (NotAvailableHere("unknown"), 404),
        (NotAvailableHere("not_invited"), 403),
        (BriefError("name", "missing"), 422),
        (StorageUnavailable("database", "locked"), 503),
    ],
)
def test_statuses_are_those_of_http(error: CastingError, status: int) -> None:
    assert problem_of(error).status == status


@pytest.mark.parametrize("cap", ["round", "day", "person_day", "production_month", "workspace_month", "token_month"])
def test_every_cap_is_named(cap: str) -> None:
    error = OverBudget(cap, Decimal("0.50"), Decimal("2.00"), Decimal("0.25"))
    assert "$0.50" in problem_of(error).detail


def test_a_limit_says_how_long_to_wait() -> None:
    assert problem_of(DoorRefused("too_many", retry_after=7)).response().headers["retry-after"] == "7"
    assert problem_of(StorageUnavailable("database", "locked")).response().headers["retry-after"] == "5"
