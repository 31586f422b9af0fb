"""Whoever may changes a production's customs, or lets a channel cast for another production; every change is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.budget import Caps
from bot.catalogue import Catalogue, ModelFacts
from bot.customs import OWN, Wished
from bot.deed import Deed
from bot.errors import BriefError, Changed, Unfit
from bot.face import Place
from bot.permits import Permits
from bot.ports import Chronicle, Clock, Productions, Visibility
from bot.production import Production

JOINED, SET = "joined", "set_"
_TOLD = 12


@dataclass(frozen=True)
class Other:
    """A production the channel could cast for: its id (or OWN), its name, and the name of a channel of it that the
    person is in."""

    id: str
    name: str
    channel: str = ""


@dataclass(frozen=True)
class Standing:
    """What holds in `place` now, and what may be chosen; `deeds` are the last changes, the newest first."""

    place: Place
    channel: str
    production: Production
    others: tuple[Other, ...]
    models: tuple[ModelFacts, ...]
    deeds: tuple[Deed, ...]
    caps: Caps


class Keeping:
    """Shows and changes customs. `admins` need not name themselves among those who may."""

    def __init__(
        self,
        productions: Productions,
        chronicle: Chronicle,
        visibility: Visibility,
        permits: Permits,
        catalogue: Catalogue,
        caps: Caps,
        admins: frozenset[str],
        now: Clock,
    ) -> None:
        self._productions = productions
        self._chronicle = chronicle
        self._visibility = visibility
        self._permits = permits
        self._catalogue = catalogue
        self._caps = caps
        self._admins = admins
        self._now = now

    async def standing(self, place: Place, person: str) -> Standing:
        """What a form starts with; raises Barred, Unreachable."""
        await self._permits.keep(place, person)
        theirs = await self._visibility.channels_of(place.team, person)
        production = await self._productions.of(place)
        deeds = await self._chronicle.of_production(place)
        return Standing(
            place,
            theirs.get(place.channel, ""),
            production,
            await self._others(production, place, theirs),
            self._models(production),
            _since_joined(deeds)[:_TOLD],
            self._caps,
        )

    async def save(
        self, place: Place, person: str, seen: str, chosen: Mapping[str, tuple[str, ...]]
    ) -> tuple[Deed, ...]:
        """Write what a form says and who changed what; the changes, none where all is as it was.

        `seen` is the digest of what the form showed. Raises Barred, Unfit, Changed, Clashes, Unreachable.
        """
        await self._permits.keep(place, person)
        wished, before = Wished.of(chosen), await self._productions.of(place)
        if before.digest != seen:
            raise Changed
        changes = wished.changes(before)
        if wished.production:
            if changes:
                raise Unfit((BriefError("production", "first_join"),))
            return (await self._join(place, person, before, wished.production),)
        if faults := (*wished.misfits(self._caps), *self._shut_out(wished, before, person)):
            raise Unfit(faults)
        now = self._now()
        deeds = tuple(Deed(SET + field, place, person, now, note=f"{old}\n{new}") for field, old, new in changes)
        if deeds:
            await self._productions.keep(place, wished.name, wished.customs, *deeds, seen=seen)
        return deeds

    async def _join(self, place: Place, person: str, before: Production, wanted: str) -> Deed:
        """Only for whoever is in a channel of the other production, and may change its customs too."""
        theirs = await self._visibility.channels_of(place.team, person)
        others = {other.id: other for other in await self._others(before, place, theirs)}
        if wanted not in others:
            raise Unfit((BriefError("production", "unseen"),))
        if wanted != OWN:
            other = next(p for p in await self._productions.all(place.team) if p.id == wanted)
            await self._permits.keep(Place(place.team, other.channels[0]), person)
        old = before.name or f"#{before.home.channel}"
        new = others[wanted].name or f"#{place.channel if wanted == OWN else other.home.channel}"
        deed = Deed(JOINED, place, person, self._now(), note=f"{old}\n{new}")
        await self._productions.join(place, "" if wanted == OWN else wanted, deed, before.digest)
        return deed

    async def _others(self, own: Production, place: Place, theirs: Mapping[str, str]) -> tuple[Other, ...]:
        """The channel's own production, where it casts for another one now; then all that the person is in."""
        everyone = await self._productions.all(place.team)
        home = next((p for p in everyone if p.home == place), None)
        back = () if own.home == place else (Other(OWN, home.name if home else ""),)
        found = []
        for production in everyone:
            if production.id == own.id or production is home:
                continue
            if seen := [channel for channel in production.channels if channel in theirs]:
                known = production.home.channel if production.home.channel in seen else seen[0]
                found.append(Other(production.id, production.name, theirs[known]))
        return (*back, *sorted(found, key=lambda other: (other.name or other.channel).casefold()))

    def _models(self, production: Production) -> tuple[ModelFacts, ...]:
        """What can draw today, and what the customs name already."""
        today = self._now().date()
        named = production.customs.models
        return tuple(m for m in self._catalogue.models if self._catalogue.available(m, today) or m.id in named)

    def _shut_out(self, wished: Wished, before: Production, person: str) -> tuple[BriefError, ...]:
        """Whoever names others for the settings and not themselves could not undo it."""
        keepers = wished.customs.keepers
        if not keepers or keepers == before.customs.keepers or person in keepers or person in self._admins:
            return ()
        return (BriefError("keepers", "yourself"),)


def _since_joined(deeds: Sequence[Deed]) -> tuple[Deed, ...]:
    """Changes of customs, the newest first; what a channel changed while it cast for another production is not told
    here, since not everybody here may see that channel."""
    told: list[Deed] = []
    for deed in deeds:
        if deed.what == JOINED:
            told = [d for d in told if d.place != deed.place]
        if deed.what == JOINED or deed.what.startswith(SET):
            told.append(deed)
    return tuple(reversed(told))
