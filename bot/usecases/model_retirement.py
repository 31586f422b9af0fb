"""Model retirement: asks the providers once a day, and notifies the leads who use a retiring model once.

Of several processes one asks; it stores the dates, and the others read them.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.catalogue import Retirement
from bot.domain.errors import SlackUnavailable
from bot.usecases.ports import Ports

log = structlog.get_logger()

_CHECK_INTERVAL = timedelta(days=1)
# After a failed request, or while an open ballot delays a notice.
_RETRY_INTERVAL = timedelta(hours=1)


@dataclass(slots=True)
class RetirementWatcher:
    """The daily check of every account's model list. It updates the catalogue."""

    ports: Ports
    _checked_at: datetime | None = field(default=None, init=False)
    _next_check: datetime | None = field(default=None, init=False)

    async def check(self) -> None:
        """Ask the accounts if a day has passed or a model answered as retired, and send notices of retiring models."""
        catalogue = self.ports.retirement_source.catalogue
        if not await self.ports.storage.replicas.is_leader():
            catalogue.update_retirements(await self.ports.storage.retirement_notices.get_dates())
            return
        now = self.ports.now()
        has_recent_error = (
            self._checked_at is not None
            and await self.ports.storage.retirement_notices.has_recent_retired_error(self._checked_at)
        )
        if self._next_check and now < self._next_check and not has_recent_error:
            return
        self._checked_at, self._next_check = now, now + _RETRY_INTERVAL
        vendor_dates = await self.ports.retirement_source.retirement_dates(now.date())
        catalogue.update_retirements(vendor_dates)
        await self.ports.storage.retirement_notices.set_dates(vendor_dates)
        retirements = catalogue.retirements(now.date())
        for retirement in retirements:
            log.info(
                "model_retiring",
                model=retirement.model.id,
                on=retirement.retires_on.isoformat(),
                retired=retirement.is_retired,
            )
            await self._announce(retirement, now)
        model_ids = {m.id for m in catalogue.models if m.provider in catalogue.configured_providers}
        if model_ids <= vendor_dates.keys() and not has_recent_error:
            self._next_check = now + _CHECK_INTERVAL

    async def _announce(self, retirement: Retirement, now: datetime) -> None:
        """Notify each recipient at most once: record the recipient before sending, and release it if Slack fails."""
        for recipient in await self.ports.storage.retirement_notices.recipients(retirement.model.id):
            if not await self.ports.storage.retirement_notices.claim(recipient, retirement.model.id, now):
                continue
            try:
                await self.ports.direct_messages.send_retirement(recipient, retirement)
            except SlackUnavailable:
                await self.ports.storage.retirement_notices.release(recipient, retirement.model.id)
