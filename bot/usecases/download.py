"""Download of a face: everything that belongs to it as one ZIP, for people who may see it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from bot.domain.catalogue import Catalogue
from bot.domain.character_sheet import Sheet
from bot.domain.face import Face
from bot.domain.ids import FILE_EXTENSIONS, ChannelRef
from bot.domain.service_errors import SlackUnavailable
from bot.domain.target import all_targets
from bot.domain.upscale import Upscale
from bot.ports.messaging import ChannelAccess, UserDirectory
from bot.ports.storage import Portraits, StoragePorts
from bot.usecases.character_sheet_package import fits_package, sheet_files, view_file_name
from bot.usecases.face_record import (
    RecordContext,
    face_record,
    file_name,
    folder_name,
    ids_of,
    picture_file_name,
    record_lines,
)
from bot.usecases.package_readme import readme
from bot.usecases.passport import Passports
from bot.usecases.ports import UseCase
from bot.usecases.recall import Recall
from bot.usecases.vote import load_votes


@dataclass(frozen=True)
class FaceArchive:
    """A face with its ZIP file and the name of that file."""

    face: Face
    upscale: Upscale | None
    filename: str
    data: bytes
    sheet: Sheet = field(default_factory=Sheet)


@dataclass(frozen=True, slots=True)
class FaceDownload(UseCase):
    """Builds the archives of faces."""

    recall: Recall
    passports: Passports

    async def archive(self, round_id: str, person: str) -> FaceArchive:
        """Return the archive of the face of a round; raises NotAvailableHere. Holds the pictures in memory twice."""
        face = await self.recall.get_face(round_id, person)
        upscale = await self.recall.get_upscale(face)
        sheet = await self.storage.sheets.load(face.round_id)
        names = name_lookup(self.ports.channel_access, self.ports.user_directory)
        context = await load_context(face, upscale, self.storage, names)
        passports = await self.passports.package_files(face, upscale)
        files = await archive_files(
            face, upscale, self.storage.portraits, context, passports, sheet, self.ports.catalogue
        )
        data = await asyncio.to_thread(zip_archive, folder_name(face), files, face.locked_at)
        return FaceArchive(face, upscale, f"{folder_name(face)}.zip", data, sheet)


# Pictures are compressed already.
_COMPRESSED_SUFFIXES = tuple(f".{ending}" for ending in FILE_EXTENSIONS.values())

ArchiveFiles = Mapping[str, bytes]
NameOf = Callable[[ChannelRef, str], Awaitable[str]]


def name_lookup(channel_access: ChannelAccess, user_directory: UserDirectory) -> NameOf:
    """Return a lookup of the name of a person, or of the channel itself; empty if Slack does not say."""

    async def name_of(place: ChannelRef, id_: str) -> str:
        if id_ == place.channel:
            return await channel_access.channel_name(place)
        try:
            return (await user_directory.get_user(place.team, id_)).name
        except SlackUnavailable:
            return ""

    return name_of


async def load_context(
    face: Face, upscale: Upscale | None, storage: StoragePorts, name_of: NameOf | None = None
) -> RecordContext:
    """Return what the record says beyond the face; without `name_of` people and channels have no names."""
    context = RecordContext(
        await storage.rounds.get(face.round_id),
        *await load_votes(storage, face.round_id),
        targets=all_targets(
            (await storage.productions.get(face.place)).settings.targets,
            await storage.targets.list_for_face(face.round_id),
        ),
    )
    if name_of is None:
        return context
    ids = sorted(ids_of(face_record(face, upscale, context)) | {face.place.channel})
    names = await asyncio.gather(*(name_of(face.place, id_) for id_ in ids))
    return replace(context, names={id_: name for id_, name in zip(ids, names, strict=True) if name})


async def archive_files(
    face: Face,
    upscale: Upscale | None,
    portraits: Portraits,
    context: RecordContext,
    passports: ArchiveFiles,
    sheet: Sheet,
    catalogue: Catalogue | None = None,
) -> ArchiveFiles:
    """Return the files of the archive by name; `upscale` is the kept one. Raises KeyError if a picture is missing.

    `catalogue` names the models on the character sheet. `sha256sum -c` reads the file of the hashes.
    """
    pictures = {picture_file_name(face, "original", face.portrait): face.portrait}
    if upscale and upscale.portrait:
        pictures[picture_file_name(face, "finish", upscale.portrait)] = upscale.portrait
    if fits_package(sheet):
        pictures |= {view_file_name(face, a): a.portrait for a in sheet.chosen if a.portrait}
    aspect = context.round.brief.aspect
    record = face_record(face, upscale, context)
    return {
        file_name(face, "README", "txt"): readme(face, pictures, passports).encode(),
        **await sheet_files(face, sheet, aspect, portraits, catalogue),
        **{name: await portraits.get(portrait.key) for name, portrait in pictures.items()},
        **passports,
        file_name(face, "prompt", "txt"): f"{face.prompt}\n".encode(),
        file_name(face, "record", "json"): f"{json.dumps(record, ensure_ascii=False, indent=2)}\n".encode(),
        file_name(face, "record", "txt"): _lines(record_lines(record)),
        file_name(face, "SHA256SUMS"): _lines(f"{portrait.sha256}  {name}" for name, portrait in pictures.items()),
    }


def zip_archive(folder: str, files: ArchiveFiles, modified_at: datetime) -> bytes:
    """Pack `files` into `folder` of one ZIP, dated `modified_at`. The same files give the same ZIP.

    It is slow, so do not call it on the event loop.
    """
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, data in files.items():
            entry = ZipInfo(f"{folder}/{name}", modified_at.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, ZIP_STORED if name.endswith(_COMPRESSED_SUFFIXES) else ZIP_DEFLATED)
    return out.getvalue()


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
