"""The ids on buttons are opaque, and the core trusts them; here one that belongs to another workspace is gone."""

from collections import OrderedDict

from bot import logs
from bot.ports import Rounds
from bot.recall import Recalled
from bot.round import Round
from handlers.payloads import Filled, Looked, Press

_REMEMBERED = 5_000


class Reach:
    """Whether a press may reach what it names. Everything raises KeyError if not, as for an id nobody gave."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self._slots: OrderedDict[str, tuple[str, str]] = OrderedDict()

    async def round(self, press: Press | Filled) -> Round:
        """The round that the press names; from now on the log of this request carries its id."""
        named = await self._rounds.get(press.id)
        _own(press, named.place.team)
        logs.about(named.id)
        return named

    async def slot(self, press: Press) -> None:
        """The press names a slot of a round, whose id the log carries from now on.

        Whose a slot is never changes: it is asked once for the last thousands.
        """
        known = self._slots.get(press.id)
        if known is None:
            round_ = await self._rounds.by_slot(press.id)
            known = round_.place.team, round_.id
        self._slots[press.id] = known
        self._slots.move_to_end(press.id)
        if len(self._slots) > _REMEMBERED:
            self._slots.popitem(last=False)
        team, round_id = known
        _own(press, team)
        logs.about(round_id)

    async def wish(self, press: Press | Filled | Looked) -> None:
        """The press names a kept wish; one that is not there any more is for the use case to tell."""
        if wish := await self._rounds.wish(press.id):
            _own(press, wish.place.team)

    def found(self, press: Press | Filled, found: Recalled) -> Recalled:
        """What recall found for the press."""
        for character in found.characters:
            _own(press, character.place.team)
        return found


def _own(press: Press | Filled | Looked, team: str) -> None:
    if press.place.team != team:
        raise KeyError(press.id)
