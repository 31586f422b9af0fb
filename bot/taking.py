"""Taking a face on: everything that belongs to it as one ZIP, for people who may see it."""

import asyncio
from dataclasses import dataclass

from bot.dossier import dossier, folder, packed
from bot.face import Face
from bot.finish import Finish
from bot.ports import Portraits
from bot.recall import Recall


@dataclass(frozen=True)
class Parcel:
    """A face with all that belongs to it: a ZIP, and what it is called."""

    face: Face
    finish: Finish | None
    filename: str
    data: bytes


class Taking:
    """Packs parcels."""

    def __init__(self, recall: Recall, portraits: Portraits) -> None:
        self._recall = recall
        self._portraits = portraits

    async def parcel(self, round_id: str, person: str) -> Parcel:
        """The face a round gave; raises NotHere for whoever may not see it. Pictures are held in memory twice."""
        face = await self._recall.face(round_id, person)
        finish = await self._recall.finish(face)
        files = await dossier(face, finish, self._portraits, await self._recall.because(face))
        data = await asyncio.to_thread(packed, folder(face), files, face.locked_at)
        return Parcel(face, finish, f"{folder(face)}.zip", data)
