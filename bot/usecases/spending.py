"""Spending: what it came to, for whoever asks; and the questions about charges that only a person can answer."""

from collections import Counter
from decimal import Decimal

import structlog

from bot.domain.budget import BudgetPeriod, Caps, Payer, budget_day
from bot.domain.errors import AlreadyResolved, NotLead, SlackUnavailable
from bot.domain.ids import ChannelRef
from bot.domain.spend_report import LedgerEntry, SpendReport, blind_total, budget_status, group_by, sum_line
from bot.ports.clock import Now
from bot.ports.ledger import Ledger
from bot.ports.messaging import ChannelAccess, DirectMessages, Recipient, RoundPublisher
from bot.ports.storage import Productions

log = structlog.get_logger()


class Spending:
    """Tells what was spent. `admins` are people who may answer for anybody's charges, beside whoever made them."""

    def __init__(
        self,
        ledger: Ledger,
        channel_access: ChannelAccess,
        direct_messages: DirectMessages,
        publisher: RoundPublisher,
        caps: Caps,
        admins: frozenset[str],
        now: Now,
        productions: Productions,
    ) -> None:
        self._ledger = ledger
        self._channel_access = channel_access
        self._direct_messages = direct_messages
        self._publisher = publisher
        self._caps = caps
        self._admins = admins
        self._now = now
        self._productions = productions

    async def send_report(self, person: str, place: ChannelRef) -> None:
        """Show a person their statement by direct message, as asked for in `place`; raises Unreachable."""
        report = await self.report(person, place)
        await self._direct_messages.send_spend_report(Recipient(place.team, person), report)

    async def report(self, person: str, place: ChannelRef) -> SpendReport:
        """What the person may know, asked from `place`, which they are in."""
        day = budget_day(self._now())
        spent = await self._ledger.list_spend_totals(place.team, day)
        blind_spends = await self._ledger.list_blind_round_spends(place.team, day)
        faces = await self._ledger.count_locked_faces(place.team, day)
        visible = await self._visible(
            {s.place for s in spent} | {ChannelRef(place.team, c) for c in faces}, person, place
        )
        mine = [s for s in spent if s.place in visible]
        hidden = [s for s in spent if s.place not in visible]
        production_by_channel = {
            channel: p for p in await self._productions.list_all(place.team) for channel in p.channels
        }
        home_by_channel = {channel: production.home.channel for channel, production in production_by_channel.items()}
        face_counts: Counter[str] = Counter()
        for channel, count in faces.items():
            if ChannelRef(place.team, channel) in visible:
                face_counts[home_by_channel.get(channel, channel)] += count
        pending_charges = [
            entry for entry in await self._ledger.list_pending_charges(place.team) if not _withheld(entry)
        ]
        own_pending_charges = tuple(entry for entry in pending_charges if self._can_resolve(person, entry))
        caps = self._caps.tightened_by((await self._productions.get(place)).settings)
        amounts = await self._ledger.committed_by_period(Payer(place, person, day))
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
            pending_charges=own_pending_charges,
            other_pending_count=len(pending_charges) - len(own_pending_charges),
            production_names={
                production.home.channel: production.name
                for production in production_by_channel.values()
                if production.name
            },
        )

    async def used_today(self, team: str) -> Decimal:
        """Dollars of the workspace's UTC day, reserved and spent, as they may be told while ballots are open."""
        day = budget_day(self._now())
        amount = await self._ledger.committed(team, day)
        period = BudgetPeriod(team, "day", "", day)
        return budget_status(period, amount, await self._ledger.list_blind_round_spends(team, day), self._caps).used

    async def confirm_charge(self, item_id: str, recipient: Recipient, *, charged: bool) -> LedgerEntry:
        """Say once whether an unknown charge was made; raises NotYours, Settled, KeyError (another workspace's too)."""
        entry = await self._get_entry(item_id, recipient, "settle")
        if not await self._ledger.confirm(item_id, recipient.person, charged=charged):
            raise AlreadyResolved
        log.info("charge_confirmed", round=entry.round_id, item=item_id, charged=charged, usd=str(entry.usd))
        self._publisher.schedule_redraw(entry.round_id)
        return entry

    async def acknowledge_overspend(self, item_id: str, recipient: Recipient) -> LedgerEntry:
        """Acknowledge a charge above its reservation: the workspace may spend again. Raises as `settle` does."""
        entry = await self._get_entry(item_id, recipient, "see")
        if not await self._ledger.acknowledge(item_id, recipient.person):
            raise AlreadyResolved
        log.info("overspend_acknowledged", round=entry.round_id, item=item_id, above=str(entry.overspend))
        return entry

    async def notify_overspends(self) -> None:
        """Tell leads of charges above their reservations. Rather never than twice: it is written first."""
        for entry in await self._ledger.list_unnotified_overspends():
            if not await self._ledger.claim_notification(entry.id, self._now()):
                continue
            log.warning("overspent", round=entry.round_id, item=entry.id, above=str(entry.overspend))
            try:
                await self._direct_messages.send_overspend(Recipient(entry.place.team, entry.person), entry)
            except SlackUnavailable:
                await self._ledger.release_notification(entry.id)

    async def _visible(self, places: set[ChannelRef], person: str, place: ChannelRef) -> set[ChannelRef]:
        return {
            channel for channel in places if channel == place or await self._channel_access.can_see(person, channel)
        }

    async def _get_entry(self, item_id: str, recipient: Recipient, action: str) -> LedgerEntry:
        entry = await self._ledger.get_entry(item_id)
        if entry.place.team != recipient.team:
            raise KeyError(item_id)
        if not self._can_resolve(recipient.person, entry):
            raise NotLead(action, entry.person)
        return entry

    def _can_resolve(self, person: str, entry: LedgerEntry) -> bool:
        return person == entry.person or person in self._admins


def _withheld(entry: LedgerEntry) -> bool:
    """What an unknown charge of an open ballot would cost tells its model; it can be settled after the close."""
    return entry.is_hidden and not entry.overspend
