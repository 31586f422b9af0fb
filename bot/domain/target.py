"""Pipeline targets: what people and programs report about a face in the tools that use it. Nothing is ever inferred."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.brief import parse_single_line, require_length
from bot.domain.errors import BriefError
from bot.domain.names import drop_invisible, normalize_name

PRESETS = ("invideo", "Runway", "Kling", "Veo", "Seedance", "Higgsfield")
NAME_LIMIT = 40
EXTERNAL_ID_LIMIT = 200
TARGET_LIMIT = 20
# The audit action of a report.
TARGET_REPORTED = "target_reported"
# Ids of assets and their addresses, such as asset://a-1; nothing that could format a message.
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:/?#@!$()+,;=%-]*")


class TargetState(StrEnum):
    """What a target said about a face."""

    NOT_TRIED = "not_tried"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NEEDS_APPROVAL = "needs_approval"


class ReportSource(StrEnum):
    """How a report came."""

    PERSON = "person"
    TOKEN = "token"  # noqa: S105 - a kind of source
    WEBHOOK = "webhook"


@dataclass(frozen=True)
class Reporter:
    """Who reports: a person by id, or a program by name (a token's name, a webhook's host) and the person behind it.

    `person` is the one who set the program up.
    """

    source: ReportSource
    person: str = ""
    name: str = ""


@dataclass(frozen=True)
class TargetInput:
    """A checked report that is not stored yet; `external_id` is the face's id in the target, or empty."""

    target: str
    state: TargetState
    external_id: str = ""

    @classmethod
    def parse(cls, target: str, state: str, external_id: str = "") -> "TargetInput":
        """Raises BriefError (fields target, target_state, external_id)."""
        try:
            parsed_state = TargetState(state)
        except ValueError as error:
            raise BriefError("target_state", "unknown", state, tuple(TargetState)) from error
        return cls(parse_target(target), parsed_state, parse_external_id(external_id))


@dataclass(frozen=True)
class TargetReport:
    """The newest report about a face (`round_id`) in one target. Without a report it is not tried."""

    round_id: str
    target: str
    state: TargetState
    external_id: str
    at: datetime
    reporter: Reporter


def parse_target(raw: str) -> str:
    """Return the name of a target; a preset is spelled as it is listed. Raises BriefError."""
    name = " ".join(drop_invisible(parse_single_line(raw, "target")).split())
    if not normalize_name(name) or "," in name:
        raise BriefError("target", "unnamed")
    require_length(name, NAME_LIMIT, "target")
    return next((preset for preset in PRESETS if target_key(preset) == target_key(name)), name)


def parse_targets(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names without repetitions, in their order; raises BriefError."""
    by_key = {target_key(name): name for name in (parse_target(raw) for raw in names if raw.strip())}
    if len(by_key) > TARGET_LIMIT:
        raise BriefError("target", "too_many_targets", str(len(by_key)), limit=TARGET_LIMIT)
    return tuple(by_key.values())


def parse_external_id(raw: str) -> str:
    """Return an id or address without blanks, empty if it is; raises BriefError."""
    text = require_length(parse_single_line(raw, "external_id"), EXTERNAL_ID_LIMIT, "external_id")
    if text and not _EXTERNAL_ID.fullmatch(text):
        raise BriefError("external_id", "not_an_id")
    return text


def target_key(name: str) -> str:
    """Return the comparison key of a name: Runway and runway are one target."""
    return normalize_name(name)


def find_target(name: str, used: Sequence[str]) -> str:
    """Return the production's target of this name; raises BriefError if the production does not use it."""
    by_key = {target_key(target): target for target in used}
    if target_key(name) not in by_key:
        raise BriefError("target", "not_used", name, tuple(used))
    return by_key[target_key(name)]


def all_targets(used: Sequence[str], reports: Sequence[TargetReport]) -> tuple[tuple[str, TargetReport | None], ...]:
    """Return each target with its report, None where nobody reported: the production's, then others with a report."""
    by_key = {target_key(report.target): report for report in reports}
    listed = [(target, by_key.pop(target_key(target), None)) for target in used]
    return (*listed, *((report.target, report) for report in by_key.values()))
