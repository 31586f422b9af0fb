"""Stateful test with the real clients: our ledger against the practice models' usage log, under random faults."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.budget import Caps
from bot.domain.catalogue import Size
from bot.domain.errors import OverBudget
from bot.domain.slot import Slot
from bot.settings import Settings
from bot.usecases.casting import Casting
from bot.usecases.ports import Ports
from bot.usecases.retries import RetryDelays
from providers.accounts import ImageModels, open_models
from providers.http.webhook_sender import HttpWebhookSender
from storage import Storage, migrate, open_storage
from tests.support.casting_harness import FILM, LEAD, CastingHarness
from tests.support.practice_models import PracticeModels, open_practice_models

R = TypeVar("R")

# Charged in full, in part, perhaps or not at all. A timeout is left out: it would only take time.
FAULTS = (
    "refusal", "rate_limit", "no_money", "bad_key", "retired", "bad_request", "no_image", "error_500", "error_503",
    "cut_before", "cut_during", "cut_after", "truncated", "broken_base64", "not_an_image", "enormous", "html", "none",
)  # fmt: skip
MODELS = {"recraft": "recraftv4_1", "openai": "gpt-image-2", "gemini": "gemini-nano-banana-2.1"}
# The machine would wait most of its time for them.
RATE_LIMIT_SETTINGS = ("recraft_images_per_minute", "recraft_requests_per_second", "openai_images_per_minute")
LINE = "--models recraft,gpt-image-2,nano-banana --each 1"
PER_DAY = Decimal("3.00")


class PracticeModelsHarness(CastingHarness):
    """A casting harness with the real clients of the practice accounts."""

    def __init__(self, storage: Storage, models: ImageModels) -> None:
        super().__init__(storage)
        caps = Caps(Decimal("2.00"), PER_DAY)
        self.casting = Casting(
            Ports(
                storage=storage,
                model_clients=models,
                model_health=models,
                publisher=self.publisher,
                channel_access=self.channel_access,
                user_directory=self.channel_access,
                job_queue=self,
                retirement_source=models,
                direct_messages=self.direct_messages,
                slack_files=self.slack_files,
                slack_messages=self.slack_messages,
                credentials_reader=self.credentials_reader,
                passport_signer=self.passport_signer,
                webhook_sender=HttpWebhookSender(),
                caps=caps,
                patience=dict.fromkeys(Size, 60.0),
                now=lambda: self.now,
                waits=RetryDelays(rate_limit=0.05),
            )
        )

    async def generate_all(self, round_id: str) -> None:
        """Generate every slot of a round, even after the round has ended."""
        await asyncio.gather(
            *(self.casting.audition.generate_slot(s) for s in await self.casting.audition.slot_ids(round_id))
        )


class LedgerAgainstBillMachine(RuleBasedStateMachine):
    """Rounds are cast and re-rolled while the models fail in the drawn ways."""

    @initialize()
    def set_up(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.rounds: list[str] = []
        self.run(self._set_up())

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()

    @rule(provider=st.sampled_from(sorted(MODELS)), kind=st.sampled_from(FAULTS), times=st.integers(0, 3))
    def inject_fault(self, provider: str, kind: str, times: int) -> None:
        self.run(self.practice_models.set_fault(MODELS[provider], kind, times=times, seconds=1))

    @rule()
    def cast_round(self) -> None:
        self.run(self._cast_round())

    @rule(data=st.data())
    def reroll_slot(self, data: st.DataObject) -> None:
        if self.rounds:
            self.run(self._reroll(data.draw(st.sampled_from(self.rounds)), data.draw(st.integers(0, 2))))

    @invariant()
    def ledger_matches_the_bill(self) -> None:
        if hasattr(self, "harness"):
            self.run(self._compare())

    def run(self, work: Coroutine[Any, Any, R]) -> R:
        return self.loop.run_until_complete(work)

    async def _set_up(self) -> None:
        data = Path(self.stack.enter_context(TemporaryDirectory()))
        self.practice_models: PracticeModels = await self.stack.enter_async_context(
            open_practice_models(data / "practice")
        )
        bot_settings = Settings.model_validate(self._provider_settings() | {"data_dir": data / "bot"})
        await migrate(bot_settings.database_url)
        storage = await open_storage(bot_settings)
        self.stack.push_async_callback(storage.close)
        models = open_models(bot_settings)
        self.stack.push_async_callback(models.close)
        self.harness = PracticeModelsHarness(storage, models)

    def _provider_settings(self) -> dict[str, str]:
        base = str(self.practice_models.http.base_url).rstrip("/")
        keys = {"recraft_api_token": "practice-key", "openai_api_key": "practice-key", "gemini_api_key": "practice-key"}
        paths = {"recraft": "recraft/v1", "openai": "openai/v1", "gemini": "gemini/v1beta"}
        addresses = {f"{name}_base_url": f"{base}/{path}" for name, path in paths.items()}
        return keys | addresses | dict.fromkeys(RATE_LIMIT_SETTINGS, "0")

    async def _cast_round(self) -> None:
        try:
            round_id = await self.harness.start_round(f"Face {len(self.rounds)}: a harbour hand {LINE}")
        except OverBudget:
            return
        self.rounds.append(round_id)
        await self.harness.generate_all(round_id)

    async def _reroll(self, round_id: str, position: int) -> None:
        round_ = await self.harness.get_round(round_id)
        casting = self.harness.casting
        try:
            slot = await casting.reroll.reroll_slot(round_.slots[position].id, LEAD, f"press {len(round_.slots)}")
        except OverBudget:
            return
        await casting.audition.generate_slot(slot.id)

    async def _compare(self) -> None:
        slots = [slot for round_id in self.rounds for slot in (await self.harness.get_round(round_id)).slots]
        ours = slots_by_model(slots)
        for wire_id, calls in (await self._charged_calls()).items():
            self._compare_model(ours[wire_id], calls)
        committed = await self.harness.storage.ledger.committed(FILM.team, self.harness.now.date())
        assert committed == sum((slot.cost or Decimal(0) for slot in slots), Decimal(0)) <= PER_DAY

    async def _charged_calls(self) -> dict[str, list[Decimal]]:
        calls: dict[str, list[Decimal]] = {wire_id: [] for wire_id in MODELS.values()}
        for call in (await self.practice_models.usage())["calls"]:
            if call["charged"]:
                calls[call["model"]].append(Decimal(str(call["price_usd"])))
        return calls

    def _compare_model(self, slots: list[Slot], calls: list[Decimal]) -> None:
        """Require that exact costs match the usage log to the cent, and that unknown costs cover the rest."""
        known = [slot for slot in slots if slot.cost_source == "exact"]
        unknown = [slot for slot in slots if slot.cost_source == "unknown"]
        assert not [slot for slot in slots if slot.cost_source == "listed"], "the practice vendors tell every price"
        exact = sum((slot.cost or Decimal(0) for slot in known), Decimal(0))
        rest = sum(calls, Decimal(0)) - exact
        assert Decimal("-0.005") <= rest <= sum((slot.cost or Decimal(0) for slot in unknown), Decimal("0.005"))
        assert len(known) <= len(calls) <= len(known) + len(unknown)
        assert unknown or abs(rest) < Decimal("0.005")


def slots_by_model(slots: list[Slot]) -> dict[str, list[Slot]]:
    found: dict[str, list[Slot]] = defaultdict(list)
    for slot in slots:
        found[slot.model.partition(":")[2]].append(slot)
    return found


def machine_settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=8,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


class TestLedgerAgainstUsageLog(LedgerAgainstBillMachine.TestCase):  # type: ignore[misc, valid-type] # made at run time
    settings = machine_settings(2)


@pytest.mark.heavy
class TestLedgerAgainstUsageLogAtFullSize(LedgerAgainstBillMachine.TestCase):  # type: ignore[misc, valid-type] # made at run time
    settings = machine_settings(15)
