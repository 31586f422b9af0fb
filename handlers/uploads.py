"""Pictures into Slack: three steps a file, then a wait until Slack can show it."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import aiohttp
import structlog

from bot.errors import NotTaken, Unreachable
from bot.face import Place
from bot.ports import Rounds
from handlers.asking import asking
from handlers.clients import Clients

log = structlog.get_logger()

_AT_ONCE = 4
_UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=60)
# Seconds between two looks, about fifteen in all; most pictures are ready within one.
LOOKS = (0.15, 0.15, 0.3, 0.6, 1.2, 2.4, 4.8, 4.8)


@dataclass(frozen=True)
class Upload:
    """A picture for a thread; the alt text is at most 1000 characters long."""

    data: bytes
    filename: str
    title: str
    alt: str


class Uploads:
    """Uploads pictures, a few at once for each workspace."""

    def __init__(self, clients: Clients, looks: Sequence[float] = LOOKS) -> None:
        self._clients = clients
        self._looks = looks
        self._rooms: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_AT_ONCE))

    async def put(self, place: Place, thread_ts: str, uploads: Sequence[Upload]) -> list[str]:
        """Share pictures as one message of a thread; their file ids in the same order. Raises Unreachable."""
        files = await self._send(place.team, uploads)
        await self._share(place, thread_ts, files, uploads)
        return files

    async def put_once(self, place: Place, thread_ts: str, uploads: Sequence[Upload], rounds: Rounds) -> Sequence[str]:
        """The same for what is asked again after a lost answer or a crash: looks first whether those very pictures are
        there already, under the files that `rounds` remember."""
        key = await asyncio.to_thread(_key, place, thread_ts, uploads)
        begun = await rounds.uploaded(key)
        if begun and await self._is_shared(place.team, begun):
            return begun
        files = await self._send(place.team, uploads)
        await rounds.note_upload(key, files)
        await self._share(place, thread_ts, files, uploads)
        return files

    async def _share(self, place: Place, thread_ts: str, ids: Sequence[str], uploads: Sequence[Upload]) -> None:
        """The third step. A repetition of one that went through is refused for files that are not waiting any more."""
        files: list[dict[str, str | None]] = [
            {"id": file_id, "title": upload.title} for file_id, upload in zip(ids, uploads, strict=True)
        ]
        try:
            with asking("files.completeUploadExternal"):
                await self._clients.of(place.team).files_completeUploadExternal(
                    files=files, channel_id=place.channel, thread_ts=thread_ts
                )
        except Unreachable as error:
            refused = isinstance(error, NotTaken) and error.why != "file_not_found"
            if refused or not await self._is_shared(place.team, ids):
                raise

    async def ready(self, team: str, file_id: str) -> bool:
        """Wait until blocks can show the file: files.info then names its type (slackapi/node-slack-sdk issue 2170).

        The file is in the thread already, so that trouble with looking is no reason to bring it again.
        """
        for wait in self._looks:
            try:
                if (await self._info(team, file_id)).get("mimetype"):
                    return True
            except Unreachable as error:
                log.info("file_not_seen", file=file_id, what=error.what)
            await asyncio.sleep(wait)
        log.warning("file_not_ready", file=file_id)
        return False

    async def _is_shared(self, team: str, ids: Sequence[str]) -> bool:
        """Slack knows a file from the third step on; raises Unreachable."""
        try:
            await self._info(team, ids[0])
        except NotTaken:
            return False
        return True

    async def _info(self, team: str, file_id: str) -> dict[str, Any]:
        with asking("files.info"):
            file: dict[str, Any] = (await self._clients.of(team).files_info(file=file_id))["file"]
        return file

    async def _send(self, team: str, uploads: Sequence[Upload]) -> list[str]:
        return await asyncio.gather(*(self._send_one(team, upload) for upload in uploads))

    async def _send_one(self, team: str, upload: Upload) -> str:
        async with self._rooms[team]:
            with asking("files.getUploadURLExternal"):
                place = await self._clients.of(team).files_getUploadURLExternal(
                    filename=upload.filename, length=len(upload.data), alt_txt=upload.alt
                )
            with asking("upload"):
                async with (
                    aiohttp.ClientSession(timeout=_UPLOAD_TIMEOUT) as session,
                    session.post(str(place["upload_url"]), data=upload.data) as answer,
                ):
                    answer.raise_for_status()
            return str(place["file_id"])


def _key(place: Place, thread_ts: str, uploads: Sequence[Upload]) -> str:
    """Says which pictures these are and in what thread, in hex; slow for large ones."""
    pieces = [place.team, place.channel, thread_ts]
    for upload in uploads:
        pieces += [upload.filename, sha256(upload.data).hexdigest()]
    return sha256("\0".join(pieces).encode()).hexdigest()
