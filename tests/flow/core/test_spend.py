"""Money: spend reports, blind ballots, charges to confirm, and caps."""

from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.errors import AlreadyResolved, NotLead, OverBudget, UnacknowledgedOverspend
from bot.domain.ids import ChannelRef
from bot.domain.model_errors import TimedOut
from bot.domain.production import ProductionSettings
from bot.domain.spend_report import ReportLine
from bot.domain.users import User
from bot.ports.image_models import GenerationRequest, GenerationResult
from bot.ports.messaging import Recipient
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness
from tests.support.scripted_models import LITERAL, SKIN

SECRET = ChannelRef("T1", "C-secret")
LEAD_RECIPIENT, DIRECTOR_RECIPIENT = Recipient("T1", LEAD), Recipient("T1", DIRECTOR)


async def cast_character(
    harness: CastingHarness, line: str = "Maya: a fisherwoman", lead: str = LEAD, place: ChannelRef = FILM
) -> str:
    """Run a round to its lock."""
    round_ = await harness.audition(await harness.start_round(line, lead, place))
    await harness.casting.round_controls.close(round_.id, lead)
    await harness.casting.lock_face.decide(round_.candidate_by_number(1).id, lead)
    return round_.id


def set_skin_cost(harness: CastingHarness, cost: str) -> None:
    """Make Recraft charge `cost` for every portrait from now on."""
    model = harness.fake_models.skin
    draw = model.generate

    async def draw_at_cost(request: GenerationRequest) -> GenerationResult:
        answer = await draw(request)
        return GenerationResult(
            answer.data, answer.media_type, type(answer.charge)(Decimal(cost), "exact"), "req", request.seed
        )

    model.generate = draw_at_cost  # type: ignore[method-assign]


async def test_spend_report_lists_productions_models_users_and_caps(harness: CastingHarness) -> None:
    await cast_character(harness)
    await cast_character(harness, "Ben: a cook --models recraft --each 1", DIRECTOR, ChannelRef("T1", "C2"))
    await harness.casting.spending.send_report(LEAD, FILM)
    ((recipient, report),) = harness.direct_messages.spend_reports
    assert recipient == LEAD_RECIPIENT
    assert [(line.key, line.month, line.faces, line.per_face) for line in report.productions] == [
        ("C1", Decimal("0.20"), 1, Decimal("0.20")),
        ("C2", Decimal("0.05"), 1, Decimal("0.05")),
    ]
    assert {line.key: line.month for line in report.models} == {SKIN.id: Decimal("0.15"), LITERAL.id: Decimal("0.10")}
    assert {line.key: line.today for line in report.people} == {LEAD: Decimal("0.20"), DIRECTOR: Decimal("0.05")}
    assert (report.total.month, report.total.per_face) == (Decimal("0.25"), Decimal("0.125"))
    assert {s.period.cap: s.used for s in report.budget_statuses} == {
        "day": Decimal("0.25"),
        "workspace_month": Decimal("0.25"),
        "production_month": Decimal("0.20"),
        "person_day": Decimal("0.20"),
    }


async def test_invisible_spend_is_one_total_without_details(harness: CastingHarness) -> None:
    harness.channel_access.private_members[SECRET] = {PRODUCER}
    await cast_character(harness)
    await cast_character(harness, "Sable: a spy", PRODUCER, SECRET)
    report = await harness.casting.spending.report(LEAD, FILM)
    assert [line.key for line in report.productions] == ["C1"]
    assert [line.key for line in report.people] == [LEAD]
    assert report.others == ReportLine("", Decimal("0.20"), Decimal("0.20"), 4)
    assert report.total.faces == 1
    producer_report = await harness.casting.spending.report(PRODUCER, SECRET)
    assert {line.key for line in producer_report.productions} == {"C1", SECRET.channel}
    assert producer_report.others is None


async def test_open_ballot_reveals_no_model_by_its_spend(harness: CastingHarness) -> None:
    """Recraft charges less than its listed price; the sums before and after a re-roll do not show it."""
    set_skin_cost(harness, "0.01")
    round_ = await harness.run_to_voting()
    before = await harness.casting.spending.report(LEAD, FILM)
    assert (before.productions, before.models, before.people) == ((), (), ())
    assert before.blind_total == ReportLine("", Decimal("0.20"), Decimal("0.20"), 1)
    assert {budget_status.used for budget_status in before.budget_statuses} == {Decimal("0.20")}
    assert (await harness.casting.home.view("T1", LEAD)).spent_today == Decimal("0.20")
    cheap = next(s for s in round_.candidates if s.model == SKIN.id)
    reroll = await harness.casting.reroll.reroll_slot(cheap.id, LEAD, "t")
    await harness.casting.audition.generate_slot(reroll.id)
    after = await harness.casting.spending.report(LEAD, FILM)
    assert {budget_status.used for budget_status in after.budget_statuses} == {Decimal("0.25")}
    await harness.casting.round_controls.close(round_.id, LEAD)
    report = await harness.casting.spending.report(LEAD, FILM)
    assert {line.key: line.month for line in report.models} == {SKIN.id: Decimal("0.03"), LITERAL.id: Decimal("0.10")}
    assert report.blind_total is None


async def test_lead_confirms_an_unknown_charge_once_after_the_close(harness: CastingHarness) -> None:
    harness.fake_models.literal.script = lambda ask, call: TimedOut(LITERAL.id, paid="maybe") if call == 1 else None
    round_ = await harness.run_to_voting()
    assert (await harness.casting.spending.report(LEAD, FILM)).pending_charges == ()
    await harness.casting.round_controls.close(round_.id, LEAD)
    (pending_charge,) = (await harness.casting.spending.report(LEAD, FILM)).pending_charges
    assert (pending_charge.usd, pending_charge.character) == (Decimal("0.05"), "Maya")
    others = await harness.casting.spending.report(DIRECTOR, FILM)
    assert (others.pending_charges, others.other_pending_count) == ((), 1)
    with pytest.raises(NotLead):
        await harness.casting.spending.confirm_charge(pending_charge.id, DIRECTOR_RECIPIENT, charged=False)
    with pytest.raises(KeyError):
        await harness.casting.spending.confirm_charge(pending_charge.id, Recipient("T2", LEAD), charged=False)
    await harness.casting.spending.confirm_charge(pending_charge.id, LEAD_RECIPIENT, charged=False)
    assert harness.publisher.events[-1] == ("schedule_redraw", round_.id)
    assert [s.failure.paid for s in (await harness.get_round(round_.id)).failures if s.failure] == ["no"]
    with pytest.raises(AlreadyResolved):
        await harness.casting.spending.confirm_charge(pending_charge.id, LEAD_RECIPIENT, charged=True)
    report = await harness.casting.spending.report(LEAD, FILM)
    assert report.pending_charges == ()
    assert report.total.month == Decimal("0.15")


async def test_overspend_blocks_the_workspace_until_acknowledged(
    harness: CastingHarness,
) -> None:
    set_skin_cost(harness, "0.09")
    round_ = await harness.run_to_voting("Maya: a fisherwoman --models recraft,gpt-image-2 --each 1")
    await harness.casting.run_due()
    await harness.casting.run_due()
    ((recipient, entry),) = harness.direct_messages.overspend_notices
    assert (recipient, entry.overspend, entry.character) == (LEAD_RECIPIENT, Decimal("0.04"), "Maya")
    calls_before = harness.fake_models.call_count
    with pytest.raises(UnacknowledgedOverspend) as blocked:
        await harness.start_round("Ben: a cook", DIRECTOR, ChannelRef("T1", "C2"))
    assert (blocked.value.overspend, blocked.value.allowed_users) == (Decimal("0.04"), (LEAD,))
    assert harness.fake_models.call_count == calls_before
    assert [q.id for q in (await harness.casting.spending.report(LEAD, FILM)).pending_charges] == [entry.id]
    with pytest.raises(NotLead):
        await harness.casting.spending.acknowledge_overspend(entry.id, DIRECTOR_RECIPIENT)
    await harness.casting.spending.acknowledge_overspend(entry.id, LEAD_RECIPIENT)
    assert (await harness.get_round(round_.id)).overspend == Decimal("0.04")
    assert await harness.start_round("Ben: a cook", DIRECTOR, ChannelRef("T1", "C2"))


async def test_unreachable_lead_is_notified_later(harness: CastingHarness) -> None:
    set_skin_cost(harness, "0.09")
    await harness.run_to_voting()
    harness.direct_messages.unreachable.add(LEAD)
    await harness.casting.run_due()
    assert harness.direct_messages.overspend_notices == []
    harness.direct_messages.unreachable.clear()
    await harness.casting.run_due()
    assert len(harness.direct_messages.overspend_notices) == 2


async def test_money_admins_may_acknowledge_any_overspend(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, admins=frozenset({PRODUCER})) as harness:
        set_skin_cost(harness, "0.09")
        await harness.run_to_voting("Maya: x --models recraft --each 1")
        (pending_charge,) = (await harness.casting.spending.report(PRODUCER, FILM)).pending_charges
        await harness.casting.spending.acknowledge_overspend(pending_charge.id, Recipient("T1", PRODUCER))
        assert await harness.start_round("Ben: a cook")


@pytest.mark.parametrize("cap", ["per_person_day", "per_production_month", "per_workspace_month"])
async def test_no_model_is_called_at_a_cap(tmp_path: Path, cap: str) -> None:
    async with casting_harness(tmp_path, **{cap: Decimal("0.30")}) as harness:
        await cast_character(harness)
        before = (harness.fake_models.call_count, list(harness.started_jobs))
        with pytest.raises(OverBudget) as refused:
            await harness.start_round("Ben: a cook")
        assert cap.endswith(refused.value.cap)
        assert (harness.fake_models.call_count, harness.started_jobs) == before


async def test_guest_sees_only_their_own_money(harness: CastingHarness) -> None:
    guest = "U-guest"
    harness.channel_access.users[guest] = User(is_guest=True)
    await harness.storage.productions.save(FILM, "", ProductionSettings(may_start=(guest, LEAD)))
    await cast_character(harness)
    await cast_character(harness, "Ben: a cook --models recraft --each 1", guest)
    report = await harness.casting.spending.report(guest, FILM)
    assert [line.key for line in report.people] == [guest]
    assert report.total.month == Decimal("0.05")
    assert (report.others, report.other_pending_count) == (None, 0)
    assert [(s.period.cap, s.used) for s in report.budget_statuses] == [("person_day", Decimal("0.05"))]


async def overspend(harness: CastingHarness) -> str:
    """Let a portrait cost more than its reservation; return the charge that must be acknowledged."""
    set_skin_cost(harness, "0.30")
    await harness.audition(await harness.start_round("Maya: a fisherwoman --models recraft --each 1"))
    (entry,) = await harness.storage.ledger.list_unnotified_overspends()
    return entry.id


async def test_workspace_administrator_acknowledges_any_overspend(harness: CastingHarness) -> None:
    harness.channel_access.users["U-admin"] = User(is_admin=True)
    charge = await overspend(harness)
    await harness.casting.spending.acknowledge_overspend(charge, Recipient("T1", "U-admin"))


async def test_overspend_of_a_person_who_left_is_answered_by_lead_and_settings_people(
    harness: CastingHarness,
) -> None:
    await harness.storage.productions.save(FILM, "", ProductionSettings(may_change_settings=(PRODUCER,)))
    charge = await overspend(harness)
    with pytest.raises(NotLead):
        await harness.casting.spending.acknowledge_overspend(charge, Recipient("T1", PRODUCER))
    harness.channel_access.users[LEAD] = User(is_deactivated=True)
    await harness.casting.spending.notify_overspends()
    assert [recipient.person for recipient, _ in harness.direct_messages.overspend_notices] == [PRODUCER]
    assert [e.id for e in (await harness.casting.spending.report(PRODUCER, FILM)).pending_charges] == [charge]
    with pytest.raises(NotLead):
        await harness.casting.spending.acknowledge_overspend(charge, DIRECTOR_RECIPIENT)
    await harness.casting.spending.acknowledge_overspend(charge, Recipient("T1", PRODUCER))
    await harness.start_round("Ben: a cook --models recraft --each 1", DIRECTOR)


async def test_the_home_shows_a_guest_only_their_own_money(harness: CastingHarness) -> None:
    guest = "U-guest"
    await cast_character(harness)
    await cast_character(harness, "Ben: a cook --models recraft --each 1", guest, ChannelRef("T1", "C2"))
    harness.channel_access.users[guest] = User(is_guest=True)
    assert (await harness.casting.home.view("T1", guest)).spent_today == Decimal("0.05")
    assert (await harness.casting.home.view("T1", LEAD)).spent_today == Decimal("0.25")
