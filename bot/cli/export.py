"""A production's roster as files, for people who run Castroom; reads storage, changes nothing, and the bot may run."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.face import Face
from bot.domain.upscale import kept_upscale
from bot.settings import Settings
from bot.usecases.download import ArchiveFiles, archive_files, folder_name
from storage import open_storage


class NotEmpty(Exception):
    """The folder holds something already, and nothing is written over."""


class NoProduction(Exception):
    """Nobody was ever cast there."""


@dataclass(frozen=True)
class ExportResult:
    """How many characters and faces (a re-cast character has several), and the bytes in all."""

    characters: int
    faces: int
    total_bytes: int


async def export(settings: Settings, channel: str, target: Path) -> ExportResult:
    """Write every face that was cast in a channel into a folder of its own; raises NotEmpty, NoProduction.

    Where several channels cast for one production, the others' faces are not among them: each channel is exported by
    itself, since not everybody who may see one may see the others.

    The folders are called by character and version, with a number behind where two characters are called alike.
    """
    if await asyncio.to_thread(_has_files, target):
        raise NotEmpty(str(target))
    storage = await open_storage(settings)
    try:
        faces = await storage.roster.faces_of_channel(channel)
        if not faces:
            raise NoProduction(channel)
        length = 0
        for name, face in _faces_by_folder(faces).items():
            upscale = kept_upscale(await storage.upscales.list_for_face(face.round_id))
            recast_reason = (await storage.rounds.get(face.round_id)).recast_reason
            length += await _write(target / name, await archive_files(face, upscale, storage.portraits, recast_reason))
        return ExportResult(len({face.character_id for face in faces}), len(faces), length)
    finally:
        await storage.close()


def _has_files(target: Path) -> bool:
    return target.exists() and any(target.iterdir())


def _faces_by_folder(faces: Sequence[Face]) -> dict[str, Face]:
    """A folder name for each face; names that differ only in capitals are alike on some file systems."""
    by_folder: dict[str, Face] = {}
    used_names: set[str] = set()
    for face in faces:
        name, suffix = folder_name(face), 2
        while name.casefold() in used_names:
            name, suffix = f"{folder_name(face)}-{suffix}", suffix + 1
        used_names.add(name.casefold())
        by_folder[name] = face
    return by_folder


async def _write(target: Path, files: ArchiveFiles) -> int:
    def write() -> int:
        target.mkdir(parents=True)
        return sum((target / name).write_bytes(data) for name, data in files.items())

    return await asyncio.to_thread(write)
