"""Channels that share a production: they share names, settings and money, but not private faces."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.cli.export import SeveralWorkspaces, export
from bot.domain.errors import (
    AlreadyCast,
    AlreadyCasting,
    BriefError,
    NameConflict,
    NotAvailableHere,
    OverBudget,
    PermissionDenied,
    SettingsErrors,
)
from bot.domain.ids import ChannelRef
from bot.domain.model_errors import TimedOut
from bot.domain.production import ProductionSettings
from bot.domain.production_settings import OWN_PRODUCTION, as_text
from bot.ports.messaging import Recipient
from bot.settings import Settings
from tests.support.casting_harness import DIRECTOR, FERRY, FILM, LEAD, PRODUCER, CastingHarness, casting_harness
from tests.support.storage_builders import list_characters

SECRET = ChannelRef("T1", "C-secret")
MONTH = "production_month"


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    """A harness with a secret channel that only the lead is in."""
    async with casting_harness(tmp_path) as opened:
        opened.channel_access.private_members[SECRET] = {LEAD}
        yield opened


async def save_settings(harness: CastingHarness, place: ChannelRef, person: str = LEAD, **fields: str) -> None:
    settings_form = await harness.casting.production_settings_editor.form(place, person)
    values = as_text(settings_form.production.name, settings_form.production.settings) | fields
    multi_value_fields = {"models", "may_start", "may_spend", "may_lock", "may_change_settings"}
    submitted = {
        field: tuple(text.split() if field in multi_value_fields else filter(None, [text]))
        for field, text in values.items()
    }
    await harness.casting.production_settings_editor.save(place, person, settings_form.production.digest, submitted)


async def join_production(harness: CastingHarness, place: ChannelRef, other: ChannelRef, person: str = LEAD) -> None:
    production = await harness.storage.productions.get(other)
    if not production.id:
        production = await harness.storage.productions.save(other, "", ProductionSettings())
    await save_settings(harness, place, person, production=production.id)


async def month_spend(harness: CastingHarness, place: ChannelRef, person: str = LEAD) -> Decimal:
    """Return what the spend report says of the production's month."""
    report = await harness.casting.spending.report(person, place)
    return next(s.used for s in report.budget_statuses if s.period.cap == MONTH)


async def cast_character(harness: CastingHarness, line: str, place: ChannelRef, person: str = LEAD) -> str:
    round_ = await harness.audition(await harness.start_round(line, person, place))
    await harness.casting.round_controls.close(round_.id, person)
    await harness.casting.lock_face.decide(round_.candidate_by_number(1).id, person)
    return round_.id


async def test_production_shares_names_and_settings_but_not_faces(harness: CastingHarness) -> None:
    await cast_character(harness, "Maya: a fisherwoman", FILM)
    await save_settings(harness, FILM, name="The Quay", quorum="2")
    await join_production(harness, FERRY, FILM)
    with pytest.raises(AlreadyCast):
        await harness.start_round("maya: somebody else", place=FERRY)
    round_ = await harness.get_round(await harness.start_round("Ben: a cook", place=FERRY))
    assert (round_.brief.quorum, round_.place) == (2, FERRY)
    found = await harness.casting.recall.recall("Maya", DIRECTOR, FERRY)
    assert (found.kind, found.characters[0].place, found.characters[0].production_name) == ("face", FILM, "The Quay")
    listed = (await harness.casting.recall.list_visible(DIRECTOR, FILM, 20)).characters
    assert {(c.name, c.place) for c in listed} == {("Maya", FILM), ("Ben", FERRY)}


async def test_private_channels_face_is_visible_only_there(harness: CastingHarness) -> None:
    await cast_character(harness, "Maya: a fisherwoman", FILM)
    await join_production(harness, SECRET, FILM)
    await cast_character(harness, "Sable: a spokesperson", SECRET)
    assert (await harness.casting.recall.recall("Sable", DIRECTOR, FILM)).kind == "nothing"
    assert [c.name for c in (await harness.casting.recall.list_visible(DIRECTOR, FILM, 20)).characters] == ["Maya"]
    assert {c.name for c in (await harness.casting.recall.list_visible(LEAD, FILM, 20)).characters} == {"Maya", "Sable"}
    with pytest.raises(BriefError):
        await harness.start_round("Ben: her brother --like Sable", DIRECTOR, FILM)
    found = await harness.casting.recall.recall("Sable", LEAD, FILM)
    assert not await harness.casting.recall.can_share_in(found.characters[0], FILM), "it is not spoken aloud"


async def test_history_contains_only_visible_faces(harness: CastingHarness) -> None:
    await join_production(harness, SECRET, FILM)
    await cast_character(harness, "Maya: a fisherwoman", SECRET)
    await recast_character(harness, "Maya: a fisherwoman, older", FILM)
    result = await harness.casting.recall.recall("Maya", DIRECTOR, FILM)
    assert [face.version for face in result.history] == [2]
    assert [face.version for face in (await harness.casting.recall.recall("Maya", LEAD, FILM)).history] == [2, 1]


async def test_face_of_a_private_channel_is_not_superseded_from_outside(harness: CastingHarness) -> None:
    await cast_character(harness, "Maya: a fisherwoman", FILM)
    await join_production(harness, SECRET, FILM)
    await recast_character(harness, "Maya: a fisherwoman, older", SECRET)
    with pytest.raises(NotAvailableHere) as refused:
        await harness.start_round("Maya: a fisherwoman, younger", DIRECTOR, FILM)
    assert refused.value.reason == "cast_elsewhere"


async def test_confirmation_of_a_recast_asks_again_who_sees_the_face(harness: CastingHarness) -> None:
    await join_production(harness, SECRET, FILM)
    harness.channel_access.private_members[SECRET] = {LEAD, DIRECTOR}
    await cast_character(harness, "Maya: a fisherwoman", SECRET)
    with pytest.raises(AlreadyCast) as already_cast:
        await harness.start_round("Maya: a fisherwoman, older", DIRECTOR, FILM)
    harness.channel_access.private_members[SECRET] = {LEAD}
    with pytest.raises(NotAvailableHere):
        await harness.casting.start_round.confirm_recast(already_cast.value.draft_id, DIRECTOR)


async def recast_character(harness: CastingHarness, line: str, place: ChannelRef, person: str = LEAD) -> None:
    with pytest.raises(AlreadyCast) as already_cast:
        await harness.start_round(line, person, place)
    again = await harness.casting.start_round.confirm_recast(already_cast.value.draft_id, person)
    round_ = await harness.audition(again.round.id)
    await harness.casting.round_controls.close(round_.id, person)
    await harness.casting.lock_face.decide(round_.candidate_by_number(1).id, person)


async def test_recall_shows_the_newest_visible_face(harness: CastingHarness) -> None:
    await join_production(harness, SECRET, FILM)
    await cast_character(harness, "Maya: a fisherwoman", FILM)
    await recast_character(harness, "Maya: a fisherwoman, older", SECRET)
    result = await harness.casting.recall.recall("Maya", DIRECTOR, FILM)
    assert (result.kind, result.characters[0].place) == ("face", FILM)
    assert result.characters[0].face is not None
    assert result.characters[0].face.version == 1
    assert await harness.casting.recall.can_share_in(result.characters[0], FILM)
    lead_character = (await harness.casting.recall.recall("Maya", LEAD, FILM)).characters[0]
    assert lead_character.face is not None
    assert (lead_character.face.version, lead_character.place) == (2, SECRET)


async def test_channel_answer_omits_hidden_faces_and_rounds(
    harness: CastingHarness,
) -> None:
    await join_production(harness, SECRET, FILM)
    await cast_character(harness, "Maya: a fisherwoman", SECRET)
    await recast_character(harness, "Maya: a fisherwoman, older", FILM)
    with pytest.raises(AlreadyCast) as already_cast:
        await harness.start_round("Maya: a fisherwoman, younger", LEAD, SECRET)
    opened = await harness.casting.start_round.confirm_recast(already_cast.value.draft_id, LEAD)
    found = await harness.casting.recall.recall("Maya", LEAD, FILM)
    assert [face.version for face in found.history] == [2, 1]
    assert found.characters[0].open_round_id == opened.round.id
    public = await harness.casting.recall.visible_to_channel(found, FILM)
    assert [face.version for face in public.history] == [2]
    assert public.characters[0].open_round_id is None
    director_result = await harness.casting.recall.recall("Maya", DIRECTOR, FILM)
    assert director_result.characters[0].open_round_id is None


async def test_open_round_link_is_given_only_to_users_who_see_it(harness: CastingHarness) -> None:
    await join_production(harness, SECRET, FILM)
    open_round = await harness.start_round("Maya: a fisherwoman", place=SECRET)
    harness.advance(seconds=1)
    with pytest.raises(AlreadyCasting) as hidden:
        await harness.start_round("Maya: a fisherwoman", DIRECTOR, FILM)
    assert hidden.value.round_id == ""
    harness.advance(seconds=1)
    with pytest.raises(AlreadyCasting) as linked:
        await harness.start_round("Maya: a fisherwoman", LEAD, FILM)
    assert linked.value.round_id == open_round


async def test_channels_of_a_production_share_the_monthly_budget(harness: CastingHarness) -> None:
    await harness.start_round("Maya: a fisherwoman --models recraft --each 2", place=FILM)
    await harness.start_round("Ben: a cook --models recraft --each 2", place=FERRY)
    await join_production(harness, FERRY, FILM)
    assert await month_spend(harness, FILM) == await month_spend(harness, FERRY) == Decimal("0.20")
    await save_settings(harness, FILM, per_month="0.25")
    with pytest.raises(OverBudget) as error:
        await harness.start_round("Ada: a pilot --models recraft --each 2", place=FERRY)
    assert (error.value.remaining, error.value.is_production_cap) == (Decimal("0.05"), True)


async def test_reservation_follows_a_channel_to_its_new_budget(harness: CastingHarness) -> None:
    round_id = await harness.start_round("Ben: a cook --models recraft --each 2", place=FERRY)
    await join_production(harness, FERRY, FILM)
    harness.fake_models.skin.script = lambda _, call: (
        TimedOut("recraft:recraftv4_1", paid="maybe") if call == 1 else None
    )
    await harness.audition(round_id)
    await harness.casting.round_controls.close(round_id, LEAD)
    assert await month_spend(harness, FILM) == Decimal("0.10")
    (pending_charge,) = (await harness.casting.spending.report(LEAD, FERRY)).pending_charges
    await harness.casting.spending.confirm_charge(pending_charge.id, Recipient("T1", LEAD), charged=False)
    assert await month_spend(harness, FILM) == Decimal("0.05")
    await save_settings(harness, FERRY, production=OWN_PRODUCTION)
    assert (await month_spend(harness, FILM), await month_spend(harness, FERRY)) == (Decimal(0), Decimal("0.05"))


async def test_spend_report_groups_channels_by_production_name(harness: CastingHarness) -> None:
    await cast_character(harness, "Maya: a fisherwoman --models recraft --each 2", FILM)
    await cast_character(harness, "Ben: a cook --models recraft --each 2", FERRY)
    await save_settings(harness, FILM, name="The Quay")
    await join_production(harness, FERRY, FILM)
    report = await harness.casting.spending.report(DIRECTOR, FERRY)
    assert [(line.key, line.month, line.faces) for line in report.productions] == [("C1", Decimal("0.20"), 2)]
    assert report.production_names == {"C1": "The Quay"}


async def test_productions_with_equal_names_cannot_be_joined(harness: CastingHarness) -> None:
    await cast_character(harness, "Maya: a fisherwoman", FILM)
    await cast_character(harness, "MAYA: a pilot", FERRY)
    await cast_character(harness, "Ben: a cook", FERRY)
    with pytest.raises(NameConflict) as error:
        await join_production(harness, FERRY, FILM)
    assert error.value.names == ("MAYA",)
    assert (await harness.storage.productions.get(FERRY)).home == FERRY
    assert (await harness.casting.recall.recall("Ben", LEAD, FERRY)).kind == "face"


async def test_leaving_channel_keeps_characters_only_it_cast(harness: CastingHarness) -> None:
    await cast_character(harness, "Maya: a fisherwoman", FILM)
    await join_production(harness, FERRY, FILM)
    await cast_character(harness, "Ben: a cook", FERRY)
    await save_settings(harness, FERRY, production=OWN_PRODUCTION)
    own, other = await harness.storage.productions.get(FERRY), await harness.storage.productions.get(FILM)
    production_by_name = {c.name: c.production_id for c in await list_characters(harness.storage, "T1")}
    assert production_by_name == {"Maya": other.id, "Ben": own.id}
    assert (await harness.casting.production_settings_editor.form(FERRY, LEAD)).changes[0].detail == "#C1\n#C2"


async def test_joining_needs_access_and_settings_permission(harness: CastingHarness) -> None:
    await harness.start_round("Sable: a spokesperson", place=SECRET)
    assert [o.channel for o in (await harness.casting.production_settings_editor.form(FILM, DIRECTOR)).joinable] == []
    with pytest.raises(SettingsErrors) as error:
        await join_production(harness, FILM, SECRET, DIRECTOR)
    assert [fault.problem for fault in error.value.errors] == ["unseen"]
    await save_settings(harness, FERRY, may_change_settings=LEAD)
    with pytest.raises(PermissionDenied):
        await join_production(harness, FILM, FERRY, PRODUCER)
    await join_production(harness, FILM, FERRY)


async def test_private_settings_changes_stay_hidden_after_joining(harness: CastingHarness) -> None:
    await save_settings(harness, SECRET, style="a perfume nobody may name")
    await join_production(harness, SECRET, FILM)
    audit_events = (await harness.casting.production_settings_editor.form(FILM, DIRECTOR)).changes
    assert [audit_event.action for audit_event in audit_events] == ["joined"]


async def test_a_lock_from_outside_does_not_replace_a_private_face(harness: CastingHarness) -> None:
    await join_production(harness, SECRET, FILM)
    await cast_character(harness, "Maya: a fisherwoman", SECRET)
    await save_settings(harness, FILM, may_lock=f"{LEAD} {DIRECTOR}")
    with pytest.raises(AlreadyCast) as already_cast:
        await harness.start_round("Maya: a fisherwoman, older", LEAD, FILM)
    again = await harness.casting.start_round.confirm_recast(already_cast.value.draft_id, LEAD)
    round_ = await harness.audition(again.round.id)
    await harness.casting.round_controls.close(round_.id, LEAD)
    with pytest.raises(NotAvailableHere):
        await harness.casting.lock_face.decide(round_.candidate_by_number(1).id, DIRECTOR)
    assert (await harness.casting.lock_face.decide(round_.candidate_by_number(1).id, LEAD)).version == 2


async def test_moving_a_channel_does_not_shut_out_its_lead(harness: CastingHarness) -> None:
    await harness.start_round("Maya: a fisherwoman", LEAD, FILM)
    other = await harness.storage.productions.save(FERRY, "", ProductionSettings(may_change_settings=(DIRECTOR,)))
    with pytest.raises(SettingsErrors) as error:
        await save_settings(harness, FILM, DIRECTOR, production=other.id)
    assert [(each.field, each.problem) for each in error.value.errors] == [("production", "shuts_out")]


async def test_export_of_a_channel_that_workspaces_share_needs_the_workspace(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with casting_harness(data) as harness:
        await cast_character(harness, "Maya: a fisherwoman", FILM)
        await cast_character(harness, "Ben: a cook", ChannelRef("T2", FILM.channel))
    settings = Settings(data_dir=data)
    with pytest.raises(SeveralWorkspaces) as several:
        await export(settings, FILM.channel, tmp_path / "both")
    assert several.value.args == ("T1", "T2")
    assert (await export(settings, FILM.channel, tmp_path / "one", team="T2")).characters == 1
