"""Every expected failure is a problem document with a status of its own kind and words that say what to do."""

import dataclasses
import inspect
import json
from decimal import Decimal
from typing import Any

import pytest

from bot.domain import errors as domain_errors
from bot.domain.errors import BriefError, CastingError, DoorRefused, NotAvailableHere, OverBudget, StorageUnavailable
from bot.domain.model_errors import ModelError
from bot.doors import words
from bot.doors.problems import problem_of

# Kinds that no use case of a door raises: they belong to presses and forms in Slack.
IN_SLACK_ONLY = {
    "AlreadyResolved", "CannotDrawSheet", "CannotUpscale", "FormErrors", "LeadDeactivated", "ModelError",
    "NameConflict", "NoWinner", "NotAVoter", "PriceIncreased", "ReferenceUnclear", "SettingsConflict", "SettingsErrors",
    "TallyChanged", "CastingError", "MessageDeleted", "ChannelClosed",
}  # fmt: skip
KINDS = [
    kind
    for _, kind in inspect.getmembers(domain_errors, inspect.isclass)
    if issubclass(kind, CastingError) and not issubclass(kind, ModelError) and kind.__name__ not in IN_SLACK_ONLY
]


def example(kind: type[CastingError]) -> CastingError:
    """An error of this kind with a plausible value in each required field."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ():
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            values[field.name] = {"str": "day", "int": 3}.get(str(getattr(field.type, "__name__", field.type)), 1)
            if field.name in ("requested", "configured", "allowed_users"):
                values[field.name] = ("recraft",)
    return kind(**values)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_own_problem_and_a_sentence(kind: type[CastingError]) -> None:
    problem = problem_of(example(kind))
    assert 400 <= problem.status < 600
    assert problem.code != "conflict" or kind is domain_errors.RoundClosed
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
