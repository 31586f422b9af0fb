"""Figures for monitoring: pending charges, shares of caps, paused models."""

from prometheus_client.parser import text_string_to_metric_families

from bot.domain.model_errors import TimedOut
from bot.telemetry import metrics
from tests.support.casting_harness import CastingHarness
from tests.support.scripted_models import LITERAL, SKIN


def figure(name: str, **labels: str) -> float:
    """Return the value of one sample, as a monitor reads it."""
    families = text_string_to_metric_families(metrics.render().decode())
    samples = [sample for family in families for sample in family.samples if sample.name == name]
    return next(sample.value for sample in samples if sample.labels == labels)


async def test_an_unknown_charge_is_shown_until_a_person_decides(harness: CastingHarness) -> None:
    harness.fake_models.skin.script = lambda ask, call: TimedOut(SKIN.id, paid="maybe") if call == 1 else None
    await harness.audition(await harness.start_round("Maya: a fisherwoman"))
    await harness.casting.monitoring.measure()
    shown = figure("castroom_pending_charges")
    pending = await harness.casting.ports.storage.ledger.list_pending_charges("T1")
    assert shown == len(pending) > 0
    for charge in pending:
        assert await harness.casting.ports.storage.ledger.confirm(charge.id, "U1", charged=False)
    await harness.casting.monitoring.measure()
    assert figure("castroom_pending_charges") == 0


async def test_shares_of_caps_follow_what_is_spent_and_reserved(harness: CastingHarness) -> None:
    await harness.casting.monitoring.measure()
    assert figure("castroom_budget_used_ratio", cap="day") == 0
    round_ = await harness.audition(await harness.start_round("Maya: a fisherwoman"))
    await harness.casting.monitoring.measure()
    spent = sum(slot.cost or 0 for slot in round_.slots)
    caps = harness.casting.ports.caps
    assert spent > 0
    assert abs(figure("castroom_budget_used_ratio", cap="day") - float(spent / caps.per_day)) < 1e-9


async def test_a_model_whose_account_is_down_is_shown_as_paused(harness: CastingHarness) -> None:
    await harness.casting.monitoring.measure()
    assert figure("castroom_model_paused", model=SKIN.id) == 0
    harness.fake_models.unavailable = {SKIN.id}
    await harness.casting.monitoring.measure()
    assert figure("castroom_model_paused", model=SKIN.id) == 1
    assert figure("castroom_model_paused", model=LITERAL.id) == 0
