"""Who may start rounds, spend, lock and change customs: as a production's customs say."""

from typing import Literal

from bot.errors import Barred, BriefError, LeadLeft, Unreachable
from bot.face import Place
from bot.ports import People, Productions
from bot.round import Round, State


class Permits:
    """Asks for the customs at every press, so that a change holds at once. `admins` may always change customs.

    Where everybody who is named for something has left the workspace it is as if nobody were: nothing is stuck.
    """

    def __init__(self, productions: Productions, people: People, admins: frozenset[str] = frozenset()) -> None:
        self._productions = productions
        self._people = people
        self._admins = admins

    async def start(self, place: Place, person: str) -> None:
        """Raise Barred unless the person may start a round, which spends; Unreachable if nobody knows who they are."""
        customs = (await self._productions.of(place)).customs
        await self._named("start", customs.starters, place, person)
        if customs.spenders or person not in customs.starters:
            await self._named("spend", customs.spenders, place, person)

    async def spend(self, place: Place, person: str) -> None:
        """The same for whatever costs money in a round that is there."""
        await self._named("spend", (await self._productions.of(place)).customs.spenders, place, person)

    async def keep(self, place: Place, person: str) -> None:
        """The same for changing customs."""
        if person not in self._admins:
            await self._named("keep", (await self._productions.of(place)).customs.keepers, place, person)

    async def lock(self, round_: Round, person: str, what: str = "lock") -> None:
        """Raise Barred where others are named for it, and NotYours where nobody is and the person does not lead.

        `what` they want is to lock a face, or to let one go.
        """
        lockers = (await self._productions.of(round_.place)).customs.lockers
        if person in lockers:
            return
        if await self._anybody(round_.place, lockers):
            raise Barred("lock", lockers)
        await self.lead(round_, person, what)

    async def lead(self, round_: Round, person: str, what: str) -> None:
        """Raise NotYours unless the person leads the round; LeadLeft where whoever does has left the workspace."""
        alive = round_.state is not State.VOID
        if alive and person != round_.lead and await self.has_left(round_.place, round_.lead):
            raise LeadLeft(what, round_.lead, round_.id)
        round_.for_lead(person, what)

    async def vote(self, place: Place, voters: tuple[str, ...]) -> None:
        """Raise BriefError where one of those who are named to vote never could: a vote that waits for them never ends.

        Somebody of whom Slack says nothing passes.
        """
        unable = []
        for person in voters:
            try:
                member = await self._people.who(place.team, person)
            except Unreachable:
                continue
            if not member.human or member.gone:
                unable.append(member.name or person)
        if unable:
            raise BriefError("voters", "unable", ", ".join(unable))

    async def has_left(self, place: Place, person: str) -> bool:
        """Whether somebody's account is closed; a Slack that says nothing counts as no."""
        try:
            return (await self._people.who(place.team, person)).gone
        except Unreachable:
            return False

    async def _named(
        self, what: Literal["start", "spend", "keep"], named: tuple[str, ...], place: Place, person: str
    ) -> None:
        if person in named:
            return
        if await self._anybody(place, named):
            raise Barred(what, named)
        if (await self._people.who(place.team, person)).guest:
            raise Barred(what, (), guest=True)

    async def _anybody(self, place: Place, named: tuple[str, ...]) -> bool:
        """Whether one of those who are named is still there."""
        for person in named:
            if not await self.has_left(place, person):
                return True
        return False
