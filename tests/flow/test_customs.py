"""A production's customs in the story: defaults, style, caps, who may what, and channels that cast together."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.brief import Brief, Secrecy
from bot.catalogue import Look
from bot.customs import OWN, written
from bot.errors import Barred, Changed, OverBudget, Unfit
from bot.face import Place
from bot.member import Member
from bot.production import Customs
from bot.prompt import VERSION, Prompt
from tests.flow.theatre import BANANA, DIRECTOR, FERRY, FILM, LEAD, LITERAL, PRODUCER, SKIN, TWO_KEYS, Theatre, theatre

GUEST = "U-guest"
MONTH = "production_month"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as opened:
        opened.doors.members[GUEST] = Member(guest=True)
        yield opened


def form_of(name: str = "", customs: Customs | None = None, /, **fields: str) -> dict[str, tuple[str, ...]]:
    """A form as it stands for these customs, with some fields filled in anew."""
    people = {"models", "starters", "spenders", "lockers", "keepers"}
    held = written(name, customs or Customs()) | fields
    return {
        field: tuple(text.split()) if field in people else ((text,) if text else ()) for field, text in held.items()
    }


async def save(
    house: Theatre, place: Place = FILM, person: str = LEAD, also: dict[str, str] | None = None, **fields: str
) -> None:
    """Somebody opens the form, fills in these fields and sends it."""
    standing = await house.casting.keeping.standing(place, person)
    form = form_of(standing.production.name, standing.production.customs, **(also or {}), **fields)
    await house.casting.keeping.save(place, person, standing.production.digest, form)


async def held(house: Theatre, place: Place, person: str = LEAD) -> Decimal:
    """What the month's purse of a production holds, as the statement tells it."""
    told = await house.casting.spending.statement(person, place)
    return next(s.used for s in told.standings if s.purse.cap == MONTH)


async def test_what_a_line_leaves_open_the_customs_fill_in_and_what_it_says_stands(house: Theatre) -> None:
    await save(house, ballot="sealed", quorum="3", models=SKIN.id, also={"for": "60"})
    usual = (await house.round(await house.open("Maya: a fisherwoman"))).brief
    assert (usual.ballot, usual.quorum, usual.open_for.total_seconds()) == (Secrecy.SEALED, 3, 3600)
    said = (await house.round(await house.open("Ben: a cook --ballot quick --look literal"))).brief
    assert (said.ballot, said.look, said.models, said.quorum) == (Secrecy.QUICK, Look.LITERAL, (), 3)


async def test_the_house_style_stands_in_every_prompt_under_a_version_of_its_own(house: Theatre) -> None:
    await save(house, style="north light,\nno make-up")
    round_ = await house.voting()
    assert "a fisherwoman\nnorth light, no make-up\n" in round_.prompt
    assert round_.prompt_version == f"{VERSION}-style"
    assert {ask.prompt for ask in house.studio.skin.asks + house.studio.literal.asks} == {round_.prompt}
    assert Prompt.of(replace(round_.brief, style="")).version == VERSION


async def test_a_wish_is_cast_as_it_was_priced_whatever_the_customs_are_by_then(house: Theatre) -> None:
    held = await house.casting.opening.hold(Brief.of("Maya: a fisherwoman --each 1"), FILM, LEAD, "t1")
    await save(house, models=SKIN.id, ballot="sealed")
    wish = await house.casting.opening.wish(held.wish.id, LEAD)
    assert not wish.brief.models
    customs = (await house.storage.productions.of(FILM)).customs
    assert customs.over(wish.brief) == wish.brief


async def test_a_productions_own_caps_hold_below_castrooms_and_say_whose_they_are(house: Theatre) -> None:
    await save(house, per_round="0.10", per_month="0.25")
    with pytest.raises(OverBudget) as dear:
        await house.open("Maya: a fisherwoman --each 2")
    assert (dear.value.cap, dear.value.own, dear.value.limit) == ("round", True, Decimal("0.10"))
    for name in ("Maya", "Ben"):
        await house.open(f"{name}: a cook --models recraft --each 2")
    with pytest.raises(OverBudget) as spent:
        await house.open("Ada: a pilot --models recraft --each 2")
    assert (spent.value.cap, spent.value.own, spent.value.left) == (MONTH, True, Decimal("0.05"))
    await house.open("Ada: a pilot --models recraft --each 2", place=FERRY)
    assert await held(house, FILM) == Decimal("0.20")


async def test_a_reroll_keeps_to_the_productions_own_cap_for_a_round(house: Theatre) -> None:
    await save(house, per_round="0.10")
    round_ = await house.voting("Maya: a fisherwoman --models recraft --each 2")
    with pytest.raises(OverBudget) as error:
        await house.casting.rerolling.one(round_.slot_of[1], LEAD, "t")
    assert error.value.own


@pytest.mark.parametrize(
    ("fields", "field", "problem"),
    [
        ({"per_round": "2.01"}, "per_round", "above"),
        ({"per_round": "cheap"}, "per_round", "not_dollars"),
        ({"per_round": "0"}, "per_round", "not_dollars"),
        ({"style": "x" * 501}, "style", "too_long"),
        ({"style": "a\u202eb"}, "style", "control"),
        ({"quorum": "0"}, "quorum", "not_a_count"),
        ({"keepers": DIRECTOR}, "keepers", "yourself"),
        ({"production": "nobody's"}, "production", "unseen"),
        ({"name": "The Quay", "production": OWN}, "production", "first_join"),
    ],
)
async def test_what_cannot_hold_is_told_at_its_field_and_nothing_is_saved(
    house: Theatre, fields: dict[str, str], field: str, problem: str
) -> None:
    with pytest.raises(Unfit) as error:
        await save(house, also=fields)
    assert [(fault.field, fault.problem) for fault in error.value.faults] == [(field, problem)]
    assert (await house.storage.productions.of(FILM)).customs == Customs()


async def test_of_two_who_save_at_once_the_second_wipes_nothing(house: Theatre) -> None:
    seen = (await house.casting.keeping.standing(FILM, LEAD)).production.digest
    await house.casting.keeping.save(FILM, DIRECTOR, seen, form_of(quorum="3"))
    with pytest.raises(Changed):
        await house.casting.keeping.save(FILM, LEAD, seen, form_of(style="north light"))
    with pytest.raises(Changed):
        await house.storage.productions.keep(FILM, "", Customs(), seen=seen)
    assert (await house.storage.productions.of(FILM)).customs == Customs(quorum=3)


async def test_a_round_that_opens_meanwhile_does_not_outdate_the_form(house: Theatre) -> None:
    seen = (await house.casting.keeping.standing(FILM, LEAD)).production.digest
    await house.open()
    assert await house.casting.keeping.save(FILM, LEAD, seen, form_of(quorum="3"))


async def test_who_changed_what_is_kept_and_nothing_is_where_nothing_changed(house: Theatre) -> None:
    await save(house, ballot="sealed", style="north light")
    await save(house, person=DIRECTOR)
    await save(house, person=DIRECTOR, ballot="quick")
    deeds = (await house.casting.keeping.standing(FILM, LEAD)).deeds
    assert [(d.person, d.what, d.note) for d in deeds] == [
        (DIRECTOR, "set_ballot", "sealed\nquick"),
        (LEAD, "set_ballot", "quick\nsealed"),
        (LEAD, "set_style", "\nnorth light"),
    ]


async def test_only_those_named_change_settings_and_admins_always_can(tmp_path: Path) -> None:
    async with theatre(tmp_path, admins=frozenset({PRODUCER})) as house:
        await save(house, keepers=LEAD)
        with pytest.raises(Barred) as error:
            await save(house, person=DIRECTOR, quorum="2")
        assert error.value.may == (LEAD,)
        await save(house, person=PRODUCER, keepers=DIRECTOR)
        await save(house, person=DIRECTOR, quorum="2")


async def test_whoever_is_named_locks_though_another_leads_and_then_the_lead_does_not(house: Theatre) -> None:
    await save(house, lockers=DIRECTOR)
    round_ = await house.voting()
    await house.vote(round_, U3=1)
    with pytest.raises(Barred):
        await house.casting.locking.lock(round_.id, round_.slot_of[1], LEAD)
    face = await house.casting.locking.lock(round_.id, round_.slot_of[1], DIRECTOR)
    assert (face.lead, face.locked_by) == (LEAD, DIRECTOR)


async def test_a_guest_votes_and_neither_starts_nor_spends_unless_named(house: Theatre) -> None:
    round_ = await house.voting()
    await house.casting.voting.click(round_.numbered(1).id, GUEST, 1)
    assert [(mark.person, mark.on) for mark in await house.storage.rounds.marks(round_.id)] == [(GUEST, True)]
    for attempt in (house.open("Ben: a cook", GUEST), house.casting.keeping.standing(FILM, GUEST)):
        with pytest.raises(Barred) as error:
            await attempt
        assert error.value.guest
    await save(house, starters=f"{GUEST} {LEAD}", spenders=f"{GUEST} {LEAD}")
    await house.open("Ben: a cook", GUEST)
    with pytest.raises(Barred):
        await house.open("Ada: a pilot", DIRECTOR)


async def test_whom_everybody_named_has_left_it_is_as_if_nobody_were_named(house: Theatre) -> None:
    await save(house, starters=DIRECTOR, lockers=DIRECTOR)
    with pytest.raises(Barred):
        await house.open("Maya: a fisherwoman")
    house.doors.members[DIRECTOR] = Member(gone=True)
    round_ = await house.audition(await house.open("Maya: a fisherwoman"))
    await house.casting.voting.close(round_.id, LEAD)
    await house.casting.locking.decide(round_.numbered(1).id, LEAD)
    assert (await house.casting.recall.recall("Maya", LEAD, FILM)).kind == "face"


async def test_a_guest_who_is_named_to_start_starts_without_being_named_twice(house: Theatre) -> None:
    await save(house, starters=f"{LEAD} {GUEST}")
    assert await house.open("Maya: a fisherwoman", GUEST)
    await save(house, spenders=LEAD)
    with pytest.raises(Barred):
        await house.open("Ben: a cook", GUEST)


async def test_usual_models_that_cannot_draw_a_brief_give_way_and_are_not_told_as_asked_for(house: Theatre) -> None:
    await save(house, models=SKIN.id)
    round_ = await house.round(await house.open("Maya: a fisherwoman"))
    assert (set(round_.models), round_.reason.kind) == ({SKIN.id}, "usual")
    named = await house.round(await house.open(f"Ben: a cook --models {SKIN.id}"))
    assert named.reason.kind == "named"


async def test_a_brief_with_a_reference_is_drawn_though_the_usual_models_take_none(tmp_path: Path) -> None:
    able = replace(TWO_KEYS, models=(SKIN, replace(LITERAL, references=4), BANANA))
    async with theatre(tmp_path, catalogue=able) as house:
        await save(house, models=SKIN.id)
        maya = await house.audition(await house.open("Maya: a fisherwoman"))
        await house.casting.voting.close(maya.id, LEAD)
        await house.casting.locking.decide(maya.numbered(1).id, LEAD)
        ben = await house.round(await house.open("Ben: her brother --like Maya"))
        assert (set(ben.models), ben.reason.kind != "named") == ({LITERAL.id}, True)
