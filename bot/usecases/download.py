"""Download of a face: everything that belongs to it as one ZIP, for people who may see it."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from bot.domain.face import Face, Portrait, Unlock
from bot.domain.ids import FILE_EXTENSIONS, filename
from bot.domain.upscale import Upscale
from bot.ports.storage import Portraits
from bot.usecases.ports import Ports
from bot.usecases.recall import Recall


@dataclass(frozen=True)
class FaceArchive:
    """A face with its ZIP file and the name of that file."""

    face: Face
    upscale: Upscale | None
    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class FaceDownload:
    """Builds the archives of faces."""

    ports: Ports
    recall: Recall

    async def archive(self, round_id: str, person: str) -> FaceArchive:
        """Return the archive of the face of a round; raises NotAvailableHere. Holds the pictures in memory twice."""
        face = await self.recall.get_face(round_id, person)
        upscale = await self.recall.get_upscale(face)
        files = await archive_files(
            face, upscale, self.ports.storage.portraits, await self.recall.get_recast_reason(face)
        )
        data = await asyncio.to_thread(zip_archive, folder_name(face), files, face.locked_at)
        return FaceArchive(face, upscale, f"{folder_name(face)}.zip", data)


# Pictures are compressed already.
_COMPRESSED_SUFFIXES = tuple(f".{ending}" for ending in FILE_EXTENSIONS.values())

ArchiveFiles = Mapping[str, bytes]


async def archive_files(
    face: Face, upscale: Upscale | None, portraits: Portraits, recast_reason: str = ""
) -> ArchiveFiles:
    """Return the files of the archive by name; `upscale` is the kept one. Raises KeyError if a picture is missing.

    SHA256SUMS has the format that `sha256sum -c` reads.
    """
    pictures = {_file_name("original", face.portrait): face.portrait}
    if upscale and upscale.portrait:
        pictures[_file_name("finish", upscale.portrait)] = upscale.portrait
    record = face_record(face, upscale, recast_reason)
    return {
        **{name: await portraits.get(portrait.key) for name, portrait in pictures.items()},
        "prompt.txt": f"{face.prompt}\n".encode(),
        "record.json": f"{json.dumps(record, ensure_ascii=False, indent=2)}\n".encode(),
        "record.txt": "".join(f"{line}\n" for line in _text_lines(record)).encode(),
        "SHA256SUMS": "".join(f"{portrait.sha256}  {name}\n" for name, portrait in pictures.items()).encode(),
    }


def face_record(face: Face, upscale: Upscale | None, recast_reason: str = "") -> dict[str, Any]:
    """Return the record for JSON: money in dollars as text, times as ISO 8601 in UTC, people as user ids."""
    return {
        "character": face.character,
        "version": face.version,
        "production": {"workspace": face.place.team, "channel": face.place.channel},
        "round": face.round_id,
        "candidate": face.number,
        "brief": face.brief,
        "prompt": face.prompt,
        "prompt_version": face.prompt_version,
        "model": face.model,
        "seed": face.seed,
        "request_id": face.request_id,
        "varies_candidate": face.variation_of,
        "cost_usd": str(face.cost),
        "cost_source": face.cost_source,
        "original": _picture_record("original", face.portrait),
        "votes": {str(number): votes for number, votes in face.tally.items()},
        "voters": face.voters,
        "decided_by_lead": face.decided_by_lead,
        "wanted_for": face.use or None,
        "lead": face.lead,
        "locked_by": face.locked_by,
        "locked_at": face.locked_at.isoformat(),
        "recast_because": recast_reason or None,
        "unlocked": _unlock_record(face.unlocked) if face.unlocked else None,
        "finish": _upscale_record(upscale) if upscale and upscale.portrait else None,
    }


def folder_name(face: Face) -> str:
    """Return the folder of a face's files: letters, digits and dashes only, so that a name cannot contain a path."""
    return f"{filename(face.character)}-{face.version}"


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


def _file_name(stem: str, portrait: Portrait) -> str:
    return f"{stem}.{FILE_EXTENSIONS[portrait.media_type]}"


def _picture_record(stem: str, portrait: Portrait) -> dict[str, Any]:
    return {
        "file": _file_name(stem, portrait),
        "media_type": portrait.media_type,
        "width": portrait.width,
        "height": portrait.height,
        "is_4k": portrait.is_4k,
        "bytes": portrait.length,
        "sha256": portrait.sha256,
        "content_credentials": portrait.has_content_credentials,
    }


def _unlock_record(unlock: Unlock) -> dict[str, Any]:
    return {"by": unlock.person, "at": unlock.at.isoformat(), "because": unlock.reason}


def _upscale_record(upscale: Upscale) -> dict[str, Any]:
    assert upscale.portrait
    return {
        **_picture_record("finish", upscale.portrait),
        "way": upscale.method.value,
        "from_sha256": upscale.original_sha256,
        "model": upscale.model,
        "prompt": upscale.prompt,
        "seed": upscale.seed,
        "request_id": upscale.request_id,
        "cost_usd": str(upscale.cost),
        "cost_source": upscale.cost_source,
        "asked_by": upscale.requested_by,
        "asked_at": upscale.opened_at.isoformat(),
        "kept_by": upscale.decided_by or None,
    }


def _text_lines(record: Mapping[str, Any], indent: str = "") -> Iterable[str]:
    """Format the record for people: one fact a line, with nested facts indented."""
    for key, value in record.items():
        label = f"{indent}{key.replace('_', ' ')}:"
        if isinstance(value, dict):
            yield label
            yield from _text_lines(value, f"{indent}  ")
        else:
            # Further lines of user text are indented, so that they cannot look like facts.
            text = "none" if value is None else f"\n{indent}  ".join(str(value).splitlines())
            yield f"{label} {text}"
