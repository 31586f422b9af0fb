"""Spend reports, and the charges that a person must confirm or acknowledge."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import structlog

from bot.domain.budget import BudgetPeriod, Payer, budget_day
from bot.domain.errors import AlreadyResolved, NotLead
from bot.domain.ids import ChannelRef
from bot.domain.service_errors import NotInstalled, SlackUnavailable
from bot.domain.spend_report import LedgerEntry, SpendReport, blind_total, budget_status, group_by, sum_line
from bot.ports.messaging import Recipient
from bot.usecases.access import PermittedUseCase, visible_channels

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Spending(PermittedUseCase):
    """Reports spending and resolves charges.

    Administrators of Castroom and of the workspace may resolve any charge, other people only their own. Where the payer
    has left and Castroom has no administrators, the round's lead and those who may change the settings can.
    """

    async def send_report(self, person: str, place: ChannelRef) -> None:
        """Send a person their spend report by direct message; raises SlackUnavailable."""
        report = await self.report(person, place)
        await self.ports.direct_messages.send_spend_report(Recipient(place.team, person), report)

    async def report(self, person: str, place: ChannelRef) -> SpendReport:
        """Return the report of what the person, who is in `place`, may see."""
        day = budget_day(self.ports.now())
        if (await self.ports.user_directory.get_user(place.team, person)).is_guest:
            return await self._own_report(person, place, day)
        ledger = self.storage.ledger
        spent = await ledger.list_spend_totals(place.team, day)
        blind_spends = await ledger.list_blind_round_spends(place.team, day)
        faces = await ledger.count_locked_faces(place.team, day)
        places = {s.place for s in spent} | {ChannelRef(place.team, channel) for channel in faces}
        visible = await visible_channels(self.ports.channel_access, places, person, place)
        mine = [s for s in spent if s.place in visible]
        hidden = [s for s in spent if s.place not in visible]
        productions = await self.storage.productions.list_all(place.team)
        home_by_channel = {channel: p.home.channel for p in productions for channel in p.channels}
        face_counts: Counter[str] = Counter()
        for channel, count in faces.items():
            if ChannelRef(place.team, channel) in visible:
                face_counts[home_by_channel.get(channel, channel)] += count
        pending = [entry for entry in await ledger.list_pending_charges(place.team) if not _withheld(entry)]
        own_pending = tuple([entry for entry in pending if await self._can_resolve(person, entry)])
        caps = self.ports.caps.tightened_by(await self.settings_of(place))
        amounts = await ledger.committed_by_period(Payer(place, person, day))
        return SpendReport(
            day=day,
            productions=group_by(mine, lambda s: home_by_channel.get(s.place.channel, s.place.channel), face_counts),
            models=group_by(mine, lambda s: s.model),
            people=group_by(mine, lambda s: s.person),
            total=sum_line("", mine, sum(face_counts.values())),
            others=sum_line("", hidden) if hidden else None,
            blind_total=blind_total(blind_spends),
            budget_statuses=tuple(
                budget_status(period, amount, blind_spends, caps) for period, amount in amounts.items()
            ),
            pending_charges=own_pending,
            other_pending_count=len(pending) - len(own_pending),
            production_names={p.home.channel: p.name for p in productions if p.name and p.channels},
        )

    async def _own_report(self, person: str, place: ChannelRef, day: date) -> SpendReport:
        """Return a guest's report: their own money, and no figure that includes the money of others."""
        ledger = self.storage.ledger
        own = [s for s in await ledger.list_spend_totals(place.team, day) if s.person == person]
        blind_spends = [s for s in await ledger.list_blind_round_spends(place.team, day) if s.person == person]
        pending = await ledger.list_pending_charges(place.team)
        amounts = await ledger.committed_by_period(Payer(place, person, day))
        return SpendReport(
            day=day,
            productions=group_by(own, lambda s: s.place.channel),
            models=group_by(own, lambda s: s.model),
            people=group_by(own, lambda s: s.person),
            total=sum_line("", own, 0),
            others=None,
            blind_total=blind_total(blind_spends),
            budget_statuses=tuple(
                budget_status(period, amount, blind_spends, self.ports.caps)
                for period, amount in amounts.items()
                if period.cap == "person_day"
            ),
            pending_charges=tuple(e for e in pending if e.person == person and not _withheld(e)),
            other_pending_count=0,
            production_names={},
        )

    async def used_today(self, team: str) -> Decimal:
        """Return the dollars that the workspace reserved and spent in the UTC day, without revealing open ballots."""
        day = budget_day(self.ports.now())
        amount = await self.storage.ledger.committed(team, day)
        blind_spends = await self.storage.ledger.list_blind_round_spends(team, day)
        return budget_status(BudgetPeriod(team, "day", "", day), amount, blind_spends, self.ports.caps).used

    async def today_for(self, team: str, person: str) -> tuple[Decimal, Decimal]:
        """Return the dollars used today and their cap: the workspace's, or for a guest only their own."""
        if not (await self.ports.user_directory.get_user(team, person)).is_guest:
            return await self.used_today(team), self.ports.caps.per_day
        report = await self._own_report(person, ChannelRef(team, ""), budget_day(self.ports.now()))
        (status,) = report.budget_statuses
        return status.used, status.limit or self.ports.caps.per_day

    async def confirm_charge(self, item_id: str, recipient: Recipient, *, charged: bool) -> LedgerEntry:
        """Confirm or release an unknown charge, once.

        Raises NotLead, AlreadyResolved, KeyError (also for another workspace).
        """
        entry = await self._get_entry(item_id, recipient, "settle")
        if not await self.storage.ledger.confirm(item_id, recipient.person, charged=charged):
            raise AlreadyResolved
        log.info("charge_confirmed", round=entry.round_id, item=item_id, charged=charged, usd=str(entry.usd))
        self.ports.publisher.schedule_redraw(entry.round_id)
        return entry

    async def acknowledge_overspend(self, item_id: str, recipient: Recipient) -> LedgerEntry:
        """Acknowledge a charge above its reservation, so that spending goes on; raises as `confirm_charge`."""
        entry = await self._get_entry(item_id, recipient, "see")
        if not await self.storage.ledger.acknowledge(item_id, recipient.person):
            raise AlreadyResolved
        log.info("overspend_acknowledged", round=entry.round_id, item=item_id, overspend=str(entry.overspend))
        return entry

    async def notify_overspends(self) -> None:
        """Notify leads of charges above their reservations, at most once: the notice is recorded before it is sent."""
        for entry in await self.storage.ledger.list_unnotified_overspends():
            if not await self.storage.ledger.claim_notification(entry.id, self.ports.now()):
                continue
            log.warning("overspend_found", round=entry.round_id, item=entry.id, overspend=str(entry.overspend))
            try:
                for person in await self._people_to_notify(entry):
                    await self.ports.direct_messages.send_overspend(Recipient(entry.place.team, person), entry)
            except NotInstalled:
                log.info("overspend_notice_dropped", team=entry.place.team, item=entry.id)
            except SlackUnavailable:
                await self.storage.ledger.release_notification(entry.id)

    async def _get_entry(self, item_id: str, recipient: Recipient, action: str) -> LedgerEntry:
        entry = await self.storage.ledger.get_entry(item_id)
        if entry.place.team != recipient.team:
            raise KeyError(item_id)
        if not await self._can_resolve(recipient.person, entry):
            raise NotLead(action, entry.person)
        return entry

    async def _can_resolve(self, person: str, entry: LedgerEntry) -> bool:
        if person == entry.person or await self.permissions.is_administrator(entry.place, person):
            return True
        if not await self._payer_has_left(entry):
            return False
        round_ = await self.storage.rounds.get(entry.round_id)
        return person == round_.lead or await self.permissions.may_change_settings(round_.place, person)

    async def _payer_has_left(self, entry: LedgerEntry) -> bool:
        """Return whether others may answer in the payer's place: Castroom has no administrators who could."""
        return not await self.permissions.has_active(entry.place, (entry.person, *self.ports.admins))

    async def _people_to_notify(self, entry: LedgerEntry) -> tuple[str, ...]:
        """Return the payer, or who answers for a payer that has left, as far as they are named."""
        if not await self._payer_has_left(entry):
            return (entry.person,)
        round_ = await self.storage.rounds.get(entry.round_id)
        return await self.permissions.deciders_for(round_) or (entry.person,)


def _withheld(entry: LedgerEntry) -> bool:
    """Return whether the price would reveal the model of an open ballot; it can be confirmed after the close."""
    return entry.is_hidden and not entry.overspend
