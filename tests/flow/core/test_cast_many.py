"""`/cast many` over a real database: prices, one after another, caps, restarts and repeated calls."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.cast_many import LineState, ManyList, ManyState
from bot.domain.errors import AlreadyCast, AlreadyCasting, NotLead, OverBudget
from bot.domain.service_errors import SlackUnavailable
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, CastingHarness, casting_harness

LIST = "Maya: a fisherwoman --each 1\nTomas: a pilot --each 1\nVera: a captain --each 1"


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path) as opened:
        yield opened


async def begin(harness: CastingHarness, text: str = LIST) -> str:
    checked = await harness.casting.cast_many.check(text, FILM, LEAD, "V1")
    await harness.casting.cast_many.confirm(checked.draft.id, LEAD)
    return checked.draft.id


async def advance(harness: CastingHarness, list_id: str) -> ManyList:
    await harness.casting.cast_many.advance_due()
    return await harness.storage.cast_many.get(list_id)


async def draw_newest(harness: CastingHarness, many: ManyList) -> None:
    await harness.audition(many.newest_round_id)


def states(many: ManyList) -> list[LineState]:
    return [line.state for line in many.lines]


async def test_check_shows_every_line_with_its_price_or_its_error_and_starts_nothing(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, per_round="1.00") as harness:
        await check_every_kind_of_line(harness)


async def check_every_kind_of_line(harness: CastingHarness) -> None:
    await harness.run_to_lock("Cast: somebody")
    await harness.run_to_voting("Open: somebody")
    text = f"{LIST}\nCast: again\nOpen: again\nrubbish\nDear: x --4k --each 4"
    checked = await harness.casting.cast_many.check(text, FILM, LEAD, "V1")
    prices = [price for _, price in checked.lines]
    assert all(prices[:3])
    assert prices[3:] == [None] * 4
    errors = [line.error for line, _ in checked.lines[3:]]
    assert isinstance(errors[0], AlreadyCast)
    assert isinstance(errors[1], AlreadyCasting)
    assert isinstance(errors[3], OverBudget)
    assert checked.draft.price == sum(p for p in prices[:3] if p) > 0
    await harness.casting.cast_many.advance_due()
    assert "round" not in [kind for kind, _ in harness.started_jobs]
    assert (await harness.storage.cast_many.get(checked.draft.id)).state is ManyState.DRAFT


async def test_rounds_start_one_after_another_and_the_message_follows(harness: CastingHarness) -> None:
    list_id = await begin(harness)
    many = await advance(harness, list_id)
    assert states(many) == [LineState.STARTED, LineState.WAITING, LineState.WAITING]
    assert states(await advance(harness, list_id)) == states(many), "the first round still draws"
    for _ in range(2):
        await draw_newest(harness, many)
        many = await advance(harness, list_id)
    assert (many.state, states(many)) == (ManyState.DONE, [LineState.STARTED] * 3)
    assert len({line.round_id for line in many.lines}) == 3
    assert many.shown_version == many.version
    assert many.message_ts == harness.publisher.shown_lists[-1].message_ts
    assert [m.count(LineState.STARTED) for m in harness.publisher.shown_lists] == [1, 2, 3]


async def test_repeated_calls_start_nothing_twice(harness: CastingHarness) -> None:
    list_id = await begin(harness)
    again = await harness.casting.cast_many.check(LIST, FILM, LEAD, "V1")
    assert again.draft.id == list_id
    first = await advance(harness, list_id)
    await harness.casting.cast_many.confirm(list_id, LEAD)
    assert await harness.storage.cast_many.get(list_id) == first
    await harness.casting.cast_many.advance_due()
    assert len([job for job in harness.started_jobs if job[0] == "round"]) == 1


async def test_crash_after_the_start_of_a_round_starts_it_once(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        list_id = await begin(harness)
        many = await harness.storage.cast_many.get(list_id)
        started = await harness.casting.start_round.start(many.lines[0].brief, FILM, LEAD, f"{list_id}:0")
    async with casting_harness(tmp_path) as harness:
        many = await advance(harness, list_id)
        assert many.lines[0].round_id == started.round.id
        assert harness.started_jobs == [("round", started.round.id)]


async def test_list_stops_at_a_cap_and_continues_from_there(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, per_day="0.25") as harness:
        list_id = await begin(harness)
        many = await advance(harness, list_id)
        while many.state is ManyState.RUNNING:
            await draw_newest(harness, many)
            many = await advance(harness, list_id)
        assert many.state is ManyState.STOPPED
        assert many.stop
        assert isinstance(many.stop.to_error(), OverBudget)
        left = many.next_position
        assert left
        harness.advance(days=1)
        await harness.casting.cast_many.resume(list_id, LEAD)
        many = await advance(harness, list_id)
        assert many.lines[left].state is LineState.STARTED


async def test_line_that_cannot_start_any_more_does_not_stop_the_others(harness: CastingHarness) -> None:
    list_id = await begin(harness)
    await harness.start_round("Maya: meanwhile --each 1")
    many = await advance(harness, list_id)
    assert (many.lines[0].state, many.lines[0].problem) == (LineState.FAILED, "AlreadyCasting")
    assert (await advance(harness, list_id)).lines[1].state is LineState.STARTED


async def test_only_its_starter_continues_or_drops_a_list(harness: CastingHarness) -> None:
    list_id = await begin(harness)
    for change in (harness.casting.cast_many.resume, harness.casting.cast_many.drop_rest):
        with pytest.raises(NotLead):
            await change(list_id, DIRECTOR)
    await advance(harness, list_id)
    await harness.casting.cast_many.drop_rest(list_id, LEAD)
    many = await advance(harness, list_id)
    assert (many.state, states(many)) == (
        ManyState.DONE,
        [LineState.STARTED, LineState.FAILED, LineState.FAILED],
    )
    assert many.shown_version == many.version


async def test_message_that_slack_refused_is_shown_at_the_next_tick(harness: CastingHarness) -> None:
    list_id = await begin(harness)
    harness.publisher.next_errors = [SlackUnavailable("down")]
    many = await advance(harness, list_id)
    assert (states(many)[0], many.message_ts) == (LineState.STARTED, "")
    many = await advance(harness, list_id)
    assert many.message_ts
    assert many.shown_version == many.version


async def test_prices_of_the_check_are_what_the_rounds_reserve(harness: CastingHarness) -> None:
    list_id = await begin(harness)
    many = await advance(harness, list_id)
    round_ = await harness.get_round(many.newest_round_id)
    assert round_.price == many.lines[0].price > Decimal(0)
