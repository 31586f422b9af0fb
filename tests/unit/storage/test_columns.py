"""Column types: values read back unchanged, to the microsecond and the micro-dollar."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from bot.domain.ballot import Tally
from bot.domain.brief import ASPECTS, Brief
from bot.domain.catalogue import Look, Size
from storage.db.columns import Dollars, JsonValue, UtcMicros

DIALECT = sqlite.dialect()


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))])))
def test_datetime_round_trips_to_the_microsecond(moment: datetime) -> None:
    column = UtcMicros()
    assert column.process_result_value(column.process_bind_param(moment, DIALECT), DIALECT) == moment


@given(st.decimals(min_value=-1_000_000, max_value=1_000_000, places=6))
def test_money_round_trips_to_the_micro_dollar(usd: Decimal) -> None:
    column = Dollars()
    assert column.process_result_value(column.process_bind_param(usd, DIALECT), DIALECT) == usd


@given(st.decimals(0, 100, places=9), st.decimals(0, 100, places=6))
def test_money_is_rounded_up_consistently(cost: Decimal, price: Decimal) -> None:
    column = Dollars()
    rounded = column.process_bind_param(cost, DIALECT) or 0
    assert rounded >= cost * 1_000_000
    assert (column.process_bind_param(cost - price, DIALECT) or 0) == rounded - price * 1_000_000


@given(
    st.builds(
        Brief,
        name=st.text(),
        text=st.text(),
        models=st.lists(st.text()).map(tuple),
        per_model=st.none() | st.integers(1, 8),
        aspect=st.sampled_from(ASPECTS),
        look=st.none() | st.sampled_from(Look),
        open_for=st.timedeltas(timedelta(minutes=5), timedelta(days=30)),
        size=st.sampled_from(Size),
    )
)
def test_brief_round_trips(brief: Brief) -> None:
    column = JsonValue[Brief](Brief)
    assert column.process_result_value(column.process_bind_param(brief, DIALECT), DIALECT) == brief


def test_tally_keys_are_read_back_as_integers() -> None:
    column = JsonValue[Tally](Tally)
    written = column.process_bind_param(Tally({1: 3, 2: 0}, 3), DIALECT)
    assert written == {
        "votes": {"1": 3, "2": 0},
        "voters": 3,
        "sealed_results": None,
        "none_count": 0,
        "open_flaws": {},
    }
    assert column.process_result_value(written, DIALECT) == Tally({1: 3, 2: 0}, 3)


def test_document_without_newer_fields_is_readable() -> None:
    assert JsonValue[Brief](Brief).process_result_value(
        {"name": "Maya", "text": "a fisherwoman", "mood": 1}, DIALECT
    ) == (Brief("Maya", "a fisherwoman"))
