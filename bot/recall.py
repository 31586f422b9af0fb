"""Recall: a face by its character's name, and only to people who may see where it was cast."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from weakref import WeakValueDictionary

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from bot.brief import fold
from bot.errors import NotHere
from bot.face import Character, Face, Place
from bot.finish import Finish, kept
from bot.imaging import aside, record
from bot.ports import Finishes, Picture, Portraits, Productions, Roster, Rounds, Stage, Visibility
from bot.presenting import ENDINGS, filename, preview_key

_LIKE_ENOUGH = 70.0
_SUGGESTIONS = 5
_SHORTEST_FORGIVEN = 4


@dataclass(frozen=True)
class Recalled:
    """What was found: a face (and its finish), a round that casts it now, several or similar characters, or nothing."""

    kind: Literal["face", "casting", "unsure", "several", "nothing"]
    name: str
    characters: tuple[Character, ...] = ()
    history: tuple[Face, ...] = ()
    finish: Finish | None = None


class Recall:
    """Finds faces for people."""

    def __init__(
        self,
        rounds: Rounds,
        roster: Roster,
        finishes: Finishes,
        portraits: Portraits,
        stage: Stage,
        visibility: Visibility,
        productions: Productions,
    ) -> None:
        self._rounds = rounds
        self._roster = roster
        self._finishes = finishes
        self._portraits = portraits
        self._stage = stage
        self._visibility = visibility
        self._productions = productions
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def recall(self, name: str, person: str, place: Place) -> Recalled:
        """The face of `name`: this channel's production first, then all the person may see."""
        alike = await self._roster.named(place.team, name)
        if not alike:
            return await self._similar(name, await self._roster.characters(place.team), person, place)
        alike = await self.visible(alike, person, place)
        here = (await self._productions.of(place)).id
        own = [c for c in alike if c.place == place or c.production == here]
        return await self._found(name, own or alike, person, place)

    async def show(self, character_id: str, person: str, place: Place) -> Recalled:
        """The face of a character chosen from a suggestion."""
        character = await self._roster.character(character_id)
        if character is None or not await self.visible([character], person, place):
            return Recalled("nothing", "")
        return await self._found(character.name, [character], person, place)

    async def listing(self, person: str, place: Place) -> tuple[Character, ...]:
        """This production's characters first, then every other one the person may see."""
        visible = await self.visible(await self._roster.characters(place.team), person, place)
        here = (await self._productions.of(place)).id
        return tuple(sorted(visible, key=lambda c: (c.production != here, c.film, c.place.channel, fold(c.name))))

    async def visible_answer(self, character: Character, place: Place) -> bool:
        """Whether everybody in `place` may see the character: its own channel, or it was cast in a public one."""
        return character.place == place or not await self._visibility.is_private(character.place)

    async def face(self, round_id: str, person: str) -> Face:
        """The locked face of a round the person may see; raises NotHere."""
        face = await self._roster.face(round_id)
        if face is None or not await self._visibility.sees(person, face.place):
            raise NotHere("unknown")
        return face

    async def finish(self, face: Face) -> Finish | None:
        """The finish that stands beside a face the person was shown."""
        return kept(await self._finishes.of(face.round_id))

    async def portrait(self, round_id: str, person: str) -> Picture:
        """A locked face as the record shows it, a JPEG; raises NotHere."""
        face = await self.face(round_id, person)
        data = await self._portraits.get(preview_key(face.round_id, face.slot_id))
        return Picture(await aside(record, data), f"{filename(face.character)}.jpg", face.number)

    async def original(self, round_id: str, person: str) -> Picture:
        """A locked face's bytes as the model sent them, with their content credentials; raises NotHere."""
        face = await self.face(round_id, person)
        name = f"{filename(face.character)}-{face.portrait.sha256[:12]}.{ENDINGS[face.portrait.media_type]}"
        return Picture(await self._portraits.get(face.portrait.key), name, face.number)

    async def hang_again(self, round_id: str, person: str, lost: str) -> str:
        """Bring a locked face's picture again in place of the `lost` file; its file id. Raises NotHere, Unreachable.

        It goes where it hung before, so that nobody sees it who could not. Several who ask at once bring it once.
        """
        async with self._turn(round_id):
            hung = (await self._rounds.get(round_id)).record_file
            if hung not in (None, lost):
                return str(hung)
            file_id = await self._stage.hang(round_id, await self.portrait(round_id, person))
            await self._rounds.set_record(round_id, file_id)
        self._stage.refresh(round_id)
        return file_id

    async def pin_again(self, round_id: str, person: str, lost: str) -> None:
        """The same for its original bytes."""
        async with self._turn(round_id):
            locked = (await self._rounds.get(round_id)).locked
            if locked and locked.original_file == lost:
                (file_id,) = await self._stage.pin(round_id, [await self.original(round_id, person)])
                await self._rounds.set_original(locked.id, file_id)

    def _turn(self, round_id: str) -> asyncio.Lock:
        return self._turns.setdefault(round_id, asyncio.Lock())

    async def _similar(self, name: str, everyone: Sequence[Character], person: str, place: Place) -> Recalled:
        """A slip of one letter is forgiven when it can mean one character only; else the nearest are offered."""
        names = {c.id: fold(c.name) for c in everyone}
        wanted = fold(name)
        near = process.extract(wanted, names, scorer=fuzz.WRatio, score_cutoff=_LIKE_ENOUGH, limit=50)
        by_id = {c.id: c for c in everyone}
        visible = (await self.visible([by_id[key] for _, _, key in near], person, place))[:_SUGGESTIONS]
        slips = [c for c in visible if DamerauLevenshtein.distance(wanted, fold(c.name), score_cutoff=1) <= 1]
        if len(slips) == 1 and len(wanted) >= _SHORTEST_FORGIVEN:
            return await self._found(name, slips, person, place)
        return Recalled("unsure" if visible else "nothing", name, tuple(visible))

    async def _found(self, name: str, characters: Sequence[Character], person: str, place: Place) -> Recalled:
        """Earlier faces may have been cast where the person may not look, though they see the present one."""
        if not characters:
            return Recalled("nothing", name)
        if len(characters) > 1:
            return Recalled("several", name, tuple(characters[:_SUGGESTIONS]))
        kind: Literal["face", "casting"] = "face" if characters[0].face else "casting"
        faces = await self._roster.history(characters[0].id)
        seen = [f.place == place or await self._visibility.sees(person, f.place) for f in faces]
        history = tuple(face for face, sees in zip(faces, seen, strict=True) if sees)
        finish = await self.finish(characters[0].face) if characters[0].face else None
        return Recalled(kind, name, tuple(characters), history, finish)

    async def visible(self, characters: Sequence[Character], person: str, place: Place) -> list[Character]:
        """Those of `characters` the person may see, asked from `place`, which they are in."""
        seen = {
            where: where == place or await self._visibility.sees(person, where)
            for where in {c.place for c in characters}
        }
        return [c for c in characters if seen[c.place]]
