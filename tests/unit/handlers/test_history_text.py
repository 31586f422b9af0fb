"""The text of each kind of event in a history."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.domain.ballot import BallotStage
from bot.domain.ids import ChannelRef
from bot.domain.timeline import TimelineEvent
from handlers.text import history as history_text

AT = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)


def make_event(kind: str, **changes: object) -> TimelineEvent:
    return TimelineEvent(kind, AT, ChannelRef("T1", "C1"), "r1", **{"people": ("U1",)} | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("timeline_event", "expected"),
    [
        (make_event("started", usd=Decimal("0.21")), "<https://s.slack/1|Started> by <@U1> · up to $0.21"),
        (make_event("rerolled_one", detail="3"), "Candidate 3 redrawn by <@U1>"),
        (make_event("rerolled_one"), "A missing candidate redrawn by <@U1>"),
        (make_event("varied", detail="2"), "Candidate 2 varied by <@U1>"),
        (make_event("alias", detail="the <fisherwoman>"), "Also called “the &lt;fisherwoman&gt;”, by <@U1>"),
        (make_event("unalias", detail="Mum"), "No longer called “Mum”, by <@U1>"),
        (make_event("voted", people=(), count=3), "3 people voted, sealed"),
        (make_event("voted", count=1, stage=BallotStage.RUN_OFF), "1 person voted in the run-off: <@U1>"),
        (make_event("took_over"), "Lead taken over by <@U1>"),
        (make_event("deadline", people=()), "Voting closed at its deadline"),
        (make_event("unlocked", version=1, detail="too young"), "Version 1 unlocked by <@U1>: too young."),
        (
            make_event("voted", people=(), count=4, votes={1: 1, 2: 3, 3: 0}),
            "4 people voted, sealed · candidate 2: 3 votes, candidate 1: 1 vote",
        ),
        (
            make_event("locked", version=1, number=2, count=4, votes={2: 3}),
            "Version 1 locked by <@U1>: candidate 2, 3 of 4 votes",
        ),
        (make_event("locked", version=1, number=2), "Version 1 locked by <@U1>: candidate 2"),
        (make_event("upscaled", usd=Decimal("0.004")), "Finish at 4K requested by <@U1> · up to $0.004"),
        (make_event("upscale_kept", people=(), usd=Decimal("0.004")), "Finish kept · $0.004"),
        (make_event("upscale_declined", usd=Decimal("0.24")), "Finish declined by <@U1> · $0.24"),
        (make_event("upscale_failed", people=(), usd=Decimal(0)), "Finish failed · $0.00"),
        (make_event("something_new"), "Something new by <@U1>"),
    ],
)
def test_each_event_says_who_did_what(timeline_event: TimelineEvent, expected: str) -> None:
    assert history_text.event(timeline_event, "https://s.slack/1").split(" · ", 1)[1] == expected
