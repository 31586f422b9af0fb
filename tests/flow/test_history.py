"""What a character's history tells, and to whom, over a real database."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.ballot import Leg
from bot.deed import Deed
from bot.face import Place
from bot.history import Event, Told
from bot.record import record_of
from bot.sealing import Answered
from bot.settings import Settings
from tests.flow.theatre import DIRECTOR, FILM, LEAD, PRODUCER, Theatre, theatre

SECRET = Place("T1", "C9")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as opened:
        yield opened


async def told(house: Theatre, name: str = "Maya", person: str = LEAD, place: Place = FILM) -> Told:
    return await house.casting.history.named(name, person, place)


async def kinds(house: Theatre, person: str = LEAD) -> list[str]:
    return [event.kind for event in (await told(house, person=person)).events]


def of(found: Told, kind: str) -> Event:
    return next(event for event in found.events if event.kind == kind)


async def test_a_round_from_its_start_to_its_lock(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U3=1, U2=1)
    house.later(minutes=1)
    await house.casting.locking.lock(round_.id, round_.slot_of[1], LEAD)
    found = await told(house, "maia")
    assert {e.kind for e in found.events} == {"locked", "voted", "spent", "started"}
    assert [e.at for e in found.events] == sorted((e.at for e in found.events), reverse=True)
    assert (of(found, "voted").people, of(found, "voted").count) == ((PRODUCER, DIRECTOR), 2)
    assert (of(found, "spent").people, of(found, "spent").count) == ((LEAD,), 4)
    assert (of(found, "locked").version, of(found, "locked").number) == (1, 1)
    assert (found.faces, found.spent) == (1, of(found, "spent").usd)
    assert found.spent == sum((s.cost or Decimal(0) for s in (await house.round(round_.id)).slots), Decimal(0))


async def test_while_a_ballot_is_open_no_sum_and_of_a_sealed_one_no_voter_is_told(house: Theatre) -> None:
    round_ = await house.voting("Maya: a fisherwoman --ballot sealed")
    one = frozenset({round_.slot_of[1]})
    await house.casting.sealing.put_in(round_.id, DIRECTOR, Answered(one, one, {}, none=False))
    found = await told(house)
    assert [e.kind for e in found.events] == ["started"]
    assert (found.spent, of(found, "started").usd) == (Decimal(0), round_.another)
    await house.casting.voting.close(round_.id, LEAD)
    found = await told(house)
    assert (of(found, "voted").people, of(found, "voted").count) == ((), 1)
    assert of(found, "spent").usd


async def test_extended_run_off_and_decided(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=1, U3=4)
    voting = house.casting.voting
    for deed in (voting.close, voting.extend, voting.close, voting.run_off):
        house.later(minutes=1)
        await deed(round_.id, LEAD)
    house.later(minutes=1)
    await house.casting.sealing.choose(round_.slot_of[4], PRODUCER)
    await voting.close(round_.id, LEAD)
    house.later(minutes=1)
    await house.casting.locking.decide(round_.slot_of[1], LEAD)
    found = await told(house)
    steered = [e.kind for e in found.events if e.kind not in ("voted", "spent")]
    assert steered == ["decided", "closed", "run_off", "closed", "extended", "closed", "started"]
    legs = {e.leg: e.people for e in found.events if e.kind == "voted"}
    assert legs == {Leg.FIRST: (DIRECTOR, PRODUCER), Leg.RUN_OFF: (PRODUCER,)}


async def test_a_ballot_that_closed_by_itself_is_told_at_its_deadline(house: Theatre) -> None:
    round_ = await house.voting()
    await house.vote(round_, U2=1)
    house.later(hours=30)
    await house.casting.voting.close_due(round_.id)
    assert of(await told(house), "deadline").at == round_.closes_at
    await house.casting.locking.lock(round_.id, round_.slot_of[1], LEAD)
    assert "deadline" in await kinds(house)


async def test_a_cancelled_and_a_rerolled_round_stay_in_the_history(house: Theatre) -> None:
    first = await house.voting()
    house.later(minutes=1)
    child = (await house.casting.rerolling.all(first.id, LEAD)).round
    house.later(minutes=1)
    await house.casting.audition.cancel(child.id, LEAD)
    house.later(minutes=1)
    await house.locked()
    assert [k for k in await kinds(house) if k not in ("spent", "voted")] == [
        "locked",
        "started",
        "cancelled",
        "rerolled",
        "started",
    ]


async def test_what_happened_where_somebody_may_not_look_is_not_told(house: Theatre) -> None:
    house.doors.private[SECRET] = {LEAD}
    await house.locked()
    character = (await told(house)).character
    await house.storage.chronicle.write(Deed("alias", SECRET, LEAD, house.now, character.id, note="the seal"))
    await house.storage.chronicle.write(Deed("alias", FILM, LEAD, house.now, character.id, note="the fish"))
    assert [e.note for e in (await told(house)).events if e.kind == "alias"] == ["the fish", "the seal"]
    assert [e.note for e in (await told(house, person=DIRECTOR)).events if e.kind == "alias"] == ["the fish"]
    house.doors.private[FILM] = {LEAD}
    assert (await told(house, person=DIRECTOR, place=Place("T1", "C2"))).found.kind == "nothing"


async def test_nobody_and_several_are_answered_as_a_recall_answers(house: Theatre) -> None:
    assert (await told(house, "Nobody")).found.kind == "nothing"
    await house.open("Mara: x")
    await house.open("Mayra: x")
    found = await told(house, "Marya")
    assert (found.found.kind, found.events) == ("unsure", ())
    assert {c.name for c in found.found.characters} == {"Mara", "Mayra"}
    chosen = await house.casting.history.of(found.found.characters[0].id, LEAD, FILM)
    assert [e.kind for e in chosen.events] == ["started"]


async def test_the_record_for_scripts_tells_the_same_events(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        round_id = await house.locked()
        house.later(seconds=5)
    record = await record_of(Settings(data_dir=tmp_path), round_id)
    assert {event["kind"] for event in record["events"]} == {"started", "spent", "voted", "locked"}
    at = [event["at"] for event in record["events"]]
    assert at == sorted(at)
    spent = next(event for event in record["events"] if event["kind"] == "spent")
    assert (spent["people"], spent["count"], spent["usd"]) == ([LEAD], 4, "0.2")
    assert (record["because"], record["locked"]["unlocked"]) == (None, None)
