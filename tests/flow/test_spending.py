"""What money does in the story: statements, blind ballots, charges that a person answers for, and caps."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import NotYours, OverBudget, Overspent, Settled, TimedOut
from bot.face import Place
from bot.ports import Answer, Ask, Reader
from bot.statement import Line
from tests.flow.theatre import DIRECTOR, FILM, LEAD, LITERAL, PRODUCER, SKIN, Theatre, theatre

SECRET = Place("T1", "C-secret")
ME, OTHER = Reader("T1", LEAD), Reader("T1", DIRECTOR)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as opened:
        yield opened


async def cast(house: Theatre, line: str = "Maya: a fisherwoman", lead: str = LEAD, place: Place = FILM) -> str:
    """A face locked."""
    round_ = await house.audition(await house.open(line, lead, place))
    await house.casting.voting.close(round_.id, lead)
    await house.casting.locking.decide(round_.numbered(1).id, lead)
    return round_.id


def dearer(house: Theatre, cost: str) -> None:
    """Recraft charges `cost` for every portrait from now on."""
    model = house.studio.skin
    draw = model.draw

    async def drawn(ask: Ask) -> Answer:
        answer = await draw(ask)
        return Answer(answer.data, answer.media_type, type(answer.charge)(Decimal(cost), "exact"), "req", ask.seed)

    model.draw = drawn  # type: ignore[method-assign]


async def test_a_statement_has_productions_models_people_faces_and_caps(house: Theatre) -> None:
    await cast(house)
    await cast(house, "Ben: a cook --models recraft --each 1", DIRECTOR, Place("T1", "C2"))
    await house.casting.spending.send(LEAD, FILM)
    ((reader, told),) = house.post.statements
    assert reader == ME
    assert [(line.what, line.month, line.faces, line.per_face) for line in told.productions] == [
        ("C1", Decimal("0.20"), 1, Decimal("0.20")),
        ("C2", Decimal("0.05"), 1, Decimal("0.05")),
    ]
    assert {line.what: line.month for line in told.models} == {SKIN.id: Decimal("0.15"), LITERAL.id: Decimal("0.10")}
    assert {line.what: line.today for line in told.people} == {LEAD: Decimal("0.20"), DIRECTOR: Decimal("0.05")}
    assert (told.total.month, told.total.per_face) == (Decimal("0.25"), Decimal("0.125"))
    assert {s.purse.cap: s.used for s in told.standings} == {
        "day": Decimal("0.25"),
        "workspace_month": Decimal("0.25"),
        "production_month": Decimal("0.20"),
        "person_day": Decimal("0.20"),
    }


async def test_what_a_person_may_not_see_is_one_sum_without_models_or_people(house: Theatre) -> None:
    house.doors.private[SECRET] = {PRODUCER}
    await cast(house)
    await cast(house, "Sable: a spy", PRODUCER, SECRET)
    told = await house.casting.spending.statement(LEAD, FILM)
    assert [line.what for line in told.productions] == ["C1"]
    assert [line.what for line in told.people] == [LEAD]
    assert told.others == Line("", Decimal("0.20"), Decimal("0.20"), 4)
    assert told.total.faces == 1
    seen = await house.casting.spending.statement(PRODUCER, SECRET)
    assert {line.what for line in seen.productions} == {"C1", SECRET.channel}
    assert seen.others is None


async def test_an_open_ballot_shows_no_model_and_no_sum_that_tells_one(house: Theatre) -> None:
    """Recraft turns out cheaper than its list; whoever compares sums before and after a re-roll learns nothing."""
    dearer(house, "0.01")
    round_ = await house.voting()
    before = await house.casting.spending.statement(LEAD, FILM)
    assert (before.productions, before.models, before.people) == ((), (), ())
    assert before.blind == Line("", Decimal("0.20"), Decimal("0.20"), 1)
    assert {standing.used for standing in before.standings} == {Decimal("0.20")}
    assert (await house.casting.home.home("T1", LEAD)).spent_today == Decimal("0.20")
    cheap = next(s for s in round_.candidates if s.model == SKIN.id)
    again = await house.casting.rerolling.one(cheap.id, LEAD, "t")
    await house.casting.audition.draw(again.id)
    after = await house.casting.spending.statement(LEAD, FILM)
    assert {standing.used for standing in after.standings} == {Decimal("0.25")}
    await house.casting.voting.close(round_.id, LEAD)
    told = await house.casting.spending.statement(LEAD, FILM)
    assert {line.what: line.month for line in told.models} == {SKIN.id: Decimal("0.03"), LITERAL.id: Decimal("0.10")}
    assert told.blind is None


async def test_an_unknown_charge_is_asked_after_the_close_and_answered_once_by_its_lead(house: Theatre) -> None:
    house.studio.literal.script = lambda ask, call: TimedOut(LITERAL.id, paid="maybe") if call == 1 else None
    round_ = await house.voting()
    assert (await house.casting.spending.statement(LEAD, FILM)).questions == ()
    await house.casting.voting.close(round_.id, LEAD)
    (asked,) = (await house.casting.spending.statement(LEAD, FILM)).questions
    assert (asked.usd, asked.character) == (Decimal("0.05"), "Maya")
    others = await house.casting.spending.statement(DIRECTOR, FILM)
    assert (others.questions, others.elsewhere) == ((), 1)
    with pytest.raises(NotYours):
        await house.casting.spending.settle(asked.id, OTHER, charged=False)
    with pytest.raises(KeyError):
        await house.casting.spending.settle(asked.id, Reader("T2", LEAD), charged=False)
    await house.casting.spending.settle(asked.id, ME, charged=False)
    assert house.stage.happened[-1] == ("refresh", round_.id)
    assert [s.miss.paid for s in (await house.round(round_.id)).misses if s.miss] == ["no"]
    with pytest.raises(Settled):
        await house.casting.spending.settle(asked.id, ME, charged=True)
    told = await house.casting.spending.statement(LEAD, FILM)
    assert told.questions == ()
    assert told.total.month == Decimal("0.15")


async def test_a_charge_above_its_reservation_is_told_once_and_stops_the_workspace_until_it_is_seen(
    house: Theatre,
) -> None:
    dearer(house, "0.09")
    round_ = await house.voting("Maya: a fisherwoman --models recraft,gpt-image-2 --each 1")
    await house.casting.tick()
    await house.casting.tick()
    ((reader, entry),) = house.post.overspent
    assert (reader, entry.above, entry.character) == (ME, Decimal("0.04"), "Maya")
    asked = house.studio.asked
    with pytest.raises(Overspent) as blocked:
        await house.open("Ben: a cook", DIRECTOR, Place("T1", "C2"))
    assert (blocked.value.above, blocked.value.may) == (Decimal("0.04"), (LEAD,))
    assert house.studio.asked == asked
    assert [q.id for q in (await house.casting.spending.statement(LEAD, FILM)).questions] == [entry.id]
    with pytest.raises(NotYours):
        await house.casting.spending.see(entry.id, OTHER)
    await house.casting.spending.see(entry.id, ME)
    assert (await house.round(round_.id)).above == Decimal("0.04")
    assert await house.open("Ben: a cook", DIRECTOR, Place("T1", "C2"))


async def test_a_lead_who_cannot_be_reached_is_told_later(house: Theatre) -> None:
    dearer(house, "0.09")
    await house.voting()
    house.post.away.add(LEAD)
    await house.casting.tick()
    assert house.post.overspent == []
    house.post.away.clear()
    await house.casting.tick()
    assert len(house.post.overspent) == 2


async def test_people_named_in_the_settings_may_answer_for_anybody(tmp_path: Path) -> None:
    async with theatre(tmp_path, admins=frozenset({PRODUCER})) as house:
        dearer(house, "0.09")
        await house.voting("Maya: x --models recraft --each 1")
        (asked,) = (await house.casting.spending.statement(PRODUCER, FILM)).questions
        await house.casting.spending.see(asked.id, Reader("T1", PRODUCER))
        assert await house.open("Ben: a cook")


@pytest.mark.parametrize("cap", ["per_person_day", "per_production_month", "per_workspace_month"])
async def test_at_a_cap_nothing_is_sent(tmp_path: Path, cap: str) -> None:
    async with theatre(tmp_path, **{cap: Decimal("0.30")}) as house:
        await cast(house)
        before = (house.studio.asked, list(house.started))
        with pytest.raises(OverBudget) as refused:
            await house.open("Ben: a cook")
        assert cap.endswith(refused.value.cap)
        assert (house.studio.asked, house.started) == before
