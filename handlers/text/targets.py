"""Pipeline targets under a record: what was reported about the face, by whom and when."""

from collections.abc import Sequence

from bot.domain.errors import BriefError
from bot.domain.target import ReportSource, TargetReport, TargetState
from bot.domain.timeline import TimelineEvent
from handlers.text.format import day, escape_mrkdwn, join_parts, people, person

TITLE = "Pipeline target"
BUTTON = "Update targets …"
SUBMIT = "Save"
TARGET, TARGET_EMPTY = "Target", "Choose a target"
STATE = "What it said about this face"
EXTERNAL_ID = "Id there"
EXTERNAL_ID_HINT = "The face's id or address in that tool, such as asset://a-17. Leave it empty if there is none."
INTRO = "The record shows what you report, with your name and today's date. Castroom checks nothing itself."
STATES = {
    TargetState.ACCEPTED: "Accepted",
    TargetState.REFUSED: "Refused",
    TargetState.NEEDS_APPROVAL: "Needs approval",
    TargetState.NOT_TRIED: "Not tried",
}
_HEADING = "*Pipeline targets*"
_FIELD_ERRORS = {
    ("external_id", "not_an_id"): "An id or address without blanks: letters, digits and . _ ~ : / ? # - only.",
    ("external_id", "too_long"): "An id has up to {limit} characters, not {got}.",
    ("target", "not_used"): "The production does not use this target any more.",
}


def lines(targets: Sequence[tuple[str, TargetReport | None]]) -> str:
    """Return one line for each target somebody reported, then those that nobody tried on one line."""
    reported = [report_line(report) for _, report in targets if report]
    untried = [escape_mrkdwn(target) for target, report in targets if report is None]
    return "\n".join([_HEADING, *reported, *([f"Not tried: {', '.join(untried)}"] if untried else [])])


def report_line(report: TargetReport) -> str:
    """Return `Runway: accepted · asset://a-1 · @lena, 28 November 2026`."""
    state = STATES[report.state].lower()
    external_id = f"`{escape_mrkdwn(report.external_id)}`" if report.external_id else ""
    return join_parts(f"{escape_mrkdwn(report.target)}: {state}", external_id, f"{_reporter(report)}, {day(report.at)}")


def history_line(entry: TimelineEvent, _url: str) -> str:
    """Return `Runway reported as accepted by @lena`."""
    target, state, _, name = (*entry.detail.split("\n"), "", "", "", "")[:4]
    if not state:
        return "Target reported"
    by = escape_mrkdwn(name) or people(entry.people)
    return f"{escape_mrkdwn(target)} reported as {STATES[TargetState(state)].lower()} by {by}"


def field_error(error: BriefError) -> str:
    """Say what is wrong with a field, in plain text."""
    pattern = _FIELD_ERRORS.get((error.field, error.problem), "This cannot be saved.")
    return pattern.format(got=error.got, limit=error.limit)


def _reporter(report: TargetReport) -> str:
    if report.reporter.source is ReportSource.PERSON:
        return person(report.reporter.person)
    kind = "webhook" if report.reporter.source is ReportSource.WEBHOOK else "token"
    return f"{kind} {escape_mrkdwn(report.reporter.name)}"
