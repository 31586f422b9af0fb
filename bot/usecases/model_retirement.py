"""Model retirement: asks the providers once a day, and notifies the leads who use a retiring model once.

Of several processes one asks; it stores the dates, and the others read them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.catalogue import Retirement
from bot.domain.face import Face
from bot.domain.service_errors import SlackUnavailable
from bot.ports.messaging import Recipient
from bot.usecases.ports import Ports

log = structlog.get_logger()

_CHECK_INTERVAL = timedelta(days=1)
# After a failed request, or while an open ballot delays a notice.
_RETRY_INTERVAL = timedelta(hours=1)
# Marks the notice of a replacement, so that the one of the retirement can follow.
_REPLACED = "#replaced"


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
        for replacement in catalogue.replacements(now.date()):
            await self._announce(replacement, now)
        model_ids = {m.id for m in catalogue.models if m.provider in catalogue.configured_providers}
        if model_ids <= vendor_dates.keys() and not has_recent_error:
            self._next_check = now + _CHECK_INTERVAL

    async def _announce(self, retirement: Retirement, now: datetime) -> None:
        """Notify each recipient at most once: record the recipient before sending, and release it if Slack fails.

        The leads of faces that the model drew get a list of them. A model that is only replaced concerns nobody else.
        """
        notices, model_id = self.ports.storage.retirement_notices, retirement.model.id
        key = f"{model_id}{_REPLACED}" if retirement.is_replaced else model_id
        faces = await self._faces_by_lead(model_id)
        recipients = [] if retirement.is_replaced else await notices.recipients(model_id)
        for recipient in dict.fromkeys([*recipients, *faces]):
            if not await notices.claim(recipient, key, now):
                continue
            try:
                await self.ports.direct_messages.send_retirement(recipient, retirement, faces.get(recipient, ()))
            except SlackUnavailable:
                await notices.release(recipient, key)

    async def _faces_by_lead(self, model_id: str) -> Mapping[Recipient, Sequence[Face]]:
        """Return the faces that the model drew by their leads, without those that a lead may no longer see."""
        faces: dict[Recipient, list[Face]] = {}
        for recipient, face in await self.ports.storage.retirement_notices.list_faces(model_id):
            if await self.ports.channel_access.can_see(recipient.person, face.place):
                faces.setdefault(recipient, []).append(face)
        return faces
