"""When somebody may be written to: in their own working hours, Monday to Friday from nine to six."""

from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_BEGINS, _ENDS = time(9), time(18)
_HOUR = timedelta(hours=1)
_SHARE = 4
_LOOK_BACK = 7  # days; within a week there is always a working one
_SATURDAY = 5


def reminder_at(opened: datetime, closes: datetime, zone: str) -> datetime | None:
    """When to remind somebody of a ballot: an hour before its close, at most a quarter of the time since it `opened`.

    Where that is outside their hours, the last hour of their last working time before it in which the ballot was open;
    None where there was none. `zone` is an IANA name; an unknown one counts as UTC.
    """
    due = closes - min(_HOUR, (closes - opened) / _SHARE)
    local = due.astimezone(_zone(zone))
    for back in range(_LOOK_BACK + 1):
        day = (local - timedelta(days=back)).date()
        begins, ends = (datetime.combine(day, at, local.tzinfo) for at in (_BEGINS, _ENDS))
        if day.weekday() >= _SATURDAY or begins > local:
            continue
        if local < ends:
            return due
        return max(ends - _HOUR, opened) if ends > opened else None
    return None


def at_work(now: datetime, zone: str) -> bool:
    """Whether it is their working time now."""
    local = now.astimezone(_zone(zone))
    return local.weekday() < _SATURDAY and _BEGINS <= local.time() < _ENDS


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
