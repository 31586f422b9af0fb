"""A member of a workspace, as far as casting cares."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True)
class User:
    """Whether somebody is a person, a guest (or from a connected workspace), gone (deactivated); and their time zone.

    `zone` is an IANA name and `name` what people call them; each is empty where Slack tells none.
    """

    is_human: bool = True
    is_guest: bool = False
    is_deactivated: bool = False
    time_zone: str = ""
    name: str = ""


_WORKDAY_START, _WORKDAY_END = time(9), time(18)

_HOUR = timedelta(hours=1)

_LEAD_TIME_DIVISOR = 4

_LOOK_BACK_DAYS = 7  # days; within a week there is always a working one

_SATURDAY = 5


def reminder_at(opened_at: datetime, closes_at: datetime, time_zone: str) -> datetime | None:
    """When to remind somebody of a ballot: an hour before its close, at most a quarter of the time since it `opened`.

    Where that is outside their hours, the last hour of their last working time before it in which the ballot was open;
    None where there was none. `zone` is an IANA name; an unknown one counts as UTC.
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
    """Whether it is their working time now."""
    local = now.astimezone(_load_zone(time_zone))
    return local.weekday() < _SATURDAY and _WORKDAY_START <= local.time() < _WORKDAY_END


def _load_zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
