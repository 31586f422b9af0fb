"""The form over a real database: what it promises, whom it believes, who pays, and what a second press finds."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.brief import Brief, Use
from bot.budget import Spender, purse_day
from bot.deed import Deed
from bot.draft import Draft, Whose
from bot.drafting import Form
from bot.errors import AlreadyCast, AlreadyCasting, Barred, BriefError, Dearer, NoModels, NotTaken, NotYours, Unready
from bot.face import Place
from bot.member import Member
from bot.opening import Quote
from bot.production import Customs
from bot.round import State
from bot.waits import Waits
from tests.flow.theatre import BANANA, DIRECTOR, FILM, LEAD, LITERAL, PRODUCER, SKIN, Theatre, theatre

ELSEWHERE = Place("T1", "C2")


async def begun(house: Theatre, person: str = LEAD, place: Place = FILM, text: str = "a fisherwoman") -> Form:
    return await house.casting.drafting.begin(place, person, f"trigger-{house.now}-{person}", text)


def named(form: Form, name: str = "Maya", **changes: object) -> Draft:
    return replace(form.draft, name=name, **changes)  # type: ignore[arg-type]


async def sent(house: Theatre, form: Form, draft: Draft, person: str = LEAD) -> str:
    drafting = house.casting.drafting
    return (await drafting.open(await drafting.ready(form.id, person, draft))).round.id


async def held(house: Theatre, person: str) -> Decimal:
    spender = Spender(FILM, person, purse_day(house.now))
    purses = await house.storage.ledger.held(spender)
    return next(usd for purse, usd in purses.items() if purse.cap == "person_day")


async def keep(house: Theatre, customs: Customs) -> None:
    deed = Deed("customs", FILM, LEAD, house.now)
    await house.storage.productions.keep(FILM, "", customs, deed)


async def test_a_form_opens_with_the_customs_of_its_channel_and_a_price(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        await keep(house, Customs(models=("recraft",), open_for=timedelta(hours=2), quorum=2))
        form = await begun(house)
        assert (form.draft.models, form.draft.quorum, form.draft.lead) == ((SKIN.id,), 2, LEAD)
        assert [m.id for m in form.models] == [SKIN.id, LITERAL.id], "without a key nobody offers it"
        assert isinstance(form.quote, Quote)
        assert (form.quote.price, form.quote.other, set(form.quote.models)) == (
            Decimal("0.20"), Decimal("0.80"), {SKIN.id},
        )  # fmt: skip
        assert house.studio.asked == 0


async def test_a_form_that_would_be_filled_in_in_vain_does_not_open(tmp_path: Path) -> None:
    async with theatre(tmp_path, keys=["nobody"]) as house:
        with pytest.raises(NoModels):
            await begun(house)
    async with theatre(tmp_path / "guests") as house:
        house.doors.members[PRODUCER] = Member(guest=True)
        with pytest.raises(Barred):
            await begun(house, PRODUCER)


async def test_whoever_starts_pays_for_what_is_drawn_first_and_the_lead_for_what_is_drawn_again(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        form = await begun(house)
        round_id = await sent(house, form, named(form, lead=DIRECTOR, use=Use.FILM))
        round_ = await house.round(round_id)
        assert (round_.lead, round_.asked_by, round_.starter) == (DIRECTOR, LEAD, LEAD)
        assert (await held(house, LEAD), await held(house, DIRECTOR)) == (Decimal("0.20"), Decimal(0))
        (veiled,) = await house.storage.ledger.veiled("T1", purse_day(house.now))
        assert (veiled.person, veiled.month) == (LEAD, Decimal("0.20"))
        round_ = await house.audition(round_id)
        assert ("tell", round_id, "leads") in house.stage.happened
        with pytest.raises(NotYours):
            await house.casting.voting.close(round_id, LEAD)
        await house.casting.rerolling.one(round_.slot_of[1], DIRECTOR, "press")
        assert (await held(house, LEAD), await held(house, DIRECTOR)) == (Decimal("0.20"), Decimal("0.05"))
        shares = {v.person: v.month for v in await house.storage.ledger.veiled("T1", purse_day(house.now))}
        assert shares == {LEAD: Decimal("0.20"), DIRECTOR: Decimal("0.05")}
        again = next(s for s in (await house.round(round_id)).slots if s.again_for)
        await house.casting.audition.draw(again.id)
        await house.casting.voting.close(round_id, DIRECTOR)
        spent = await house.storage.ledger.spent("T1", purse_day(house.now))
        paid: dict[str, Decimal] = {}
        for one in spent:
            paid[one.person] = paid.get(one.person, Decimal(0)) + one.month
        assert paid == {LEAD: Decimal("0.20"), DIRECTOR: Decimal("0.05")}


async def test_the_face_keeps_what_it_is_wanted_for(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        form = await begun(house)
        round_ = await house.audition(await sent(house, form, named(form, use=Use.ADVERTISING)))
        await house.vote(round_, U2=1)
        face = await house.casting.locking.lock(round_.id, round_.slot_of[1], LEAD)
        assert face
        assert face.use == "advertising"


async def test_pressed_twice_at_once_a_form_opens_one_round_and_reserves_once(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        form = await begun(house)
        ids = await asyncio.gather(*(sent(house, form, named(form)) for _ in range(4)))
        assert len(set(ids)) == 1
        assert await held(house, LEAD) == Decimal("0.20")
        later = await sent(house, form, named(form, "Somebody else"))
        assert later == ids[0], "and so does a press that comes after it"


async def test_a_form_is_its_persons_own(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        form = await begun(house)
        with pytest.raises(NotYours):
            await sent(house, form, named(form), DIRECTOR)
        with pytest.raises(NotYours):
            await house.casting.drafting.touched(form.id, DIRECTOR, form.draft, 1)
        with pytest.raises(KeyError):
            await house.casting.drafting.suggest("w-unknown", LEAD, "Ma")


async def test_a_form_that_nobody_filled_in_is_nothing_to_say_yes_to(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        form = await begun(house)
        for agree in (house.casting.opening.accept, house.casting.opening.recast):
            with pytest.raises(KeyError):
                await agree(form.id, LEAD)
        assert await held(house, LEAD) == 0


async def test_nothing_costs_more_than_the_form_said_without_another_press(tmp_path: Path) -> None:
    async with theatre(tmp_path, keys=["recraft", "openai", "gemini"]) as house:
        form = await begun(house)
        balanced = named(form, text="a face with a good balance of realism and wardrobe", look=None)
        dear = replace(balanced, models=(BANANA.id, SKIN.id))
        with pytest.raises(Dearer) as caught:
            await sent(house, form, dear)
        assert (caught.value.price, caught.value.shown) == (Decimal("0.22"), Decimal("0.20"))
        assert await held(house, LEAD) == 0
        assert await sent(house, form, dear)
        assert await held(house, LEAD) == Decimal("0.22")


async def test_where_no_price_could_be_told_the_first_press_tells_it(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        form = await begun(house)
        many = named(form, models=(SKIN.id, LITERAL.id), each=8)
        now = await house.casting.drafting.touched(form.id, LEAD, many, 5)
        assert now
        assert isinstance(now.quote, BriefError)
        with pytest.raises(Dearer) as caught:
            await sent(house, form, replace(many, each=1))
        assert caught.value.shown == 0
        assert await sent(house, form, replace(many, each=1))


async def test_the_latest_of_two_choices_is_the_one_that_is_priced(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        drafting, form = house.casting.drafting, await begun(house)
        newer = await drafting.touched(form.id, LEAD, named(form, each=1), 20)
        older = await drafting.touched(form.id, LEAD, named(form, each=4), 10)
        assert newer
        assert older is None
        assert isinstance(newer.quote, Quote)
        assert newer.quote.price == Decimal("0.10")
        assert await drafting.touched(form.id, LEAD, named(form, each=1), 20), "asked again it is the latest still"
        with pytest.raises(Dearer):
            await sent(house, form, named(form, each=4))


async def test_people_who_could_not_take_part_are_found_before_anything_is_spent(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        house.doors.private[FILM] = {LEAD, DIRECTOR}
        house.doors.members["U0BOT"] = Member(human=False)
        house.doors.members["U0GONE"] = Member(gone=True)
        form = await begun(house)
        for draft in (
            named(form, lead=PRODUCER),
            named(form, lead="U0BOT"),
            named(form, voters=(DIRECTOR, PRODUCER, "U0GONE")),
        ):
            with pytest.raises(Unready) as caught:
                await sent(house, form, draft)
            (error,) = caught.value.wrong.values()
            assert isinstance(error, BriefError)
            assert error.got == ("2" if draft.voters else "1")
        assert await held(house, LEAD) == 0
        assert await sent(house, form, named(form, lead=DIRECTOR, voters=(LEAD, DIRECTOR)))


async def test_a_cast_character_is_re_cast_with_the_words_and_the_lead_of_the_last_press(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        await house.locked()
        house.later(minutes=1)
        form = await begun(house)
        wishes = []
        for text in ("a fisherwoman, older", "a fisherwoman, much older"):
            with pytest.raises(AlreadyCast) as caught:
                await sent(house, form, named(form, text=text, lead=DIRECTOR))
            wishes.append(caught.value.wish_id)
        assert wishes[0] != wishes[1]
        opened = await house.casting.opening.recast(wishes[1], LEAD)
        assert (opened.round.brief.text, opened.round.lead, opened.round.asked_by) == (
            "a fisherwoman, much older", DIRECTOR, LEAD,
        )  # fmt: skip
        house.later(minutes=1)
        other = await begun(house)
        with pytest.raises(AlreadyCasting):
            await sent(house, other, named(other))


async def test_suggestions_know_who_is_cast_being_cast_and_known_elsewhere(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        await house.locked("Maya: a fisherwoman")
        await house.open("Mara: a pilot")
        await house.open("Sable: a spokesperson", place=ELSEWHERE)
        house.later(minutes=1)
        drafting, form = house.casting.drafting, await begun(house)

        async def offered(typed: str) -> list[tuple[str, str]]:
            return [(s.name, s.kind) for s in await drafting.suggest(form.id, LEAD, typed)]

        assert await offered("") == [("Mara", "casting"), ("Maya", "cast"), ("Sable", "elsewhere")]
        assert await offered("  ma ") == [("ma", "new"), ("Mara", "casting"), ("Maya", "cast")]
        assert await offered("MAYA") == [("Maya", "cast"), ("Mara", "casting")]
        assert await offered("Zoë") == [("Zoë", "new")]
        assert list(await drafting.faces(form.id, LEAD, "")) == ["Maya"]
        assert await offered("m" * 5_000) == [("m" * 200, "new")]
        assert list(await drafting.faces(form.id, LEAD, "m" * 5_000)) == []
        house.doors.private[ELSEWHERE] = {DIRECTOR}
        assert await offered("Sable") == [("Sable", "new")]


async def test_a_face_to_draw_after_is_found_or_refused_at_once(tmp_path: Path) -> None:
    async with theatre(tmp_path, keys=["recraft", "openai", "gemini"]) as house:
        await house.locked("Maya: a fisherwoman")
        house.later(minutes=1)
        form = await begun(house)
        after = named(form, "Rui", models=(BANANA.id,), like=Whose.FACE, face="Maya", each=1)
        with pytest.raises(BriefError):
            await sent(house, form, replace(after, face="Nobody"))
        round_ = await house.round(await sent(house, form, after))
        assert round_.brief.like
        assert round_.brief.like.key


async def test_a_thread_that_asked_is_pointed_to_the_round_and_the_re_cast_too(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        opening = house.casting.opening
        opened = await opening.open_round(Brief.of("Maya: a pilot"), FILM, LEAD, "mention:1", asked_in="17.1")
        again = await opening.open_round(Brief.of("Maya: a pilot"), FILM, LEAD, "mention:1", asked_in="17.1")
        assert (opened.round.id, again.fresh) == (again.round.id, False)
        await house.audition(opened.round.id)
        assert house.stage.happened.count(("point", opened.round.id)) == 1
        await house.casting.posting.post(opened.round.id)
        assert house.stage.happened.count(("point", opened.round.id)) == 1, "once voting is open nobody is told again"
        assert ("tell", opened.round.id, "leads") not in house.stage.happened


async def test_a_round_that_slack_refuses_points_nowhere(tmp_path: Path) -> None:
    async with theatre(tmp_path, waits=Waits(refused=(0, 0))) as house:
        opening = house.casting.opening
        opened = await opening.open_round(Brief.of("Maya: a pilot"), FILM, LEAD, "mention:1", asked_in="17.1")
        house.stage.refusals = [NotTaken("chat.postMessage", "is_archived")] * 3
        await house.casting.posting.post(opened.round.id)
        assert (await house.round(opened.round.id)).state is State.VOID
        assert ("point", opened.round.id) not in house.stage.happened
