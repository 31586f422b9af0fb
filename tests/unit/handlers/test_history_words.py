"""What a history says of each kind of event: who, and what became of it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.ballot import Leg
from bot.face import Place
from bot.history import Event
from handlers.words import history as words

AT = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)


def event(kind: str, **more: object) -> Event:
    return Event(kind, AT, Place("T1", "C1"), "r1", **{"people": ("U1",)} | more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("happened", "told"),
    [
        (event("started", usd=Decimal("0.21")), "<https://s.slack/1|Started> by <@U1> · up to $0.21"),
        (event("rerolled_one", note="3"), "Candidate 3 drawn again by <@U1>"),
        (event("rerolled_one"), "A missing candidate drawn again by <@U1>"),
        (event("varied", note="2"), "Candidate 2 drawn in another moment by <@U1>"),
        (event("alias", note="the <fisherwoman>"), "Also called “the &lt;fisherwoman&gt;”, by <@U1>"),
        (event("unalias", note="Mum"), "No longer called “Mum”, by <@U1>"),
        (event("voted", people=(), count=3), "3 people voted, sealed"),
        (event("voted", count=1, leg=Leg.RUN_OFF), "1 person voted in the run-off: <@U1>"),
        (event("took_over"), "Lead taken over by <@U1>"),
        (event("deadline", people=()), "Voting closed at its deadline"),
        (event("unlocked", version=1, note="too young"), "Version 1 unlocked by <@U1>: too young."),
        (event("something_new"), "Something new by <@U1>"),
    ],
)
def test_each_event_says_who_did_what(happened: Event, told: str) -> None:
    assert words.event(happened, "https://s.slack/1").split(" · ", 1)[1] == told
