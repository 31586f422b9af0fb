"""Character sheets over a real database: paid once, a refusal is one missing view, opinions, the package."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.budget import budget_day
from bot.domain.catalogue import Size
from bot.domain.character_sheet import Opinions, SheetViewState
from bot.domain.errors import CannotDrawSheet, NotAvailableHere, NotLead, OverBudget, PermissionDenied, PriceIncreased
from bot.domain.ids import original_key
from bot.domain.model_errors import ContentRefused, RateLimited
from bot.domain.production import ProductionSettings
from bot.ports.character_sheet import SheetStart
from bot.usecases.recast import RecastMode, RecastRequest
from tests.flow.core.test_references import CONSENT, make_photo
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness
from tests.support.character_sheet_harness import (
    CATALOGUE,
    FRONT,
    PRICE,
    PROFILE,
    SMILE,
    draw,
    harness_with_face,
    request,
    start,
)
from tests.support.scripted_models import BANANA, LITERAL, make_portrait

PHOTO = make_photo()


async def committed_today(harness: CastingHarness) -> Decimal:
    return await harness.storage.ledger.committed(FILM.team, budget_day(harness.now))


async def test_each_view_is_one_call_with_the_original_as_its_only_reference(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        face = await harness.storage.roster.get_face(round_id)
        assert face
        original, before = await harness.storage.portraits.get(face.portrait.key), await committed_today(harness)
        drawn = await draw(harness, await start(harness, round_id, FRONT, PROFILE, SMILE))
        calls = harness.fake_models.banana.requests
        assert [call.references for call in calls] == [(original,)] * 3
        assert [call.size for call in calls] == [Size.TWO_K] * 3
        assert all("full profile" in call.prompt for call in calls[1:2])
        assert [attempt.state for attempt in drawn] == [SheetViewState.DRAWN] * 3
        assert {attempt.original_sha256 for attempt in drawn} == {face.portrait.sha256}
        assert await committed_today(harness) - before == 3 * BANANA.prices[Size.TWO_K]
        assert await harness.storage.portraits.get(face.portrait.key) == original


async def test_views_are_reserved_together_or_not_at_all(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        spent = await committed_today(harness)
        harness.casting.ports.caps.__dict__["per_day"] = spent + 2 * PRICE
        with pytest.raises(OverBudget) as refused:
            await start(harness, round_id, FRONT, PROFILE, SMILE)
        assert (refused.value.cap, refused.value.price) == ("day", 3 * PRICE)
        assert (await harness.storage.sheets.load(round_id)).attempts == ()
        assert await committed_today(harness) == spent


async def test_a_production_cap_and_a_person_cap_hold_for_sheets(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path, per_person_day=Decimal("0.25")) as (harness, round_id):
        with pytest.raises(OverBudget) as of_person:
            await start(harness, round_id, FRONT, PROFILE, SMILE)
        assert of_person.value.cap == "person_day"
        await harness.storage.productions.save(FILM, "", ProductionSettings(per_month=Decimal("0.21")))
        with pytest.raises(OverBudget) as of_production:
            await start(harness, round_id, FRONT, person=DIRECTOR)
        assert of_production.value.cap == "production_month"


async def test_a_repeated_submission_and_a_second_person_start_nothing_twice(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        form = request(harness, round_id, FRONT, PROFILE)
        sheets = harness.casting.character_sheets
        first = await sheets.start(form)
        again = await sheets.start(form)
        other = await sheets.start(replace(form, person=DIRECTOR, views=(FRONT, SMILE)))
        assert [a.view for a in first.created] == [FRONT, PROFILE]
        assert (again.created, set(again.existing)) == ((), {a.id for a in first.created})
        assert [a.view for a in other.created] == [SMILE]
        await draw(harness, first)
        for attempt in first.created:
            await harness.casting.draw_sheet_view.draw_sheet_view(attempt.id)
            await harness.casting.draw_sheet_view.show_sheet_view(attempt.id)
        assert len(harness.fake_models.banana.requests) == 2
        assert [e for e in harness.publisher.events if e[0] == "sheet_view"] == [
            ("sheet_view", attempt.id) for attempt in first.created
        ]


async def test_a_submission_repeated_after_a_refusal_does_not_ask_again(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        form = request(harness, round_id, PROFILE)
        harness.fake_models.banana.script = lambda ask, call: ContentRefused(BANANA.id, "blood")
        harness.advance(seconds=1)
        await draw(harness, await harness.casting.character_sheets.start(form))
        again = await harness.casting.character_sheets.start(form)
        assert again.created == ()
        later = await start(harness, round_id, PROFILE, formed_at=harness.now + timedelta(seconds=1))
        assert [a.attempt for a in later.created] == [2]


async def test_a_refused_view_is_one_missing_picture_and_can_be_drawn_again(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        harness.fake_models.banana.script = lambda ask, call: (
            ContentRefused(BANANA.id, "blood") if "full profile" in ask.prompt else None
        )
        before = await committed_today(harness)
        await draw(harness, await start(harness, round_id, FRONT, PROFILE))
        sheet = await harness.storage.sheets.load(round_id)
        (missing,) = sheet.missing
        assert [a.view for a in sheet.chosen] == [FRONT]
        assert missing.failure
        assert (missing.failure.kind, missing.failure.detail, missing.failure.paid) == ("refused", "blood", "no")
        assert await committed_today(harness) - before == BANANA.prices[Size.TWO_K]
        harness.fake_models.banana.script = lambda ask, call: None
        again = await harness.casting.character_sheets.draw_again(round_id, missing.id, BANANA.id, PRODUCER)
        repeated = await harness.casting.character_sheets.draw_again(round_id, missing.id, BANANA.id, DIRECTOR)
        assert (len(again.created), repeated.created) == (1, ())
        await draw(harness, again)
        assert (await harness.storage.sheets.load(round_id)).missing == ()


async def test_a_view_stored_before_a_crash_is_not_paid_for_again(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        (attempt,) = (await start(harness, round_id, FRONT)).created
        await harness.storage.sheets.mark_requested(attempt.id, harness.now)
        await harness.storage.portraits.put(original_key(round_id, attempt.id), make_portrait(3, 180, 240))
        await harness.casting.character_sheets.restart_unfinished()
        assert harness.started_jobs[-1] == ("sheet_view", attempt.id)
        (drawn,) = await draw(harness, SheetStart((attempt,)))
        assert (drawn.state, drawn.cost, drawn.cost_source) == (SheetViewState.DRAWN, PRICE, "listed")
        assert harness.fake_models.banana.requests == []


async def test_a_call_lost_in_a_crash_stays_reserved_until_a_person_answers(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        before = await committed_today(harness)
        (attempt,) = (await start(harness, round_id, FRONT)).created
        await harness.storage.sheets.mark_requested(attempt.id, harness.now)
        (lost,) = await draw(harness, SheetStart((attempt,)))
        assert lost.failure
        assert (lost.failure.kind, lost.failure.paid, lost.cost_source) == ("unknown", "maybe", "unknown")
        assert await committed_today(harness) - before == PRICE
        (entry,) = await harness.storage.ledger.list_pending_charges(FILM.team)
        assert (entry.kind, entry.id) == ("sheet_view", attempt.id)
        assert await harness.storage.ledger.confirm(attempt.id, LEAD, charged=False)
        assert await committed_today(harness) == before
        confirmed = await harness.storage.sheets.get(attempt.id)
        assert confirmed.failure
        assert (confirmed.failure.paid, confirmed.cost) == ("no", Decimal(0))


async def test_a_short_rate_limit_costs_one_more_call_and_no_view(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        harness.fake_models.banana.script = lambda ask, call: (
            RateLimited(BANANA.id, retry_after=0.01) if call == 1 else None
        )
        (drawn,) = await draw(harness, await start(harness, round_id, FRONT))
        assert (drawn.state, len(harness.fake_models.banana.requests)) == (SheetViewState.DRAWN, 2)


async def test_opinions_are_one_per_person_and_changeable(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        (attempt,) = await draw(harness, await start(harness, round_id, FRONT))
        sheets = harness.casting.character_sheets
        await sheets.give_opinion(round_id, attempt.id, LEAD, 10, same=True)
        await sheets.give_opinion(round_id, attempt.id, DIRECTOR, 11, same=True)
        await sheets.give_opinion(round_id, attempt.id, DIRECTOR, 30, same=False)
        await sheets.give_opinion(round_id, attempt.id, DIRECTOR, 20, same=True)
        sheet = await harness.storage.sheets.load(round_id)
        assert sheet.opinions_on(attempt) == Opinions(same=1, drifted=1)


async def test_the_lead_decides_and_keeps_one_attempt_of_a_view(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        sheets = harness.casting.character_sheets
        (first,) = await draw(harness, await start(harness, round_id, FRONT))
        with pytest.raises(NotLead):
            await sheets.keep(round_id, first.id, DIRECTOR)
        with pytest.raises(NotLead):
            await sheets.draw_again(round_id, first.id, BANANA.id, DIRECTOR)
        (second,) = await draw(harness, await sheets.draw_again(round_id, first.id, BANANA.id, LEAD))
        assert second.seed != first.seed
        assert (await harness.storage.sheets.load(round_id)).chosen == (second,)
        await sheets.keep(round_id, first.id, LEAD)
        (chosen,) = (await harness.storage.sheets.load(round_id)).chosen
        assert (chosen.id, chosen.kept_by) == (first.id, LEAD)
        await sheets.keep(round_id, second.id, LEAD)
        kept = [a.id for a in (await harness.storage.sheets.load(round_id)).attempts if a.kept_by]
        assert kept == [second.id]


async def test_permissions_are_those_of_an_upscale(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        (attempt,) = await draw(harness, await start(harness, round_id, FRONT))
        sheets = harness.casting.character_sheets
        await harness.storage.productions.save(FILM, "", ProductionSettings(may_spend=(LEAD,)))
        with pytest.raises(PermissionDenied):
            await start(harness, round_id, SMILE, person=DIRECTOR)
        harness.channel_access.private_members[FILM] = {LEAD}
        for call in (
            sheets.options(round_id, DIRECTOR),
            sheets.list_views(round_id, DIRECTOR),
            sheets.give_opinion(round_id, attempt.id, DIRECTOR, 5, same=True),
            sheets.keep(round_id, attempt.id, DIRECTOR),
        ):
            with pytest.raises(NotAvailableHere):
                await call
        with pytest.raises(KeyError):
            await sheets.keep("another-round", attempt.id, LEAD)


async def test_a_price_above_the_shown_one_starts_nothing(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        with pytest.raises(PriceIncreased) as asked:
            await start(harness, round_id, FRONT, PROFILE, shown_price=PRICE)
        assert asked.value.price == 2 * PRICE
        with pytest.raises(CannotDrawSheet):
            await start(harness, round_id)
        with pytest.raises(CannotDrawSheet):
            await start(harness, round_id, FRONT, model=LITERAL.id)
        assert (await harness.storage.sheets.load(round_id)).attempts == ()


async def test_an_unlocked_face_keeps_its_sheet_and_draws_no_more(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        (attempt,) = await draw(harness, await start(harness, round_id, FRONT))
        unlock = RecastRequest(round_id, LEAD, RecastMode.ONLY_UNLOCK, "the actor signed", None, "key", Decimal(0))
        await harness.casting.recast.apply(unlock)
        with pytest.raises(CannotDrawSheet) as refused:
            await start(harness, round_id, PROFILE)
        assert refused.value.reason == "unlocked"
        listing = await harness.casting.character_sheets.list_views(round_id, DIRECTOR)
        assert (listing.face.version, listing.keys) == (1, {"front": attempt.portrait and attempt.portrait.key})


async def test_a_withdrawn_consent_stops_views_that_wait(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, catalogue=CATALOGUE) as harness:
        line = "Maya: a keeper --like photo --models nano-banana"
        opened = await harness.start_round_with_photo(line, PHOTO, CONSENT)
        round_ = await harness.audition(opened.round.id)
        await harness.vote(round_, U2=1)
        await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
        waiting = await start(harness, round_.id, FRONT)
        before = len(harness.fake_models.banana.requests)
        await harness.casting.consent_withdrawal.withdraw(round_.id, LEAD)
        (stopped,) = await draw(harness, waiting)
        assert stopped.failure
        assert (stopped.failure.kind, stopped.failure.paid) == ("consent_withdrawn", "no")
        assert len(harness.fake_models.banana.requests) == before
        with pytest.raises(CannotDrawSheet) as refused:
            await start(harness, round_.id, PROFILE)
        assert refused.value.reason == "withdrawn"


@pytest.mark.parametrize("key_part", ["original", "preview"])
async def test_a_stop_while_a_picture_is_stored_leaves_the_view_to_the_next_process(
    key_part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        (attempt,) = (await start(harness, round_id, FRONT)).created
        put = harness.storage.portraits.put

        async def put_then_stop(key: str, data: bytes) -> bool:
            is_new = await put(key, data)
            if attempt.id in key and key_part in key:
                raise RuntimeError("cannot schedule new futures after shutdown")
            return is_new

        with monkeypatch.context() as stopping:
            stopping.setattr(harness.storage.portraits, "put", put_then_stop)
            with pytest.raises(RuntimeError):
                await harness.casting.draw_sheet_view.draw_sheet_view(attempt.id)
        assert (await harness.storage.sheets.get(attempt.id)).is_in_progress
        (drawn,) = await draw(harness, SheetStart((attempt,)))
        assert (drawn.state, len(harness.fake_models.banana.requests)) == (SheetViewState.DRAWN, 1)
