"""Withdrawn consent: the person in a photo no longer agrees to its use."""

from dataclasses import dataclass

from bot.domain.audit import AuditEvent
from bot.domain.errors import NotAvailableHere, NotLead
from bot.domain.round_state import OPEN_STATES
from bot.usecases.access import PermittedUseCase
from bot.usecases.passport_signing import delete_passports

CONSENT_WITHDRAWN = "consent_withdrawn"


@dataclass(frozen=True, slots=True)
class ConsentWithdrawal(PermittedUseCase):
    """Marks every face drawn after a photo, stops its use, deletes the photo and the passports."""

    async def withdraw(self, round_id: str, person: str) -> int:
        """Withdraw the consent behind a round, for its lead or an administrator; return how many rounds are marked.

        Rounds that draw or vote with the likeness end. A repeated call continues what a crash cut off. Raises
        NotAvailableHere without a consent, NotLead.
        """
        round_ = await self.storage.rounds.get(round_id)
        reference = round_.brief.reference
        if reference is None or reference.consent is None:
            raise NotAvailableHere("unknown")
        if person != round_.lead and not await self.permissions.is_administrator(round_.place, person):
            raise NotLead("withdraw", round_.lead)
        photo_round, team = reference.origin_round or round_id, round_.place.team
        consents = self.storage.consents
        event = AuditEvent(CONSENT_WITHDRAWN, round_.place, person, self.ports.now(), round_.character_id, round_.id)
        marked = await consents.withdraw(photo_round, event)
        for marked_id in marked:
            if (await self.storage.rounds.get(marked_id)).state in OPEN_STATES:
                await self.storage.rounds.void(marked_id, CONSENT_WITHDRAWN)
        for key in await consents.list_photo_keys(photo_round, team):
            await self.storage.portraits.delete(key)
        await consents.clear_photo_keys(photo_round, team)
        await delete_passports(self.storage, marked)
        for marked_id in marked:
            await self.ports.publisher.redraw_now(marked_id)
        return len(marked)
