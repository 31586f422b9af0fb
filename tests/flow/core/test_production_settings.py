"""Production settings: defaults, style, caps, permissions, and channels that share a production."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.brief import BallotMode
from bot.domain.catalogue import Look
from bot.domain.command import parse_brief
from bot.domain.errors import OverBudget, PermissionDenied, SettingsConflict, SettingsErrors
from bot.domain.ids import ChannelRef
from bot.domain.production import ProductionSettings
from bot.domain.production_settings import OWN_PRODUCTION, as_text
from bot.domain.prompt import VERSION, Prompt
from bot.domain.users import User
from bot.ports.rounds import RoundDraft
from tests.support.casting_harness import DIRECTOR, FERRY, FILM, LEAD, PRODUCER, CastingHarness, casting_harness
from tests.support.scripted_models import BANANA, LITERAL, SKIN, TWO_ACCOUNTS

GUEST = "U-guest"
MONTH = "production_month"


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path) as opened:
        opened.channel_access.users[GUEST] = User(is_guest=True)
        yield opened


def settings_input(
    name: str = "", settings: ProductionSettings | None = None, /, **fields: str
) -> dict[str, tuple[str, ...]]:
    """Return the form of these settings with some fields changed."""
    multi_value_fields = {"models", "may_start", "may_spend", "may_lock", "may_change_settings"}
    values = as_text(name, settings or ProductionSettings()) | fields
    return {
        field: tuple(text.split()) if field in multi_value_fields else ((text,) if text else ())
        for field, text in values.items()
    }


async def save_settings(
    harness: CastingHarness,
    place: ChannelRef = FILM,
    person: str = LEAD,
    overrides: dict[str, str] | None = None,
    **fields: str,
) -> None:
    """Open the form, change these fields and submit it."""
    settings_form = await harness.casting.production_settings_editor.form(place, person)
    submitted = settings_input(
        settings_form.production.name, settings_form.production.settings, **(overrides or {}), **fields
    )
    await harness.casting.production_settings_editor.save(place, person, settings_form.production.digest, submitted)


async def month_spend(harness: CastingHarness, place: ChannelRef, person: str = LEAD) -> Decimal:
    """Return what the spend report says of the production's month."""
    report = await harness.casting.spending.report(person, place)
    return next(s.used for s in report.budget_statuses if s.period.cap == MONTH)


async def test_settings_fill_only_the_fields_a_command_leaves_open(harness: CastingHarness) -> None:
    await save_settings(harness, ballot="sealed", quorum="3", models=SKIN.id, overrides={"for": "60"})
    defaulted = (await harness.get_round(await harness.start_round("Maya: a fisherwoman"))).brief
    assert (defaulted.ballot, defaulted.quorum, defaulted.open_for.total_seconds()) == (BallotMode.SEALED, 3, 3600)
    explicit = (await harness.get_round(await harness.start_round("Ben: a cook --ballot quick --look literal"))).brief
    assert (explicit.ballot, explicit.look, explicit.models, explicit.quorum) == (BallotMode.OPEN, Look.LITERAL, (), 3)


async def test_house_style_is_added_to_every_prompt_with_its_own_version(harness: CastingHarness) -> None:
    await save_settings(harness, style="north light,\nno make-up")
    round_ = await harness.run_to_voting()
    assert "a fisherwoman\nnorth light, no make-up\n" in round_.prompt
    assert round_.prompt_version == f"{VERSION}-style"
    assert {request.prompt for request in harness.fake_models.skin.requests + harness.fake_models.literal.requests} == {
        round_.prompt
    }
    assert Prompt.for_brief(replace(round_.brief, style="")).version == VERSION


async def test_saved_draft_ignores_later_settings_changes(harness: CastingHarness) -> None:
    start_round = harness.casting.start_round
    saved = await start_round.save_draft(RoundDraft("", FILM, LEAD, parse_brief("Maya: a fisherwoman --each 1")), "t1")
    await save_settings(harness, models=SKIN.id, ballot="sealed")
    draft = await start_round.get_draft(saved.id, LEAD)
    assert not draft.brief.models
    settings = (await harness.storage.productions.get(FILM)).settings
    assert settings.apply_defaults(draft.brief) == draft.brief


async def test_production_caps_apply_below_global_caps_and_name_their_source(harness: CastingHarness) -> None:
    await save_settings(harness, per_round="0.10", per_month="0.25")
    with pytest.raises(OverBudget) as over_round_cap:
        await harness.start_round("Maya: a fisherwoman --each 2")
    assert (over_round_cap.value.cap, over_round_cap.value.is_production_cap, over_round_cap.value.limit) == (
        "round",
        True,
        Decimal("0.10"),
    )
    for name in ("Maya", "Ben"):
        await harness.start_round(f"{name}: a cook --models recraft --each 2")
    with pytest.raises(OverBudget) as over_month_cap:
        await harness.start_round("Ada: a pilot --models recraft --each 2")
    assert (over_month_cap.value.cap, over_month_cap.value.is_production_cap, over_month_cap.value.remaining) == (
        MONTH,
        True,
        Decimal("0.05"),
    )
    await harness.start_round("Ada: a pilot --models recraft --each 2", place=FERRY)
    assert await month_spend(harness, FILM) == Decimal("0.20")


async def test_reroll_respects_the_productions_round_cap(harness: CastingHarness) -> None:
    await save_settings(harness, per_round="0.10")
    round_ = await harness.run_to_voting("Maya: a fisherwoman --models recraft --each 2")
    with pytest.raises(OverBudget) as error:
        await harness.casting.reroll.reroll_slot(round_.slot_id_by_number[1], LEAD, "t")
    assert error.value.is_production_cap


@pytest.mark.parametrize(
    ("fields", "field", "problem"),
    [
        ({"per_round": "2.01"}, "per_round", "above"),
        ({"per_round": "cheap"}, "per_round", "not_dollars"),
        ({"per_round": "0"}, "per_round", "not_dollars"),
        ({"style": "x" * 501}, "style", "too_long"),
        ({"style": "a\u202eb"}, "style", "control"),
        ({"quorum": "0"}, "quorum", "not_a_count"),
        ({"may_change_settings": DIRECTOR}, "may_change_settings", "yourself"),
        ({"production": "nobody's"}, "production", "unseen"),
        ({"name": "The Quay", "production": OWN_PRODUCTION}, "production", "first_join"),
    ],
)
async def test_invalid_setting_is_reported_at_its_field_and_not_saved(
    harness: CastingHarness, fields: dict[str, str], field: str, problem: str
) -> None:
    with pytest.raises(SettingsErrors) as error:
        await save_settings(harness, overrides=fields)
    assert [(fault.field, fault.problem) for fault in error.value.errors] == [(field, problem)]
    assert (await harness.storage.productions.get(FILM)).settings == ProductionSettings()


async def test_concurrent_save_of_stale_settings_is_rejected(harness: CastingHarness) -> None:
    digest = (await harness.casting.production_settings_editor.form(FILM, LEAD)).production.digest
    await harness.casting.production_settings_editor.save(FILM, DIRECTOR, digest, settings_input(quorum="3"))
    with pytest.raises(SettingsConflict):
        await harness.casting.production_settings_editor.save(FILM, LEAD, digest, settings_input(style="north light"))
    with pytest.raises(SettingsConflict):
        await harness.storage.productions.save(FILM, "", ProductionSettings(), expected_digest=digest)
    assert (await harness.storage.productions.get(FILM)).settings == ProductionSettings(quorum=3)


async def test_new_round_does_not_make_the_settings_form_stale(harness: CastingHarness) -> None:
    digest = (await harness.casting.production_settings_editor.form(FILM, LEAD)).production.digest
    await harness.start_round()
    assert await harness.casting.production_settings_editor.save(FILM, LEAD, digest, settings_input(quorum="3"))


async def test_only_real_settings_changes_are_audited(harness: CastingHarness) -> None:
    await save_settings(harness, ballot="sealed", style="north light")
    await save_settings(harness, person=DIRECTOR)
    await save_settings(harness, person=DIRECTOR, ballot="quick")
    audit_events = (await harness.casting.production_settings_editor.form(FILM, LEAD)).changes
    assert [(d.person, d.action, d.detail) for d in audit_events] == [
        (DIRECTOR, "set_ballot", "sealed\nquick"),
        (LEAD, "set_ballot", "quick\nsealed"),
        (LEAD, "set_style", "\nnorth light"),
    ]


async def test_only_listed_users_and_admins_change_settings(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, admins=frozenset({PRODUCER})) as harness:
        await save_settings(harness, may_change_settings=LEAD)
        with pytest.raises(PermissionDenied) as error:
            await save_settings(harness, person=DIRECTOR, quorum="2")
        assert error.value.allowed_users == (LEAD,)
        await save_settings(harness, person=PRODUCER, may_change_settings=DIRECTOR)
        await save_settings(harness, person=DIRECTOR, quorum="2")


async def test_listed_user_locks_in_place_of_the_lead(harness: CastingHarness) -> None:
    await save_settings(harness, may_lock=DIRECTOR)
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U3=1)
    with pytest.raises(PermissionDenied):
        await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
    face = await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], DIRECTOR)
    assert (face.lead, face.locked_by) == (LEAD, DIRECTOR)


async def test_guest_votes_but_starts_and_spends_only_if_listed(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.casting.voting.click(round_.candidate_by_number(1).id, GUEST, 1)
    assert [
        (vote_input.person, vote_input.on) for vote_input in await harness.storage.ballots.list_vote_inputs(round_.id)
    ] == [(GUEST, True)]
    for attempt in (
        harness.start_round("Ben: a cook", GUEST),
        harness.casting.production_settings_editor.form(FILM, GUEST),
    ):
        with pytest.raises(PermissionDenied) as error:
            await attempt
        assert error.value.is_guest
    await save_settings(harness, may_start=f"{GUEST} {LEAD}", may_spend=f"{GUEST} {LEAD}")
    await harness.start_round("Ben: a cook", GUEST)
    with pytest.raises(PermissionDenied):
        await harness.start_round("Ada: a pilot", DIRECTOR)


async def test_permission_list_of_deactivated_users_is_ignored(harness: CastingHarness) -> None:
    await save_settings(harness, may_start=DIRECTOR, may_lock=DIRECTOR)
    with pytest.raises(PermissionDenied):
        await harness.start_round("Maya: a fisherwoman")
    harness.channel_access.users[DIRECTOR] = User(is_deactivated=True)
    round_ = await harness.audition(await harness.start_round("Maya: a fisherwoman"))
    await harness.casting.round_controls.close(round_.id, LEAD)
    await harness.casting.lock_face.decide(round_.candidate_by_number(1).id, LEAD)
    assert (await harness.casting.recall.recall("Maya", LEAD, FILM)).kind == "face"


async def test_guest_listed_as_starter_may_also_spend_by_default(harness: CastingHarness) -> None:
    await save_settings(harness, may_start=f"{LEAD} {GUEST}")
    assert await harness.start_round("Maya: a fisherwoman", GUEST)
    await save_settings(harness, may_spend=LEAD)
    with pytest.raises(PermissionDenied):
        await harness.start_round("Ben: a cook", GUEST)


async def test_default_models_are_not_reported_as_explicitly_named(harness: CastingHarness) -> None:
    await save_settings(harness, models=SKIN.id)
    round_ = await harness.get_round(await harness.start_round("Maya: a fisherwoman"))
    assert (set(round_.models), round_.routing_reason.kind) == ({SKIN.id}, "usual")
    named = await harness.get_round(await harness.start_round(f"Ben: a cook --models {SKIN.id}"))
    assert named.routing_reason.kind == "named"


async def test_brief_with_reference_uses_other_models_than_the_defaults(tmp_path: Path) -> None:
    catalogue = replace(TWO_ACCOUNTS, models=(SKIN, replace(LITERAL, max_references=4), BANANA))
    async with casting_harness(tmp_path, catalogue=catalogue) as harness:
        await save_settings(harness, models=SKIN.id)
        maya = await harness.audition(await harness.start_round("Maya: a fisherwoman"))
        await harness.casting.round_controls.close(maya.id, LEAD)
        await harness.casting.lock_face.decide(maya.candidate_by_number(1).id, LEAD)
        ben = await harness.get_round(await harness.start_round("Ben: her brother --like Maya"))
        assert (set(ben.models), ben.routing_reason.kind != "named") == ({LITERAL.id}, True)


async def field_error(harness: CastingHarness, person: str, **fields: str) -> tuple[str, str, tuple[str, ...]]:
    with pytest.raises(SettingsErrors) as refused:
        await save_settings(harness, FILM, person, {}, **fields)
    (error,) = refused.value.errors
    return error.field, error.problem, error.allowed


@pytest.mark.parametrize("field", ["may_change_settings", "may_lock", "may_start", "may_spend"])
async def test_nobody_shuts_the_lead_out(harness: CastingHarness, field: str) -> None:
    harness.channel_access.users[LEAD] = User(name="Lena")
    await harness.start_round("Maya: a fisherwoman")
    assert await field_error(harness, DIRECTOR, **{field: DIRECTOR}) == (field, "shuts_out", ("Lena",))
    await save_settings(harness, FILM, DIRECTOR, {}, **{field: f"{DIRECTOR} {LEAD}"})


async def test_lead_is_not_shut_out_in_two_steps(harness: CastingHarness) -> None:
    await harness.start_round("Maya: a fisherwoman")
    await save_settings(harness, person=DIRECTOR, may_change_settings=f"{DIRECTOR} {LEAD}")
    assert (await field_error(harness, DIRECTOR, may_change_settings=DIRECTOR))[1] == "shuts_out"
    await save_settings(harness, person=LEAD, may_change_settings=f"{LEAD} {DIRECTOR} {PRODUCER}")
    await save_settings(harness, person=DIRECTOR, may_change_settings=f"{DIRECTOR} {PRODUCER}")


async def test_lead_and_named_people_may_decide_about_themselves(harness: CastingHarness) -> None:
    await harness.start_round("Maya: a fisherwoman")
    await save_settings(harness, person=LEAD, may_change_settings=LEAD)
    await save_settings(harness, person=LEAD, may_lock=DIRECTOR, may_start=PRODUCER)


async def test_workspace_administrator_always_restores_the_settings(harness: CastingHarness) -> None:
    harness.channel_access.users["U-admin"] = User(is_admin=True)
    await harness.start_round("Maya: a fisherwoman")
    await save_settings(harness, person=LEAD, may_change_settings=LEAD)
    with pytest.raises(PermissionDenied):
        await save_settings(harness, person=PRODUCER, may_change_settings="")
    await save_settings(harness, person="U-admin", may_change_settings=f"{DIRECTOR}")
    assert (await harness.storage.productions.get(FILM)).settings.may_change_settings == (DIRECTOR,)


async def test_person_whose_account_is_closed_shuts_nobody_out(harness: CastingHarness) -> None:
    await harness.start_round("Maya: a fisherwoman")
    harness.channel_access.users[LEAD] = User(is_deactivated=True)
    await save_settings(harness, person=DIRECTOR, may_change_settings=DIRECTOR)


async def test_a_named_locker_is_not_removed_by_clearing_the_list(harness: CastingHarness) -> None:
    await save_settings(harness, may_lock=DIRECTOR)
    with pytest.raises(SettingsErrors) as error:
        await save_settings(harness, person=PRODUCER, may_lock="")
    assert [(each.field, each.problem) for each in error.value.errors] == [("may_lock", "shuts_out")]
    await save_settings(harness, person=DIRECTOR, may_lock="")
