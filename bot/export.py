"""A production's roster as files, for people who run Castroom; reads storage, changes nothing, and the bot may run."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.dossier import Files, dossier, folder
from bot.face import Face
from bot.finish import kept
from bot.settings import Settings
from storage import open_storage


class NotEmpty(Exception):
    """The folder holds something already, and nothing is written over."""


class NoProduction(Exception):
    """Nobody was ever cast there."""


@dataclass(frozen=True)
class Exported:
    """How many characters and faces (a re-cast character has several), and the bytes in all."""

    characters: int
    faces: int
    length: int


async def export(settings: Settings, channel: str, into: Path) -> Exported:
    """Write every face that was cast in a channel into a folder of its own; raises NotEmpty, NoProduction.

    Where several channels cast for one production, the others' faces are not among them: each channel is exported by
    itself, since not everybody who may see one may see the others.

    The folders are called by character and version, with a number behind where two characters are called alike.
    """
    if await asyncio.to_thread(_holds_something, into):
        raise NotEmpty(str(into))
    storage = await open_storage(settings)
    try:
        cast = await storage.roster.production(channel)
        if not cast:
            raise NoProduction(channel)
        length = 0
        for name, face in _named(cast).items():
            finish = kept(await storage.finishes.of(face.round_id))
            because = (await storage.rounds.get(face.round_id)).because
            length += await _write(into / name, await dossier(face, finish, storage.portraits, because))
        return Exported(len({face.character_id for face in cast}), len(cast), length)
    finally:
        await storage.close()


def _holds_something(into: Path) -> bool:
    return into.exists() and any(into.iterdir())


def _named(cast: Sequence[Face]) -> dict[str, Face]:
    """A folder name for each face; names that differ only in capitals are alike on some file systems."""
    named: dict[str, Face] = {}
    taken: set[str] = set()
    for face in cast:
        name, further = folder(face), 2
        while name.casefold() in taken:
            name, further = f"{folder(face)}-{further}", further + 1
        taken.add(name.casefold())
        named[name] = face
    return named


async def _write(into: Path, files: Files) -> int:
    def write() -> int:
        into.mkdir(parents=True)
        return sum((into / name).write_bytes(data) for name, data in files.items())

    return await asyncio.to_thread(write)
