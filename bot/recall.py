"""Recall: a face by its character's name, and only to people who may see where it was cast."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from weakref import WeakValueDictionary

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from bot.brief import NAME_LIMIT, fold
from bot.errors import NotHere
from bot.face import Character, Face, Place
from bot.finish import Finish, kept
from bot.imaging import aside, record
from bot.ports import Called, Finishes, Page, Picture, Portraits, Productions, Roster, Rounds, Search, Stage, Visibility
from bot.presenting import ENDINGS, filename, preview_of

_LIKE_ENOUGH = 70.0
_SUGGESTIONS = 5
_SHORTEST_FORGIVEN = 4
# Spellings looked at more closely when a name finds nobody.
LIKELY = 300
# Questions to Slack at a time, once the first one has told who the person is.
_QUESTIONS = 8


@dataclass(frozen=True)
class Recalled:
    """What was found: a face (and its finish), a round that casts it now, one whose faces were all unlocked, several or
    similar characters, or nothing."""

    kind: Literal["face", "casting", "unlocked", "unsure", "several", "nothing"]
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
        """The face of `name`: this channel's own production first, then all the person may see.

        Nobody is called by more than a name may have, so a whole message in its place is not looked for.
        """
        if len(name) > NAME_LIMIT:
            return Recalled("nothing", name[:NAME_LIMIT])
        alike = await self._as_seen(await self._roster.named(place.team, name), person, place)
        if not alike:
            return await self._similar(name, person, place)
        here = (await self._productions.of(place)).id
        own = [c for c in alike if c.place == place or c.production == here]
        return await self._found(name, own or alike, person, place)

    async def show(self, character_id: str, person: str, place: Place) -> Recalled:
        """The face of a character chosen from a suggestion."""
        character = await self._roster.character(character_id)
        seen = await self._as_seen([character], person, place) if character else []
        return await self._found(seen[0].name, seen, person, place) if seen else Recalled("nothing", "")

    async def listing(self, person: str, place: Place, limit: int) -> Page:
        """At most `limit` of all the person may see, this production's characters first."""
        places = {shelf.place for shelf in await self._roster.shelves(place.team)}
        everybody = Search(tuple(places & await self.seen(places, person, place)))
        here = (await self._productions.of(place)).id
        own = await self._roster.page(replace(everybody, production=here), limit, 0) if here else Page((), 0)
        page = await self._roster.page(everybody, limit, 0)
        shown = {character.id: character for character in (*own.characters, *page.characters)}
        return Page(tuple(shown.values())[:limit], page.total)

    async def visible_answer(self, character: Character, place: Place) -> bool:
        """Whether everybody in `place` may see the character: its own channel, or it was cast in a public one."""
        return await self._all_see(character.place, place)

    async def for_all(self, found: Recalled, place: Place) -> Recalled:
        """A face that everybody in `place` may see, with no more of its past and present round than they may."""
        history = [face for face in found.history if await self._all_see(face.place, place)]
        character = found.characters[0]
        if (where := await self._casting_at(character)) and not await self._all_see(where, place):
            character = replace(character, open_round=None)
        return replace(found, history=tuple(history), characters=(character,))

    async def face(self, round_id: str, person: str) -> Face:
        """The locked face of a round the person may see; raises NotHere."""
        face = await self._roster.face(round_id)
        if face is None or not await self._visibility.sees(person, face.place):
            raise NotHere("unknown")
        return face

    async def versions(self, round_id: str, person: str) -> tuple[Face, ...]:
        """Every face the character of this one ever had, newest first, as far as the person may see; raises NotHere."""
        history = await self._roster.history((await self.face(round_id, person)).character_id)
        return tuple([face for face in history if await self._visibility.sees(person, face.place)])

    async def because(self, face: Face) -> str:
        """Why the face was cast in place of the one before; empty where nobody said."""
        return (await self._rounds.get(face.round_id)).because

    async def finish(self, face: Face) -> Finish | None:
        """The finish that stands beside a face the person was shown."""
        return kept(await self._finishes.of(face.round_id))

    async def portrait(self, round_id: str, person: str) -> Picture:
        """A locked face as the record shows it, a JPEG; raises NotHere."""
        face = await self.face(round_id, person)
        data = await preview_of(self._portraits, face.round_id, face.slot_id)
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
                await self._rounds.set_originals({locked.id: file_id})

    def _turn(self, round_id: str) -> asyncio.Lock:
        return self._turns.setdefault(round_id, asyncio.Lock())

    async def _similar(self, name: str, person: str, place: Place) -> Recalled:
        """A slip of one letter is forgiven when it can mean one character only; else the nearest are offered."""
        near = nearest(name, await self._roster.like(place.team, name, LIKELY), 50)
        seen = await self.seen({called.place for called in near}, person, place)
        shown = [called for called in near if called.place in seen]
        visible = await self._roster.some(list(dict.fromkeys(c.character_id for c in shown))[:_SUGGESTIONS])
        wanted = fold(name)
        slipped = {c.character_id for c in shown if DamerauLevenshtein.distance(wanted, c.folded, score_cutoff=1) <= 1}
        slips = [c for c in visible if c.id in slipped]
        if len(slips) == 1 and len(wanted) >= _SHORTEST_FORGIVEN:
            return await self._found(name, slips, person, place)
        return Recalled("unsure" if visible else "nothing", name, tuple(visible))

    async def _found(self, name: str, characters: Sequence[Character], person: str, place: Place) -> Recalled:
        """Earlier faces may have been cast where the person may not look, though they see the present one."""
        if not characters:
            return Recalled("nothing", name)
        if len(characters) > 1:
            return Recalled("several", name, tuple(characters[:_SUGGESTIONS]))
        found = characters[0]
        if (where := await self._casting_at(found)) and where not in await self.seen({where}, person, place):
            found = replace(found, open_round=None)
        history = await self._history(found, person, place)
        if found.face:
            return Recalled("face", name, (found,), history, await self.finish(found.face))
        return Recalled("casting" if found.open_round else "unlocked", name, (found,), history)

    async def _history(self, character: Character, person: str, place: Place) -> tuple[Face, ...]:
        faces = await self._roster.history(character.id)
        seen = await self.seen({face.place for face in faces}, person, place)
        return tuple(face for face in faces if face.place in seen)

    async def _as_seen(self, characters: Sequence[Character], person: str, place: Place) -> list[Character]:
        """Those the person may see, each with the newest face they may: a production's channels share names."""
        seen = await self.seen({c.place for c in characters}, person, place)
        found = []
        for character in characters:
            if character.place in seen:
                found.append(character)
            elif older := await self._older(character, person, place):
                found.append(replace(character, face=older, place=older.place))
        return found

    async def _older(self, character: Character, person: str, place: Place) -> Face | None:
        if character.face is None or character.face.version == 1:
            return None
        history = await self._history(character, person, place)
        return next((face for face in history if not face.released), None)

    async def _casting_at(self, character: Character) -> Place | None:
        """Where a round casts the character now; in a shared production that can be another channel than its face's."""
        return (await self._rounds.get(character.open_round)).place if character.open_round else None

    async def _all_see(self, where: Place, place: Place) -> bool:
        return where == place or not await self._visibility.is_private(where)

    async def visible(self, characters: Sequence[Character], person: str, place: Place) -> list[Character]:
        """Those of `characters` the person may see, asked from `place`, which they are in."""
        seen = await self.seen({c.place for c in characters}, person, place)
        return [c for c in characters if c.place in seen]

    async def seen(self, places: Iterable[Place], person: str, place: Place) -> frozenset[Place]:
        """Those of `places` the person may see, each asked for once; from `place`, which they are in."""
        asked = [where for where in places if where != place]
        answers: list[bool] = []
        for some in (asked[:1], *(asked[n : n + _QUESTIONS] for n in range(1, len(asked), _QUESTIONS))):
            answers += await asyncio.gather(*(self._visibility.sees(person, where) for where in some))
        return frozenset([place, *(where for where, sees in zip(asked, answers, strict=True) if sees)])


def nearest(name: str, everybody: Iterable[Called], limit: int, like_enough: float = _LIKE_ENOUGH) -> list[Called]:
    """Whose names are most like `name`, the nearest first; of at most a few hundred, since it is not done aside."""
    known = list(everybody)
    names = [called.folded for called in known]
    near = process.extract(fold(name), names, scorer=fuzz.WRatio, score_cutoff=like_enough, limit=limit)
    return [known[at] for _, _, at in near]
