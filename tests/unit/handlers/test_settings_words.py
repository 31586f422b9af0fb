"""What is told of a production's customs: changes by whom, what is wrong with a field, and whose cap it was."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.deed import Deed
from bot.errors import AlreadyCasting, Barred, BriefError, OverBudget
from bot.face import Place
from handlers.words import errors, settings
from handlers.words.text import when
from tests.unit.handlers.stories import TITLES

AT = datetime(2026, 11, 24, 18, tzinfo=UTC)
HERE = Place("T1", "C1")


def a_deed(field: str, note: str, at: datetime = AT, what: str = "set_") -> Deed:
    return Deed(what + field, HERE, "U1", at, note=note)


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        (a_deed("ballot", "quick\nsealed"), "changed the ballot from quick to sealed"),
        (a_deed("style", "\nnorth *light*"), "changed the house style to “north \u2217light\u2217”"),
        (a_deed("quorum", "3\n"), "changed the quorum from 3 to none"),
        (a_deed("for", "1440\n10080"), "changed how long votes stay open from 1 day to a week"),
        (a_deed("per_round", "0.5\n"), "changed the most for a round from $0.50 to Castroom's"),
        (a_deed("lockers", "U2 U3\n"), "changed who may lock a face from <@U2> and <@U3> to the lead"),
        (a_deed("", "#C1\nThe Quay", what="joined"), "let this channel cast for The Quay, no longer for <#C1>"),
    ],
)
def test_a_change_says_who_changed_what_from_what_to_what_and_when(deed: Deed, told: str) -> None:
    assert settings.lines([deed], TITLES) == [f"<@U1> {told} · {when(AT)}"]


def test_whatever_was_saved_at_once_is_one_line_in_the_order_of_the_form() -> None:
    before = AT - timedelta(days=1)
    newest_first = [a_deed("quorum", "\n3"), a_deed("ballot", "quick\nsealed"), a_deed("name", "\nQuay", before)]
    both, first = settings.lines(newest_first, TITLES)
    assert "changed the ballot from quick to sealed and the quorum to 3 · " in both
    assert "the name to “Quay”" in first


def test_a_field_says_what_would_be_right() -> None:
    above = BriefError("per_round", "above", "2.00")
    assert settings.fault(above) == "Castroom allows $2.00 a round, and a production can only go below that."
    assert settings.fault(BriefError("style", "too_long", "501", limit=500)) == (
        "The style has 501 characters; up to 500 fit."
    )


def test_a_cap_says_who_can_raise_it() -> None:
    own = errors.sentence(OverBudget("round", Decimal(1), Decimal("0.5"), Decimal("0.5"), own=True))
    castrooms = errors.sentence(OverBudget("round", Decimal(1), Decimal("0.5"), Decimal("0.5")))
    assert "`/cast settings` here can raise it" in own
    assert "MAX_USD_PER_ROUND" not in own
    assert "MAX_USD_PER_ROUND" in castrooms


def test_whoever_may_not_see_an_open_round_gets_no_way_to_it() -> None:
    told = errors.already_casting(AlreadyCasting("Maya", ""), "")
    assert told == "Maya is being cast right now. It is in another channel of this production, which you cannot see."


def test_whoever_is_barred_from_settings_is_not_sent_there() -> None:
    assert errors.sentence(Barred("keep", ("U1",))) == "Here only <@U1> can change the settings. Nothing was changed."
    assert "`/cast settings`" in errors.sentence(Barred("start", ("U1",)))
