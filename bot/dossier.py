"""Everything that belongs to one face, as files: its original and finish byte by byte, its prompt, its record."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from bot.face import Face, Portrait, Release
from bot.finish import Finish
from bot.ports import Portraits
from bot.presenting import ENDINGS, filename

# Pictures are packed already, and packing them again would only take time.
_PACKED = tuple(f".{ending}" for ending in ENDINGS.values())

Files = Mapping[str, bytes]


async def dossier(face: Face, finish: Finish | None, portraits: Portraits, because: str = "") -> Files:
    """File names and their bytes; `finish` is the kept one, `because` why it was re-cast. Raises KeyError where the
    store lacks a picture.

    SHA256SUMS is as `sha256sum -c` reads it.
    """
    pictures = {_name("original", face.portrait): face.portrait}
    if finish and finish.portrait:
        pictures[_name("finish", finish.portrait)] = finish.portrait
    record = record_of(face, finish, because)
    return {
        **{name: await portraits.get(portrait.key) for name, portrait in pictures.items()},
        "prompt.txt": f"{face.prompt}\n".encode(),
        "record.json": f"{json.dumps(record, ensure_ascii=False, indent=2)}\n".encode(),
        "record.txt": "".join(f"{line}\n" for line in _lines(record)).encode(),
        "SHA256SUMS": "".join(f"{portrait.sha256}  {name}\n" for name, portrait in pictures.items()).encode(),
    }


def record_of(face: Face, finish: Finish | None, because: str = "") -> dict[str, Any]:
    """The record as JSON takes it: money in dollars as text, times ISO 8601 in UTC, people by their ids."""
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
        "varies_candidate": face.varies,
        "cost_usd": str(face.cost),
        "cost_source": face.cost_source,
        "original": _picture("original", face.portrait),
        "votes": {str(number): votes for number, votes in face.tally.items()},
        "voters": face.voters,
        "decided_by_lead": face.decided_by_lead,
        "wanted_for": face.use or None,
        "lead": face.lead,
        "locked_by": face.locked_by,
        "locked_at": face.locked_at.isoformat(),
        "recast_because": because or None,
        "unlocked": _released(face.released) if face.released else None,
        "finish": _finish(finish) if finish and finish.portrait else None,
    }


def folder(face: Face) -> str:
    """The name of the folder a face's files go into: letters, digits and dashes, so that no name leads out of it."""
    return f"{filename(face.character)}-{face.version}"


def packed(folder: str, files: Files, at: datetime) -> bytes:
    """One ZIP of `files` in `folder`, dated `at`; slow, so not for the event loop. The same files give the same ZIP."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, data in files.items():
            entry = ZipInfo(f"{folder}/{name}", at.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, ZIP_STORED if name.endswith(_PACKED) else ZIP_DEFLATED)
    return out.getvalue()


def _name(what: str, portrait: Portrait) -> str:
    return f"{what}.{ENDINGS[portrait.media_type]}"


def _picture(what: str, portrait: Portrait) -> dict[str, Any]:
    return {
        "file": _name(what, portrait),
        "media_type": portrait.media_type,
        "width": portrait.width,
        "height": portrait.height,
        "is_4k": portrait.is_4k,
        "bytes": portrait.length,
        "sha256": portrait.sha256,
        "content_credentials": portrait.credentials,
    }


def _released(release: Release) -> dict[str, Any]:
    return {"by": release.person, "at": release.at.isoformat(), "because": release.reason}


def _finish(finish: Finish) -> dict[str, Any]:
    assert finish.portrait
    return {
        **_picture("finish", finish.portrait),
        "way": finish.way.value,
        "from_sha256": finish.original,
        "model": finish.model,
        "prompt": finish.prompt,
        "seed": finish.seed,
        "request_id": finish.request_id,
        "cost_usd": str(finish.cost),
        "cost_source": finish.cost_source,
        "asked_by": finish.asked_by,
        "asked_at": finish.opened_at.isoformat(),
        "kept_by": finish.decided_by or None,
    }


def _lines(record: Mapping[str, Any], indent: str = "") -> Iterable[str]:
    """The same for people: a fact a line, what belongs together indented."""
    for key, value in record.items():
        label = f"{indent}{key.replace('_', ' ')}:"
        if isinstance(value, dict):
            yield label
            yield from _lines(value, f"{indent}  ")
        else:
            # Whatever breaks a line in anybody's words, no fact can be forged by what stands behind it.
            told = "none" if value is None else f"\n{indent}  ".join(str(value).splitlines())
            yield f"{label} {told}"
