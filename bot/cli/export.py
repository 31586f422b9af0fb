"""Exports a production's roster as files. Reads storage only, so the bot may be running."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.face import Face
from bot.domain.upscale import kept_upscale
from bot.settings import Settings
from bot.usecases.download import ArchiveFiles, NameOf, archive_files, load_context
from bot.usecases.face_record import folder_name
from bot.usecases.passport_signing import stored_sidecars
from storage import open_existing_storage
from storage.db.private_files import make_private_folder, write_private_file


class NotEmpty(Exception):
    """The folder is not empty; nothing is overwritten."""


class NoProduction(Exception):
    """The channel has no face."""


@dataclass(frozen=True)
class ExportResult:
    """Number of characters and faces (a re-cast character has several), and total bytes."""

    characters: int
    faces: int
    total_bytes: int


class SeveralWorkspaces(Exception):
    """The channel is shared, and faces were cast in it for several workspaces; `args` are their ids."""


async def export(
    settings: Settings, channel: str, target: Path, name_of: NameOf | None = None, team: str = ""
) -> ExportResult:
    """Write every face cast in a channel of a workspace to its own folder.

    Raises NotEmpty, NoProduction, StorageUnavailable, and without `team` SeveralWorkspaces for a shared channel.

    Faces that other channels cast for the same production are not included, since access differs between channels.
    `name_of` finds the names for the records. Folders are named by character and version, with a suffix for equal
    names.
    """
    if await asyncio.to_thread(_has_files, target):
        raise NotEmpty(str(target))
    async with open_existing_storage(settings) as storage:
        faces = [f for f in await storage.roster.faces_of_channel(channel) if team in ("", f.place.team)]
        if len(teams := sorted({face.place.team for face in faces})) > 1:
            raise SeveralWorkspaces(*teams)
        if not faces:
            raise NoProduction(channel)
        await asyncio.to_thread(make_private_folder, target)
        length = 0
        for name, face in _faces_by_folder(faces).items():
            upscale = kept_upscale(await storage.upscales.list_for_face(face.round_id))
            context = await load_context(face, upscale, storage, name_of)
            passports = await stored_sidecars(face, upscale, storage.portraits)
            sheet = await storage.sheets.load(face.round_id)
            files = await archive_files(face, upscale, storage.portraits, context, passports, sheet)
            length += await _write(target / name, files)
        return ExportResult(len({face.character_id for face in faces}), len(faces), length)


def _has_files(target: Path) -> bool:
    return target.exists() and any(target.iterdir())


def _faces_by_folder(faces: Sequence[Face]) -> dict[str, Face]:
    """Return a folder name for each face; names differing only in case are equal on some file systems."""
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
        make_private_folder(target)
        return sum(write_private_file(target / name, data) for name, data in files.items())

    return await asyncio.to_thread(write)
