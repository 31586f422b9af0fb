"""Vote reminders are sent in working hours, while the ballot is open."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.users import reminder_at

ZONES = ("Europe/Madrid", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Apia", "Asia/Kolkata", "UTC")


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("opened", "closes", "zone", "reminded"),
    [
        # Closes on a Wednesday at 16:00 in Tokyo: an hour before.
        ("2026-11-25T09:00+09:00", "2026-11-25T16:00+09:00", "Asia/Tokyo", "2026-11-25T15:00+09:00"),
        # Short ballot: in its last quarter.
        ("2026-11-25T10:00+09:00", "2026-11-25T10:20+09:00", "Asia/Tokyo", "2026-11-25T10:15+09:00"),
        # Closes at night: the last hour of the working day before.
        ("2026-11-25T09:00+09:00", "2026-11-26T03:00+09:00", "Asia/Tokyo", "2026-11-25T17:00+09:00"),
        # Closes on Sunday: Friday afternoon.
        ("2026-11-26T09:00+00:00", "2026-11-29T12:00+00:00", "Europe/London", "2026-11-27T17:00+00:00"),
        # Opened in the last half hour of Friday: at once.
        ("2026-11-27T17:30+00:00", "2026-11-29T12:00+00:00", "Europe/London", "2026-11-27T17:30+00:00"),
        # Open only between Friday evening and Monday morning: no reminder.
        ("2026-11-27T19:00+00:00", "2026-11-30T07:00+00:00", "Europe/London", None),
    ],
)
def test_reminder_falls_in_working_hours_before_the_close(
    opened: str, closes: str, zone: str, reminded: str | None
) -> None:
    expected = datetime.fromisoformat(reminded) if reminded else None
    assert reminder_at(datetime.fromisoformat(opened), datetime.fromisoformat(closes), zone) == expected


def test_unknown_time_zone_falls_back_to_utc() -> None:
    opened, closes = at("2026-11-25T08:00"), at("2026-11-25T16:00")
    assert reminder_at(opened, closes, "Mars/Olympus") == reminder_at(opened, closes, "") == at("2026-11-25T15:00")


@given(
    st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-12-31")),
    st.timedeltas(timedelta(minutes=5), timedelta(days=30)),
    st.sampled_from(ZONES),
)
def test_reminder_is_never_at_night_on_a_weekend_or_after_the_close(
    opened: datetime, open_for: timedelta, zone: str
) -> None:
    opened_at = opened.replace(tzinfo=UTC)
    reminded = reminder_at(opened_at, opened_at + open_for, zone)
    if reminded is None:
        assert open_for < timedelta(days=4), "four days have a working hour in them everywhere"
        return
    local = reminded.astimezone(ZoneInfo(zone))
    assert opened_at <= reminded < opened_at + open_for
    assert local.weekday() < 5
    assert 9 <= local.hour < 18
