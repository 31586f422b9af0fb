"""What is written reads back as the same value, to the microsecond and without a lost cent."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from bot.ballot import Tally
from bot.brief import ASPECTS, Brief
from bot.catalogue import Look, Size
from storage.columns import Document, Dollars, Instant

DIALECT = sqlite.dialect()


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))])))
def test_a_time_is_the_same_moment_to_the_microsecond(moment: datetime) -> None:
    kept = Instant()
    assert kept.process_result_value(kept.process_bind_param(moment, DIALECT), DIALECT) == moment


@given(st.decimals(min_value=-1_000_000, max_value=1_000_000, places=6))
def test_money_down_to_a_micro_dollar_is_kept_exactly(usd: Decimal) -> None:
    kept = Dollars()
    assert kept.process_result_value(kept.process_bind_param(usd, DIALECT), DIALECT) == usd


@given(st.decimals(0, 100, places=9), st.decimals(0, 100, places=6))
def test_rounding_never_counts_too_little_and_settles_like_it_reserved(cost: Decimal, price: Decimal) -> None:
    kept = Dollars()
    rounded = kept.process_bind_param(cost, DIALECT) or 0
    assert rounded >= cost * 1_000_000
    assert (kept.process_bind_param(cost - price, DIALECT) or 0) == rounded - price * 1_000_000


@given(
    st.builds(
        Brief,
        name=st.text(),
        text=st.text(),
        models=st.lists(st.text()).map(tuple),
        each=st.none() | st.integers(1, 8),
        aspect=st.sampled_from(ASPECTS),
        look=st.none() | st.sampled_from(Look),
        open_for=st.timedeltas(timedelta(minutes=5), timedelta(days=30)),
        size=st.sampled_from(Size),
    )
)
def test_any_brief_is_kept_whole(brief: Brief) -> None:
    kept = Document[Brief](Brief)
    assert kept.process_result_value(kept.process_bind_param(brief, DIALECT), DIALECT) == brief


def test_a_tallys_numbers_are_numbers_again() -> None:
    kept = Document[Tally](Tally)
    written = kept.process_bind_param(Tally({1: 3, 2: 0}, 3), DIALECT)
    assert written == {"votes": {"1": 3, "2": 0}, "voters": 3, "answers": None}
    assert kept.process_result_value(written, DIALECT) == Tally({1: 3, 2: 0}, 3)


def test_an_old_document_without_a_later_field_still_reads() -> None:
    assert Document[Brief](Brief).process_result_value(
        {"name": "Maya", "text": "a fisherwoman", "mood": 1}, DIALECT
    ) == (Brief("Maya", "a fisherwoman"))
