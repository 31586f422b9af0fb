"""The round form over a real database: prices, checks, payer, and repeated submits."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.audit import AuditEvent
from bot.domain.brief import BallotMode, Brief, IntendedUse
from bot.domain.budget import Payer, budget_day
from bot.domain.command import parse_brief
from bot.domain.errors import (
    AlreadyCast,
    AlreadyCasting,
    BriefError,
    FormErrors,
    NoModels,
    NotLead,
    OverBudget,
    PermissionDenied,
    PriceIncreased,
)
from bot.domain.ids import ChannelRef
from bot.domain.production import ProductionSettings
from bot.domain.round_form import Draft, ReferenceKind
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackRejected
from bot.domain.users import User
from bot.usecases.quotes import Quote
from bot.usecases.retries import RetryDelays
from bot.usecases.round_form import RoundFormState
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness
from tests.support.scripted_models import BANANA, LITERAL, SKIN

ELSEWHERE = ChannelRef("T1", "C2")


async def open_form(
    harness: CastingHarness, person: str = LEAD, place: ChannelRef = FILM, text: str = "a fisherwoman"
) -> RoundFormState:
    return await harness.casting.round_form.create(place, person, f"trigger-{harness.now}-{person}", Brief("", text))


def filled_draft(form: RoundFormState, name: str = "Maya", **changes: object) -> Draft:
    return replace(form.draft, name=name, **changes)  # type: ignore[arg-type]


async def submit_form(harness: CastingHarness, form: RoundFormState, draft: Draft, person: str = LEAD) -> str:
    drafting = harness.casting.round_form
    return (await drafting.submit(await drafting.validate(form.id, person, draft))).round.id


async def day_spend(harness: CastingHarness, person: str) -> Decimal:
    payer = Payer(FILM, person, budget_day(harness.now))
    periods = await harness.storage.ledger.committed_by_period(payer)
    return next(usd for period, usd in periods.items() if period.cap == "person_day")


async def save_settings(harness: CastingHarness, settings: ProductionSettings) -> None:
    audit_event = AuditEvent("settings", FILM, LEAD, harness.now)
    await harness.storage.productions.save(FILM, "", settings, audit_event)


async def test_form_opens_with_the_channels_settings_and_a_price(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        await save_settings(harness, ProductionSettings(models=("recraft",), open_for=timedelta(hours=2), quorum=2))
        form = await open_form(harness)
        assert (form.draft.models, form.draft.quorum, form.draft.lead) == ((SKIN.id,), 2, LEAD)
        assert [m.id for m in form.models] == [SKIN.id, LITERAL.id], "without a key nobody offers it"
        assert isinstance(form.quote, Quote)
        assert (form.quote.price, form.quote.other_size_price, set(form.quote.models)) == (
            Decimal("0.20"), Decimal("0.80"), {SKIN.id},
        )  # fmt: skip
        assert harness.fake_models.call_count == 0


async def test_photo_command_opens_the_form_with_all_that_was_typed(tmp_path: Path) -> None:
    line = "Ben: her brother --like photo --each 2 --models nano-banana --for 2h --ballot sealed --quorum 3 --use film"
    async with casting_harness(tmp_path, keys=("recraft", "openai", "gemini")) as harness:
        round_form = harness.casting.round_form
        form = await round_form.create(FILM, LEAD, "t", parse_brief(line))
        assert form.draft == Draft(
            name="Ben",
            text="her brother",
            models=(BANANA.id,),
            per_model=2,
            reference_kind=ReferenceKind.PICTURE,
            closes_at=form.draft.closes_at,
            ballot=BallotMode.SEALED,
            quorum=3,
            use=IntendedUse.FILM,
            lead=LEAD,
        )
        assert isinstance(form.quote, Quote)
        with pytest.raises(BriefError, match="unknown"):
            await round_form.create(FILM, LEAD, "t2", parse_brief("Ben: x --like photo --models nonesuch"))
        await save_settings(harness, ProductionSettings(per_round=Decimal("0.01")))
        with pytest.raises(OverBudget):
            await round_form.create(FILM, LEAD, "t3", parse_brief("Ben: x --like photo"))


async def test_form_does_not_open_without_models_or_permission(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=["nobody"]) as harness:
        with pytest.raises(NoModels):
            await open_form(harness)
    async with casting_harness(tmp_path / "guests") as harness:
        harness.channel_access.users[PRODUCER] = User(is_guest=True)
        with pytest.raises(PermissionDenied):
            await open_form(harness, PRODUCER)


async def test_starter_pays_for_the_round_and_the_lead_for_rerolls(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        form = await open_form(harness)
        round_id = await submit_form(harness, form, filled_draft(form, lead=DIRECTOR, use=IntendedUse.FILM))
        round_ = await harness.get_round(round_id)
        assert (round_.lead, round_.requested_by, round_.started_by) == (DIRECTOR, LEAD, LEAD)
        assert (await day_spend(harness, LEAD), await day_spend(harness, DIRECTOR)) == (Decimal("0.20"), Decimal(0))
        (blind_round,) = await harness.storage.ledger.list_blind_round_spends("T1", budget_day(harness.now))
        assert (blind_round.person, blind_round.month) == (LEAD, Decimal("0.20"))
        round_ = await harness.audition(round_id)
        assert ("notify_lead", round_id, "leads") in harness.publisher.events
        with pytest.raises(NotLead):
            await harness.casting.round_controls.close(round_id, LEAD)
        await harness.casting.reroll.reroll_slot(round_.slot_id_by_number[1], DIRECTOR, "press")
        assert (await day_spend(harness, LEAD), await day_spend(harness, DIRECTOR)) == (
            Decimal("0.20"),
            Decimal("0.05"),
        )
        shares = {
            v.person: v.month
            for v in await harness.storage.ledger.list_blind_round_spends("T1", budget_day(harness.now))
        }
        assert shares == {LEAD: Decimal("0.20"), DIRECTOR: Decimal("0.05")}
        reroll = next(s for s in (await harness.get_round(round_id)).slots if s.rerolls_slot_id)
        await harness.casting.audition.generate_slot(reroll.id)
        await harness.casting.round_controls.close(round_id, DIRECTOR)
        spent = await harness.storage.ledger.list_spend_totals("T1", budget_day(harness.now))
        paid: dict[str, Decimal] = {}
        for one in spent:
            paid[one.person] = paid.get(one.person, Decimal(0)) + one.month
        assert paid == {LEAD: Decimal("0.20"), DIRECTOR: Decimal("0.05")}


async def test_face_keeps_its_intended_use(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        form = await open_form(harness)
        round_ = await harness.audition(
            await submit_form(harness, form, filled_draft(form, use=IntendedUse.ADVERTISING))
        )
        await harness.vote(round_, U2=1)
        face = await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
        assert face
        assert face.use == "advertising"


async def test_concurrent_form_submissions_open_and_reserve_one_round(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        form = await open_form(harness)
        ids = await asyncio.gather(*(submit_form(harness, form, filled_draft(form)) for _ in range(4)))
        assert len(set(ids)) == 1
        assert await day_spend(harness, LEAD) == Decimal("0.20")
        later = await submit_form(harness, form, filled_draft(form, "Somebody else"))
        assert later == ids[0], "and so does a press that comes after it"


async def test_form_belongs_to_its_user(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        form = await open_form(harness)
        with pytest.raises(NotLead):
            await submit_form(harness, form, filled_draft(form), DIRECTOR)
        with pytest.raises(NotLead):
            await harness.casting.round_form.reprice(form.id, DIRECTOR, form.draft, 1)
        with pytest.raises(KeyError):
            await harness.casting.round_form.suggest_names("w-unknown", LEAD, "Ma")


async def test_unsubmitted_form_cannot_be_confirmed(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        form = await open_form(harness)
        for confirm in (harness.casting.start_round.confirm_draft, harness.casting.start_round.confirm_recast):
            with pytest.raises(KeyError):
                await confirm(form.id, LEAD)
        assert await day_spend(harness, LEAD) == 0


async def test_higher_price_than_the_form_showed_needs_a_second_submit(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=["recraft", "openai", "gemini"]) as harness:
        form = await open_form(harness)
        balanced = filled_draft(form, text="a face with a good balance of realism and wardrobe", look=None)
        expensive = replace(balanced, models=(BANANA.id, SKIN.id))
        with pytest.raises(PriceIncreased) as caught:
            await submit_form(harness, form, expensive)
        assert (caught.value.price, caught.value.shown_price) == (Decimal("0.22"), Decimal("0.20"))
        assert await day_spend(harness, LEAD) == 0
        assert await submit_form(harness, form, expensive)
        assert await day_spend(harness, LEAD) == Decimal("0.22")


async def test_first_submit_shows_the_price_when_the_form_had_none(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        form = await open_form(harness)
        many = filled_draft(form, models=(SKIN.id, LITERAL.id), per_model=8)
        now = await harness.casting.round_form.reprice(form.id, LEAD, many, 5)
        assert now
        assert isinstance(now.quote, BriefError)
        with pytest.raises(PriceIncreased) as caught:
            await submit_form(harness, form, replace(many, per_model=1))
        assert caught.value.shown_price == 0
        assert await submit_form(harness, form, replace(many, per_model=1))


async def test_only_the_latest_choice_is_priced(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        drafting, form = harness.casting.round_form, await open_form(harness)
        newer = await drafting.reprice(form.id, LEAD, filled_draft(form, per_model=1), 20)
        older = await drafting.reprice(form.id, LEAD, filled_draft(form, per_model=4), 10)
        assert newer
        assert older is None
        assert isinstance(newer.quote, Quote)
        assert newer.quote.price == Decimal("0.10")
        assert await drafting.reprice(form.id, LEAD, filled_draft(form, per_model=1), 20), (
            "asked again it is the latest still"
        )
        with pytest.raises(PriceIncreased):
            await submit_form(harness, form, filled_draft(form, per_model=4))


async def test_unreachable_lead_or_voters_are_rejected_before_spending(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        harness.channel_access.private_members[FILM] = {LEAD, DIRECTOR}
        harness.channel_access.users["U0BOT"] = User(is_human=False)
        harness.channel_access.users["U0GONE"] = User(is_deactivated=True)
        form = await open_form(harness)
        for draft in (
            filled_draft(form, lead=PRODUCER),
            filled_draft(form, lead="U0BOT"),
            filled_draft(form, voters=(DIRECTOR, PRODUCER, "U0GONE")),
        ):
            with pytest.raises(FormErrors) as caught:
                await submit_form(harness, form, draft)
            (error,) = caught.value.by_field.values()
            assert isinstance(error, BriefError)
            assert error.got == ("2" if draft.voters else "1")
        assert await day_spend(harness, LEAD) == 0
        assert await submit_form(harness, form, filled_draft(form, lead=DIRECTOR, voters=(LEAD, DIRECTOR)))


async def test_recast_uses_the_brief_and_lead_of_the_last_submit(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        await harness.run_to_lock()
        harness.advance(minutes=1)
        form = await open_form(harness)
        draft_ids = []
        for text in ("a fisherwoman, older", "a fisherwoman, much older"):
            with pytest.raises(AlreadyCast) as caught:
                await submit_form(harness, form, filled_draft(form, text=text, lead=DIRECTOR))
            draft_ids.append(caught.value.draft_id)
        assert draft_ids[0] != draft_ids[1]
        opened = await harness.casting.start_round.confirm_recast(draft_ids[1], LEAD)
        assert (opened.round.brief.text, opened.round.lead, opened.round.requested_by) == (
            "a fisherwoman, much older", DIRECTOR, LEAD,
        )  # fmt: skip
        harness.advance(minutes=1)
        other = await open_form(harness)
        with pytest.raises(AlreadyCasting):
            await submit_form(harness, other, filled_draft(other))


async def test_suggestions_show_cast_casting_and_other_productions(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        await harness.run_to_lock("Maya: a fisherwoman")
        await harness.start_round("Mara: a pilot")
        await harness.start_round("Sable: a spokesperson", place=ELSEWHERE)
        harness.advance(minutes=1)
        drafting, form = harness.casting.round_form, await open_form(harness)

        async def suggestions(typed: str) -> list[tuple[str, str]]:
            return [(s.name, s.kind) for s in await drafting.suggest_names(form.id, LEAD, typed)]

        assert await suggestions("") == [("Mara", "casting"), ("Maya", "cast"), ("Sable", "elsewhere")]
        assert await suggestions("  ma ") == [("ma", "new"), ("Mara", "casting"), ("Maya", "cast")]
        assert await suggestions("MAYA") == [("Maya", "cast"), ("Mara", "casting")]
        assert await suggestions("Zoë") == [("Zoë", "new")]
        assert list(await drafting.suggest_faces(form.id, LEAD, "")) == ["Maya"]
        assert await suggestions("m" * 5_000) == [("m" * 200, "new")]
        assert list(await drafting.suggest_faces(form.id, LEAD, "m" * 5_000)) == []
        harness.channel_access.private_members[ELSEWHERE] = {DIRECTOR}
        assert await suggestions("Sable") == [("Sable", "new")]


async def test_reference_face_is_found_or_rejected_at_once(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=["recraft", "openai", "gemini"]) as harness:
        await harness.run_to_lock("Maya: a fisherwoman")
        harness.advance(minutes=1)
        form = await open_form(harness)
        draft = filled_draft(
            form, "Rui", models=(BANANA.id,), reference_kind=ReferenceKind.FACE, reference_character="Maya", per_model=1
        )
        with pytest.raises(BriefError):
            await submit_form(harness, form, replace(draft, reference_character="Nobody"))
        round_ = await harness.get_round(await submit_form(harness, form, draft))
        assert round_.brief.reference
        assert round_.brief.reference.key


async def test_source_thread_gets_one_link_to_the_round(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        opening = harness.casting.start_round
        opened = await opening.start(parse_brief("Maya: a pilot"), FILM, LEAD, "mention:1", source_thread_ts="17.1")
        again = await opening.start(parse_brief("Maya: a pilot"), FILM, LEAD, "mention:1", source_thread_ts="17.1")
        assert (opened.round.id, again.created) == (again.round.id, False)
        await harness.audition(opened.round.id)
        assert harness.publisher.events.count(("thread_link", opened.round.id)) == 1
        await harness.casting.round_message.post(opened.round.id)
        assert harness.publisher.events.count(("thread_link", opened.round.id)) == 1, (
            "once voting is open nobody is told again"
        )
        assert ("notify_lead", opened.round.id, "leads") not in harness.publisher.events


async def test_round_rejected_by_slack_links_no_thread(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, waits=RetryDelays(rejected_message=(0, 0))) as harness:
        opening = harness.casting.start_round
        opened = await opening.start(parse_brief("Maya: a pilot"), FILM, LEAD, "mention:1", source_thread_ts="17.1")
        harness.publisher.next_errors = [SlackRejected("chat.postMessage", "is_archived")] * 3
        await harness.casting.round_message.post(opened.round.id)
        assert (await harness.get_round(opened.round.id)).state is RoundState.VOID
        assert ("thread_link", opened.round.id) not in harness.publisher.events
