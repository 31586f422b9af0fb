"""Figures for monitoring that are read at intervals: money that needs attention, and models that are paused."""

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.budget import budget_day
from bot.domain.service_errors import StorageUnavailable
from bot.telemetry import metrics
from bot.usecases.ports import UseCase


@dataclass(frozen=True, slots=True)
class Monitoring(UseCase):
    """Sets the metrics of money and models. Every process shows the sums of the whole database."""

    async def measure(self) -> None:
        """Set the metrics; those of money keep their values while the database does not answer."""
        self._measure_models()
        with suppress(StorageUnavailable):
            await self._measure_money()

    def _measure_models(self) -> None:
        catalogue = self.ports.catalogue
        for model in catalogue.models:
            if model.provider in catalogue.configured_providers:
                is_available = self.ports.model_health.is_available(model.id)
                metrics.model_paused.labels(model.id).set(not is_available)

    async def _measure_money(self) -> None:
        summary = await self.storage.ledger.summarize(budget_day(self.ports.now()))
        metrics.pending_charges.set(summary.pending_charges)
        caps = self.ports.caps
        limits = {
            "day": caps.per_day,
            "person_day": caps.per_person_day,
            "production_month": caps.per_production_month,
            "workspace_month": caps.per_workspace_month,
        }
        for cap, limit in limits.items():
            if limit:
                metrics.budget_used_ratio.labels(cap).set(float(summary.highest.get(cap, Decimal(0)) / limit))
