"""What becomes of models: vendors are asked once a day, and whoever casts with one that ends is told of it once."""

from datetime import datetime, timedelta

import structlog

from bot.catalogue import Ending
from bot.errors import Unreachable
from bot.ports import Accounts, Clock, Messenger, Notices

log = structlog.get_logger()

_DAY = timedelta(days=1)
# Where an account gave no answer, or a ballot may still have to close before its lead can be told.
_AGAIN = timedelta(hours=1)


class Lifecycle:
    """The daily look at every account's list of models. The catalogue learns from it; what it learnt is asked anew at
    each start, and who was told stands in storage."""

    def __init__(self, accounts: Accounts, notices: Notices, messenger: Messenger, now: Clock) -> None:
        self._accounts = accounts
        self._notices = notices
        self._messenger = messenger
        self._now = now
        self._looked: datetime | None = None
        self._next: datetime | None = None

    async def look(self) -> None:
        """Ask the accounts if a day has passed, or a model answered as retired, and tell of what ends."""
        now = self._now()
        doubted = self._looked is not None and await self._notices.doubted(self._looked)
        if self._next and now < self._next and not doubted:
            return
        self._looked, self._next = now, now + _AGAIN
        catalogue = self._accounts.catalogue
        said = await self._accounts.endings(now.date())
        catalogue.learn(said)
        endings = catalogue.endings(now.date())
        for ending in endings:
            log.info("model_ends", model=ending.model.id, on=ending.on.isoformat(), gone=ending.gone)
            await self._announce(ending, now)
        everybody = {m.id for m in catalogue.models if m.provider in catalogue.configured}
        if everybody <= said.keys() and not doubted:
            self._next = now + _DAY

    async def _announce(self, ending: Ending, now: datetime) -> None:
        """Rather never than twice: who is being told is written first. Whom Slack keeps from us is tried next time."""
        for reader in await self._notices.concerned(ending.model.id):
            if not await self._notices.take(reader, ending.model.id, now):
                continue
            try:
                await self._messenger.tell(reader, ending)
            except Unreachable:
                await self._notices.give_back(reader, ending.model.id)
