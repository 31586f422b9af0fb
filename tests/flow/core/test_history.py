"""A character's history, and who may see which events, over a real database."""

from decimal import Decimal
from pathlib import Path

from bot.cli.round_json import load_round_json
from bot.domain.audit import AuditEvent
from bot.domain.ballot import BallotStage
from bot.domain.ids import ChannelRef
from bot.domain.timeline import TimelineEvent
from bot.settings import Settings
from bot.usecases.history import CharacterHistory
from bot.usecases.sealed_ballot import SealedAnswers
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness

SECRET = ChannelRef("T1", "C9")


async def load_history(
    harness: CastingHarness, name: str = "Maya", person: str = LEAD, place: ChannelRef = FILM
) -> CharacterHistory:
    return await harness.casting.history.get_by_name(name, person, place)


async def event_kinds(harness: CastingHarness, person: str = LEAD) -> list[str]:
    return [event.kind for event in (await load_history(harness, person=person)).events]


def first_event(found: CharacterHistory, kind: str) -> TimelineEvent:
    return next(event for event in found.events if event.kind == kind)


async def test_history_covers_a_round_from_start_to_lock(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U3=1, U2=1)
    harness.advance(minutes=1)
    await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
    found = await load_history(harness, "MAYA")
    assert {e.kind for e in found.events} == {"locked", "voted", "spent", "started"}
    assert [e.at for e in found.events] == sorted((e.at for e in found.events), reverse=True)
    assert (first_event(found, "voted").people, first_event(found, "voted").count) == ((PRODUCER, DIRECTOR), 2)
    assert (first_event(found, "spent").people, first_event(found, "spent").count) == ((LEAD,), 4)
    assert (first_event(found, "locked").version, first_event(found, "locked").number) == (1, 1)
    assert (found.face_count, found.spent) == (1, first_event(found, "spent").usd)
    assert found.spent == sum((s.cost or Decimal(0) for s in (await harness.get_round(round_.id)).slots), Decimal(0))


async def test_history_hides_spend_and_sealed_voters(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a fisherwoman --ballot sealed")
    one = frozenset({round_.slot_id_by_number[1]})
    await harness.casting.sealed_ballots.submit(round_.id, DIRECTOR, SealedAnswers(one, one, {}, none_of_these=False))
    found = await load_history(harness)
    assert [e.kind for e in found.events] == ["started"]
    assert (found.spent, first_event(found, "started").usd) == (Decimal(0), round_.repeat_price)
    await harness.casting.round_controls.close(round_.id, LEAD)
    found = await load_history(harness)
    assert (first_event(found, "voted").people, first_event(found, "voted").count) == ((), 1)
    assert first_event(found, "spent").usd


async def test_history_lists_extension_run_off_and_decision(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1, U3=4)
    controls = harness.casting.round_controls
    for action in (controls.close, controls.extend, controls.close, controls.start_run_off):
        harness.advance(minutes=1)
        await action(round_.id, LEAD)
    harness.advance(minutes=1)
    await harness.casting.sealed_ballots.choose(round_.slot_id_by_number[4], PRODUCER)
    await controls.close(round_.id, LEAD)
    harness.advance(minutes=1)
    await harness.casting.lock_face.decide(round_.slot_id_by_number[1], LEAD)
    found = await load_history(harness)
    lead_events = [e.kind for e in found.events if e.kind not in ("voted", "spent")]
    assert lead_events == ["decided", "closed", "run_off", "closed", "extended", "closed", "started"]
    voters_by_stage = {e.stage: e.people for e in found.events if e.kind == "voted"}
    assert voters_by_stage == {BallotStage.FIRST: (DIRECTOR, PRODUCER), BallotStage.RUN_OFF: (PRODUCER,)}


async def test_automatic_close_is_listed_at_its_deadline(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1)
    harness.advance(hours=30)
    await harness.casting.close_vote.close_due(round_.id)
    assert first_event(await load_history(harness), "deadline").at == round_.closes_at
    await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
    assert "deadline" in await event_kinds(harness)


async def test_a_cancelled_and_a_rerolled_round_stay_in_the_history(harness: CastingHarness) -> None:
    first = await harness.run_to_voting()
    harness.advance(minutes=1)
    child = (await harness.casting.reroll.reroll_round(first.id, LEAD)).round
    harness.advance(minutes=1)
    await harness.casting.audition.cancel(child.id, LEAD)
    harness.advance(minutes=1)
    await harness.run_to_lock()
    assert [k for k in await event_kinds(harness) if k not in ("spent", "voted")] == [
        "locked",
        "started",
        "cancelled",
        "rerolled",
        "started",
    ]


async def test_history_hides_events_of_invisible_channels(harness: CastingHarness) -> None:
    harness.channel_access.private_members[SECRET] = {LEAD}
    await harness.run_to_lock()
    character = (await load_history(harness)).character
    await harness.storage.audit_log.add(AuditEvent("alias", SECRET, LEAD, harness.now, character.id, detail="the seal"))
    await harness.storage.audit_log.add(AuditEvent("alias", FILM, LEAD, harness.now, character.id, detail="the fish"))
    assert [e.detail for e in (await load_history(harness)).events if e.kind == "alias"] == ["the fish", "the seal"]
    assert [e.detail for e in (await load_history(harness, person=DIRECTOR)).events if e.kind == "alias"] == [
        "the fish"
    ]
    harness.channel_access.private_members[FILM] = {LEAD}
    assert (await load_history(harness, person=DIRECTOR, place=ChannelRef("T1", "C2"))).recall_result.kind == "nothing"


async def test_history_of_unknown_or_ambiguous_names_gives_suggestions(harness: CastingHarness) -> None:
    assert (await load_history(harness, "Nobody")).recall_result.kind == "nothing"
    await harness.start_round("Mara: x")
    await harness.start_round("Mayra: x")
    found = await load_history(harness, "Marya")
    assert (found.recall_result.kind, found.events) == ("unsure", ())
    assert {c.name for c in found.recall_result.characters} == {"Mara", "Mayra"}
    chosen = await harness.casting.history.get_by_id(found.recall_result.characters[0].id, LEAD, FILM)
    assert [e.kind for e in chosen.events] == ["started"]


async def test_json_record_contains_the_same_events(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        round_id = await harness.run_to_lock()
        harness.advance(seconds=5)
    record = await load_round_json(Settings(data_dir=tmp_path), round_id)
    assert {event["kind"] for event in record["events"]} == {"started", "spent", "voted", "locked"}
    at = [event["at"] for event in record["events"]]
    assert at == sorted(at)
    spent = next(event for event in record["events"] if event["kind"] == "spent")
    assert (spent["people"], spent["count"], spent["usd"]) == ([LEAD], 4, "0.2")
    assert (record["because"], record["locked"]["unlocked"]) == (None, None)
