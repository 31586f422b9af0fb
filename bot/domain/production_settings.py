"""The settings form: parse and validate its fields, and compare them with the current settings."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Self, TypeVar

from bot.domain.brief import (
    MAX_VOTING_TIME,
    MIN_VOTING_TIME,
    SLOT_LIMIT,
    BallotMode,
    parse_quorum,
    parse_single_line,
    require_length,
    require_no_option,
)
from bot.domain.budget import Caps
from bot.domain.catalogue import Look
from bot.domain.errors import BriefError, SettingsErrors
from bot.domain.production import AiTraining, Production, ProductionSettings
from bot.domain.retention import (
    KEEP_FIELDS,
    KEEP_PREFIX,
    WORKSPACE_FIELDS,
    WORKSPACE_PREFIX,
    Retention,
    WorkspaceRetention,
)
from bot.domain.target import parse_targets

NAME_LIMIT = 60
STYLE_LIMIT = 500
PEOPLE_LIMIT = 50
# The menu value for the channel's own production, which may have no id yet.
OWN_PRODUCTION = "own"
# Slack's menus cannot be cleared, so this value means: not set.
ANY = "any"
# The value of a ticked box.
ON = "on"

V = TypeVar("V")

PEOPLE_FIELDS = ("may_start", "may_spend", "may_lock", "may_change_settings")
# In the order of the form and of change notices.
FIELDS = (
    "name",
    "style",
    "ballot",
    "for",
    "quorum",
    "models",
    "look",
    "learn_routing",
    "ai_training",
    "ask_look_alikes",
    *PEOPLE_FIELDS,
    "per_round",
    "per_month",
    "targets",
    "other_targets",
    *KEEP_FIELDS,
)

_DOLLARS = re.compile(r"\$?\s*+(\d{1,6})(?:[.,](\d{1,2}))?\s*+\$?")


@dataclass(frozen=True)
class SettingsInput:
    """Submitted name and settings. `production` is another production to join (an id or OWN_PRODUCTION), else empty.

    `workspace` is None where the form had no fields for the whole workspace.
    """

    name: str
    settings: ProductionSettings
    production: str = ""
    workspace: WorkspaceRetention | None = None

    @classmethod
    def parse(cls, values: Mapping[str, tuple[str, ...]]) -> Self:
        """Parse form values by field; raises SettingsErrors with all invalid fields."""
        form = _FormReader(values)
        settings = ProductionSettings(
            models=form.all_of("models", SLOT_LIMIT),
            look=form.parse("look", lambda _, raw: Look(raw), None),
            learn_routing=form.first("learn_routing") == ON,
            ai_training=form.parse("ai_training", lambda _, raw: AiTraining(raw), AiTraining.NOT_ALLOWED),
            # A form of the version before lacks the field.
            ask_look_alikes="ask_look_alikes" not in values or form.first("ask_look_alikes") == ON,
            style=form.parse("style", _parse_style, ""),
            ballot=form.parse("ballot", lambda _, raw: BallotMode(raw), BallotMode.OPEN),
            open_for=form.parse("for", _parse_duration, timedelta(hours=24)),
            quorum=form.parse("quorum", lambda _, raw: parse_quorum(raw), None),
            per_round=form.parse("per_round", parse_dollars, None),
            per_month=form.parse("per_month", parse_dollars, None),
            keep_portraits=form.parse("keep_portraits", _parse_days, None),
            keep_photos=form.parse("keep_photos", _parse_days, None),
            keep_voters=form.parse("keep_voters", _parse_days, None),
            keep_audit=form.parse("keep_audit", _parse_days, None),
            targets=form.targets(),
            **{field: form.all_of(field, PEOPLE_LIMIT) for field in PEOPLE_FIELDS},
        )
        name = form.parse("name", _text_parser(NAME_LIMIT), "")
        parsed = cls(name, settings, form.first("production"), _parse_workspace(form, values))
        if form.errors:
            raise SettingsErrors(tuple(form.errors))
        return parsed

    def cap_errors(self, caps: Caps) -> Iterator[BriefError]:
        """Yield the production's caps that exceed Castroom's."""
        monthly_limits = [m for m in (caps.per_production_month, caps.per_workspace_month) if m is not None]
        for field, requested, limits in (
            ("per_round", self.settings.per_round, [caps.per_round]),
            ("per_month", self.settings.per_month, monthly_limits),
        ):
            if requested is not None and limits and requested > min(limits):
                yield BriefError(field, "above", str(min(limits)))

    def retention_errors(self, allowed: Retention) -> Iterator[BriefError]:
        """Yield the times, of the production and of the workspace, that exceed Castroom's."""
        chosen = {field: getattr(self.settings, field) for field in KEEP_FIELDS}
        chosen |= workspace_values(self.workspace) if self.workspace else {}
        for field, days in chosen.items():
            limit = getattr(allowed, field.removeprefix(WORKSPACE_PREFIX).removeprefix(KEEP_PREFIX))
            if days is not None and days > limit:
                yield BriefError(field, "too_many_days", str(days), limit=limit)

    def workspace_changes(self, before: WorkspaceRetention) -> tuple[tuple[str, str, str], ...]:
        """Return field, old value and new value as text for every changed field of the workspace."""
        if self.workspace is None:
            return ()
        old, new = workspace_values(before), workspace_values(self.workspace)
        return tuple((field, str(old[field] or ""), str(new[field] or "")) for field in old if old[field] != new[field])

    def changes(self, before: Production) -> tuple[tuple[str, str, str], ...]:
        """Return field, old value and new value as text for every changed field."""
        old, new = as_text(before.name, before.settings), as_text(self.name, self.settings)
        return tuple((field, old[field], new[field]) for field in FIELDS if old[field] != new[field])


def workspace_values(retention: WorkspaceRetention) -> dict[str, int | None]:
    """Return the days by field of the form."""
    return {
        field: getattr(retention, field.removeprefix(WORKSPACE_PREFIX).removeprefix(KEEP_PREFIX))
        for field in WORKSPACE_FIELDS
    }


def as_text(name: str, settings: ProductionSettings) -> dict[str, str]:
    """Return every field as one line: ids separated by blanks, minutes, dollars; empty for unset fields."""
    return {
        "name": name,
        "models": " ".join(settings.models),
        "look": settings.look or "",
        "learn_routing": ON if settings.learn_routing else "",
        "ai_training": settings.ai_training,
        "ask_look_alikes": ON if settings.ask_look_alikes else "",
        "style": settings.style,
        "ballot": settings.ballot,
        "for": str(int(settings.open_for.total_seconds() // 60)),
        "quorum": str(settings.quorum or ""),
        **{field: " ".join(getattr(settings, field)) for field in PEOPLE_FIELDS},
        "per_round": "" if settings.per_round is None else str(settings.per_round),
        "per_month": "" if settings.per_month is None else str(settings.per_month),
        # One list for two fields of the form: menu and text.
        "targets": ", ".join(settings.targets),
        "other_targets": "",
        **{field: str(getattr(settings, field) or "") for field in KEEP_FIELDS},
    }


class _FormReader:
    """Parses fields by name and collects `errors`."""

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self._values = values
        self.errors: list[BriefError] = []

    def first(self, field: str) -> str:
        return next(iter(self._values.get(field, ())), "").strip()

    def all_of(self, field: str, limit: int) -> tuple[str, ...]:
        """Return the values; more than `limit` is an error."""
        values = self._values.get(field, ())
        if len(values) > limit:
            self.errors.append(BriefError(field, "too_many", str(len(values)), limit=limit))
        return tuple(values)

    def targets(self) -> tuple[str, ...]:
        """Return the chosen pipeline targets, then those that were typed, separated by commas."""
        typed = self.first("other_targets").split(",")
        try:
            return parse_targets([*self._values.get("targets", ()), *typed])
        except BriefError as error:
            self.errors.append(replace(error, field="other_targets"))
            return ()

    def parse(self, field: str, parser: Callable[[str, str], V], default: V) -> V:
        """Return the parsed field; `default` if it is empty or invalid."""
        if (raw := self.first(field)) in ("", ANY):
            return default
        try:
            return parser(field, raw)
        except BriefError as error:
            self.errors.append(error)
            return default


def _parse_workspace(form: _FormReader, values: Mapping[str, tuple[str, ...]]) -> WorkspaceRetention | None:
    if not set(WORKSPACE_FIELDS) & set(values):
        return None
    return WorkspaceRetention(*(form.parse(field, _parse_days, None) for field in WORKSPACE_FIELDS))


def _text_parser(limit: int) -> Callable[[str, str], str]:
    def parse(field: str, raw: str) -> str:
        return require_length(parse_single_line(raw, field), limit, field)

    return parse


def _parse_style(field: str, raw: str) -> str:
    require_no_option(raw, field, raw)
    return _text_parser(STYLE_LIMIT)(field, raw)


def _parse_duration(field: str, raw: str) -> timedelta:
    """Parse minutes."""
    duration = timedelta(minutes=int(raw)) if raw.isdecimal() else timedelta(0)
    if not MIN_VOTING_TIME <= duration <= MAX_VOTING_TIME:
        raise BriefError(field, "out_of_range", raw)
    return duration


def _parse_days(field: str, raw: str) -> int | None:
    if not re.fullmatch("[1-9][0-9]{0,3}", raw):
        raise BriefError(field, "not_days", raw)
    return int(raw)


def parse_dollars(field: str, raw: str) -> Decimal:
    """Parse an amount above nothing, such as 2.50 or $20; raises BriefError."""
    match = _DOLLARS.fullmatch(raw)
    if not match or not (amount := Decimal(f"{int(match[1])}.{match[2] or '00'}")):
        raise BriefError(field, "not_dollars", raw)
    return amount
