"""What becomes of models: vendors are asked once a day, and whoever casts with one that ends is told of it once."""

from datetime import datetime, timedelta

import structlog

from bot.domain.catalogue import Retirement
from bot.domain.errors import SlackUnavailable
from bot.ports.clock import Now
from bot.ports.image_models import RetirementSource
from bot.ports.messaging import DirectMessages
from bot.ports.storage import RetirementNotices

log = structlog.get_logger()

_CHECK_INTERVAL = timedelta(days=1)
# Where an account gave no answer, or a ballot may still have to close before its lead can be told.
_RETRY_INTERVAL = timedelta(hours=1)


class RetirementWatcher:
    """The daily look at every account's list of models. The catalogue learns from it; what it learnt is asked anew at
    each start, and who was told stands in storage."""

    def __init__(
        self,
        retirement_source: RetirementSource,
        retirement_notices: RetirementNotices,
        direct_messages: DirectMessages,
        now: Now,
    ) -> None:
        self._retirement_source = retirement_source
        self._retirement_notices = retirement_notices
        self._direct_messages = direct_messages
        self._now = now
        self._checked_at: datetime | None = None
        self._next_check: datetime | None = None

    async def check(self) -> None:
        """Ask the accounts if a day has passed, or a model answered as retired, and tell of what ends."""
        now = self._now()
        has_recent_error = self._checked_at is not None and await self._retirement_notices.has_recent_retired_error(
            self._checked_at
        )
        if self._next_check and now < self._next_check and not has_recent_error:
            return
        self._checked_at, self._next_check = now, now + _RETRY_INTERVAL
        catalogue = self._retirement_source.catalogue
        vendor_dates = await self._retirement_source.retirement_dates(now.date())
        catalogue.update_retirements(vendor_dates)
        retirements = catalogue.retirements(now.date())
        for retirement in retirements:
            log.info(
                "model_retiring",
                model=retirement.model.id,
                on=retirement.retires_on.isoformat(),
                gone=retirement.is_retired,
            )
            await self._announce(retirement, now)
        model_ids = {m.id for m in catalogue.models if m.provider in catalogue.configured_providers}
        if model_ids <= vendor_dates.keys() and not has_recent_error:
            self._next_check = now + _CHECK_INTERVAL

    async def _announce(self, retirement: Retirement, now: datetime) -> None:
        """Rather never than twice: who is being told is written first. Whom Slack keeps from us is tried next time."""
        for recipient in await self._retirement_notices.recipients(retirement.model.id):
            if not await self._retirement_notices.claim(recipient, retirement.model.id, now):
                continue
            try:
                await self._direct_messages.send_retirement(recipient, retirement)
            except SlackUnavailable:
                await self._retirement_notices.release(recipient, retirement.model.id)
