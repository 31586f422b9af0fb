"""Pictures into Slack: three steps a file, then a wait until Slack can show it."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import structlog

from bot.face import Place
from handlers.asking import asking
from handlers.clients import Clients

log = structlog.get_logger()

_AT_ONCE = 4
_UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=60)
# About fifteen seconds in all; most pictures are ready within one.
_LOOKS = (0.15, 0.15, 0.3, 0.6, 1.2, 2.4, 4.8, 4.8)


@dataclass(frozen=True)
class Upload:
    """A picture for a thread; the alt text is at most 1000 characters long."""

    data: bytes
    filename: str
    title: str
    alt: str


class Uploads:
    """Uploads pictures, a few at once for each workspace."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._rooms: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_AT_ONCE))

    async def put(self, place: Place, thread_ts: str, uploads: Sequence[Upload]) -> list[str]:
        """Share pictures as one message of a thread; their file ids in the same order. Raises Unreachable."""
        ids = await asyncio.gather(*(self._send(place.team, upload) for upload in uploads))
        files: list[dict[str, str | None]] = [
            {"id": file_id, "title": upload.title} for file_id, upload in zip(ids, uploads, strict=True)
        ]
        with asking("files.completeUploadExternal"):
            await self._clients.of(place.team).files_completeUploadExternal(
                files=files, channel_id=place.channel, thread_ts=thread_ts
            )
        return ids

    async def ready(self, team: str, file_id: str) -> bool:
        """Wait until blocks can show the file: files.info then names its type (slackapi/node-slack-sdk issue 2170)."""
        for wait in _LOOKS:
            with asking("files.info"):
                answer = await self._clients.of(team).files_info(file=file_id)
            if answer["file"].get("mimetype"):
                return True
            await asyncio.sleep(wait)
        log.warning("file_not_ready", file=file_id)
        return False

    async def _send(self, team: str, upload: Upload) -> str:
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
