"""Taking a face on: everything that belongs to it as one ZIP, for people who may see it."""

import asyncio
from dataclasses import dataclass

from bot.dossier import archive_files, folder_name, zip_archive
from bot.face import Face
from bot.finish import Upscale
from bot.ports import Portraits
from bot.recall import Recall


@dataclass(frozen=True)
class FaceArchive:
    """A face with all that belongs to it: a ZIP, and what it is called."""

    face: Face
    upscale: Upscale | None
    filename: str
    data: bytes


class FaceDownload:
    """Packs parcels."""

    def __init__(self, recall: Recall, portraits: Portraits) -> None:
        self._recall = recall
        self._portraits = portraits

    async def archive(self, round_id: str, person: str) -> FaceArchive:
        """The face a round gave; raises NotHere for whoever may not see it. Pictures are held in memory twice."""
        face = await self._recall.get_face(round_id, person)
        upscale = await self._recall.get_upscale(face)
        files = await archive_files(face, upscale, self._portraits, await self._recall.get_recast_reason(face))
        data = await asyncio.to_thread(zip_archive, folder_name(face), files, face.locked_at)
        return FaceArchive(face, upscale, f"{folder_name(face)}.zip", data)
