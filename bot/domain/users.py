"""A user of a workspace, and their working hours."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True)
class User:
    """A Slack user. `is_guest` includes people of other organizations, who are also `is_external`.

    `time_zone` is an IANA name; it and `name` are empty if Slack gives none. `is_admin` means an administrator or owner
    of the workspace. With `is_unknown`, Slack answered that it does not show this user to the bot.
    """

    is_human: bool = True
    is_guest: bool = False
    is_deactivated: bool = False
    time_zone: str = ""
    name: str = ""
    is_admin: bool = False
    is_external: bool = False
    is_unknown: bool = False


_WORKDAY_START, _WORKDAY_END = time(9), time(18)

_HOUR = timedelta(hours=1)

_LEAD_TIME_DIVISOR = 4

_LOOK_BACK_DAYS = 7  # a week always contains a working day

_SATURDAY = 5


def reminder_at(opened_at: datetime, closes_at: datetime, time_zone: str) -> datetime | None:
    """Return when to remind a voter: an hour before the close, or less for ballots open under four hours.

    Outside working hours, the last working hour before it in which the ballot was open, or None without one.
    `time_zone` is an IANA name; an unknown one counts as UTC.
    """
    due = closes_at - min(_HOUR, (closes_at - opened_at) / _LEAD_TIME_DIVISOR)
    local = due.astimezone(_load_zone(time_zone))
    for days_back in range(_LOOK_BACK_DAYS + 1):
        day = (local - timedelta(days=days_back)).date()
        starts_at, ends_at = (datetime.combine(day, at, local.tzinfo) for at in (_WORKDAY_START, _WORKDAY_END))
        if day.weekday() >= _SATURDAY or starts_at > local:
            continue
        if local < ends_at:
            return due
        return max(ends_at - _HOUR, opened_at) if ends_at > opened_at else None
    return None


def is_working_time(now: datetime, time_zone: str) -> bool:
    local = now.astimezone(_load_zone(time_zone))
    return local.weekday() < _SATURDAY and _WORKDAY_START <= local.time() < _WORKDAY_END


def _load_zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
