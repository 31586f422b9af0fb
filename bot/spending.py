"""Spending: what it came to, for whoever asks; and the questions about charges that only a person can answer."""

from collections import Counter
from decimal import Decimal

import structlog

from bot.budget import Caps, Purse, Spender, purse_day
from bot.errors import NotYours, Settled, Unreachable
from bot.face import Place
from bot.ports import Clock, Ledger, Messenger, Productions, Reader, Stage, Visibility
from bot.statement import Entry, Statement, blind, grouped, standing, together

log = structlog.get_logger()


class Spending:
    """Tells what was spent. `admins` are people who may answer for anybody's charges, beside whoever made them."""

    def __init__(
        self,
        ledger: Ledger,
        visibility: Visibility,
        messenger: Messenger,
        stage: Stage,
        caps: Caps,
        admins: frozenset[str],
        now: Clock,
        productions: Productions,
    ) -> None:
        self._ledger = ledger
        self._visibility = visibility
        self._messenger = messenger
        self._stage = stage
        self._caps = caps
        self._admins = admins
        self._now = now
        self._productions = productions

    async def send(self, person: str, place: Place) -> None:
        """Show a person their statement by direct message, as asked for in `place`; raises Unreachable."""
        statement = await self.statement(person, place)
        await self._messenger.show_statement(Reader(place.team, person), statement)

    async def statement(self, person: str, place: Place) -> Statement:
        """What the person may know, asked from `place`, which they are in."""
        day = purse_day(self._now())
        spent = await self._ledger.spent(place.team, day)
        veiled = await self._ledger.veiled(place.team, day)
        faces = await self._ledger.faces(place.team, day)
        seen = await self._seen({s.place for s in spent} | {Place(place.team, c) for c in faces}, person, place)
        mine = [s for s in spent if s.place in seen]
        hidden = [s for s in spent if s.place not in seen]
        belongs = {channel: p for p in await self._productions.all(place.team) for channel in p.channels}
        homes = {channel: production.home.channel for channel, production in belongs.items()}
        locked: Counter[str] = Counter()
        for channel, count in faces.items():
            if Place(place.team, channel) in seen:
                locked[homes.get(channel, channel)] += count
        questions = [entry for entry in await self._ledger.questions(place.team) if not _withheld(entry)]
        theirs = tuple(entry for entry in questions if self._may(person, entry))
        caps = self._caps.under((await self._productions.of(place)).customs)
        held = await self._ledger.held(Spender(place, person, day))
        return Statement(
            day=day,
            productions=grouped(mine, lambda s: homes.get(s.place.channel, s.place.channel), locked),
            models=grouped(mine, lambda s: s.model),
            people=grouped(mine, lambda s: s.person),
            total=together("", mine, sum(locked.values())),
            others=together("", hidden) if hidden else None,
            blind=blind(veiled),
            standings=tuple(standing(purse, holds, veiled, caps) for purse, holds in held.items()),
            questions=theirs,
            elsewhere=len(questions) - len(theirs),
            films={production.home.channel: production.name for production in belongs.values() if production.name},
        )

    async def used_today(self, team: str) -> Decimal:
        """Dollars of the workspace's UTC day, reserved and spent, as they may be told while ballots are open."""
        day = purse_day(self._now())
        holds = await self._ledger.committed(team, day)
        purse = Purse(team, "day", "", day)
        return standing(purse, holds, await self._ledger.veiled(team, day), self._caps).used

    async def settle(self, item_id: str, reader: Reader, *, charged: bool) -> Entry:
        """Say once whether an unknown charge was made; raises NotYours, Settled, KeyError (another workspace's too)."""
        entry = await self._own(item_id, reader, "settle")
        if not await self._ledger.settle(item_id, reader.person, charged=charged):
            raise Settled
        log.info("charge_settled", round=entry.round_id, item=item_id, charged=charged, usd=str(entry.usd))
        self._stage.refresh(entry.round_id)
        return entry

    async def see(self, item_id: str, reader: Reader) -> Entry:
        """Acknowledge a charge above its reservation: the workspace may spend again. Raises as `settle` does."""
        entry = await self._own(item_id, reader, "see")
        if not await self._ledger.see(item_id, reader.person):
            raise Settled
        log.info("overspending_seen", round=entry.round_id, item=item_id, above=str(entry.above))
        return entry

    async def tell(self) -> None:
        """Tell leads of charges above their reservations. Rather never than twice: it is written first."""
        for entry in await self._ledger.untold():
            if not await self._ledger.take(entry.id, self._now()):
                continue
            log.warning("overspent", round=entry.round_id, item=entry.id, above=str(entry.above))
            try:
                await self._messenger.tell_overspent(Reader(entry.place.team, entry.person), entry)
            except Unreachable:
                await self._ledger.give_back(entry.id)

    async def _seen(self, places: set[Place], person: str, place: Place) -> set[Place]:
        return {where for where in places if where == place or await self._visibility.sees(person, where)}

    async def _own(self, item_id: str, reader: Reader, what: str) -> Entry:
        entry = await self._ledger.entry(item_id)
        if entry.place.team != reader.team:
            raise KeyError(item_id)
        if not self._may(reader.person, entry):
            raise NotYours(what, entry.person)
        return entry

    def _may(self, person: str, entry: Entry) -> bool:
        return person == entry.person or person in self._admins


def _withheld(entry: Entry) -> bool:
    """What an unknown charge of an open ballot would cost tells its model; it can be settled after the close."""
    return entry.hidden and not entry.above
