"""Files of a workspace: uploads in three API calls, the wait until Slack can show them, and downloads."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import BriefError
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.service_errors import SlackRejected, SlackUnavailable
from bot.ports.erasure import MessageAddress, PostedFiles
from bot.ports.rounds import RoundRepository
from handlers.slack.api_errors import slack_call
from handlers.slack.clients import Clients
from handlers.text import reference_photo as words

log = structlog.get_logger()

_MAX_CONCURRENT_UPLOADS = 4
_UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=60)
# Seconds between the polls for a processed file, about 15 in all; most pictures are ready within one second.
POLL_DELAYS = (0.15, 0.15, 0.3, 0.6, 1.2, 2.4, 4.8, 4.8)
# Seconds before a message is sent again whose picture Slack refuses because it may still process it.
FILE_RETRY_DELAYS = (0.3, 0.6, 1.2)
MAX_DOWNLOAD_BYTES = 10_000_000
_CHUNK_BYTES = 65_536
# docs.slack.dev, errors of "files.delete".
_GONE_FILE_CODES = frozenset({"file_not_found", "file_deleted"})


@dataclass(frozen=True)
class Upload:
    """A file for a thread; Slack limits the alt text to 1,000 characters."""

    data: bytes
    filename: str
    title: str
    alt: str


class Uploads:
    """Uploader that limits concurrent uploads for each workspace; its methods raise SlackUnavailable.

    `rounds` are the ids of the rounds that files show: before they are shared, it is stored which files these are, so
    that deleting a character deletes them too.
    """

    def __init__(
        self, clients: Clients, posted_files: PostedFiles | None = None, poll_delays: Sequence[float] = POLL_DELAYS
    ) -> None:
        self._clients = clients
        self._posted_files = posted_files
        self._poll_delays = poll_delays
        self._semaphores = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(_MAX_CONCURRENT_UPLOADS))

    async def upload(
        self, place: ChannelRef, thread_ts: str, uploads: Sequence[Upload], rounds: Sequence[str] = ()
    ) -> list[str]:
        """Share files as one message of a thread; return their ids in the same order."""
        files = await self._send(place.team, uploads, rounds)
        await self._share(place, thread_ts, files, uploads)
        return files

    async def upload_once(
        self, round_: Round, uploads: Sequence[Upload], repository: RoundRepository, also_shown: Sequence[str] = ()
    ) -> Sequence[str]:
        """Share files in the round's thread, idempotently, also after a crash: `repository` has earlier uploads.

        `also_shown` are ids of further rounds that the files show.
        """
        place, thread_ts = round_.place, round_.message_ts or ""
        key = await asyncio.to_thread(_upload_key, place, thread_ts, uploads)
        file_ids = await repository.get_upload(key)
        if file_ids and await self._is_shared(place.team, file_ids):
            return file_ids
        files = await self._send(place.team, uploads, [round_.id, *also_shown], partial(repository.set_upload, key))
        await self._share(place, thread_ts, files, uploads)
        return files

    async def upload_unshared(self, team: str, upload: Upload, rounds: Sequence[str]) -> str:
        """Upload a file for blocks of modals, without sharing it in a conversation; return it once blocks can show it.

        docs.slack.dev, "Slack file object": the sender of the blocks must have access, and the file is the bot's own.
        """
        (file_id,) = await self._send(team, [upload], rounds)
        with slack_call("files.completeUploadExternal"):
            client = await self._clients.for_team(team)
            await client.files_completeUploadExternal(files=[{"id": file_id, "title": upload.title}])
        if not await self.wait_until_displayable(team, file_id):
            raise SlackUnavailable("a picture that Slack still processes")
        return file_id

    async def _share(self, place: ChannelRef, thread_ts: str, ids: Sequence[str], uploads: Sequence[Upload]) -> None:
        """Complete the uploads; Slack answers `file_not_found` if an earlier call without an answer completed them."""
        files: list[dict[str, str | None]] = [
            {"id": file_id, "title": upload.title} for file_id, upload in zip(ids, uploads, strict=True)
        ]
        try:
            with slack_call("files.completeUploadExternal"):
                client = await self._clients.for_team(place.team)
                await client.files_completeUploadExternal(files=files, channel_id=place.channel, thread_ts=thread_ts)
        except SlackUnavailable as error:
            is_refused = isinstance(error, SlackRejected) and error.code != "file_not_found"
            if is_refused or not await self._is_shared(place.team, ids):
                raise

    async def wait_until_displayable(self, team: str, file_id: str) -> bool:
        """Poll until blocks can show the file: files.info then has its type (slackapi/node-slack-sdk issue 2170).

        Returns False after the last poll. Errors are only logged, since the file is in the thread already.
        """
        for delay in self._poll_delays:
            try:
                if (await file_info(await self._clients.for_team(team), file_id)).get("mimetype"):
                    return True
            except SlackUnavailable as error:
                log.info("file_info_missing", file=file_id, what=error.operation)
            await asyncio.sleep(delay)
        log.warning("file_processing_timeout", file=file_id)
        return False

    async def _is_shared(self, team: str, ids: Sequence[str]) -> bool:
        """Whether an upload was completed: only then files.info finds the file."""
        try:
            await file_info(await self._clients.for_team(team), ids[0])
        except SlackRejected:
            return False
        return True

    async def _send(
        self,
        team: str,
        uploads: Sequence[Upload],
        rounds: Sequence[str],
        remember: Callable[[Sequence[str]], Awaitable[None]] | None = None,
    ) -> list[str]:
        """Send the bytes of files; return the ids, which are stored meanwhile, also by `remember`."""
        targets = await asyncio.gather(*(self._reserve(team, upload) for upload in uploads))
        files = [str(target["file_id"]) for target in targets]
        sent = (
            self._send_bytes(team, str(target["upload_url"]), upload.data)
            for target, upload in zip(targets, uploads, strict=True)
        )
        await asyncio.gather(self._store(files, rounds, remember), *sent)
        return files

    async def _store(
        self, files: Sequence[str], rounds: Sequence[str], remember: Callable[[Sequence[str]], Awaitable[None]] | None
    ) -> None:
        if self._posted_files:
            await self._posted_files.add(files, rounds)
        if remember:
            await remember(files)

    async def _reserve(self, team: str, upload: Upload) -> AsyncSlackResponse:
        """Return the id of a new file and the address that takes its bytes."""
        async with self._semaphores[team]:
            client = await self._clients.for_team(team)
            with slack_call("files.getUploadURLExternal"):
                return await client.files_getUploadURLExternal(
                    filename=upload.filename, length=len(upload.data), alt_txt=upload.alt
                )

    async def _send_bytes(self, team: str, address: str, data: bytes) -> None:
        async with self._semaphores[team]:
            client = await self._clients.for_team(team)
            with slack_call("upload"):
                async with (
                    aiohttp.ClientSession(timeout=_UPLOAD_TIMEOUT) as session,
                    session.post(address, data=data, proxy=client.proxy) as response,
                ):
                    response.raise_for_status()


class SlackFileDeletion:
    """Implementation of the port SlackFiles."""

    def __init__(self, clients: Clients, poll_delays: Sequence[float] = POLL_DELAYS) -> None:
        self._clients = clients
        self._poll_delays = poll_delays

    async def delete(self, team: str, file_id: str) -> bool:
        try:
            with slack_call("files.delete"):
                await (await self._clients.for_team(team)).files_delete(file=file_id)
        except SlackRejected as error:
            if error.code in _GONE_FILE_CODES:
                return True
            log.warning("file_not_deleted", file=file_id, error=error.code)
            return False
        return True

    async def list_shares(self, team: str, file_id: str) -> Sequence[MessageAddress]:
        """Read the field `shares`: messages by conversation, of public and of other ones ("Slack file object").

        Slack posts the message once it has processed the file, and the file has its type then.
        """
        try:
            for delay in (*self._poll_delays, None):
                file = await file_info(await self._clients.for_team(team), file_id)
                if file.get("mimetype") or delay is None:
                    break
                await asyncio.sleep(delay)
        except SlackRejected as error:
            if error.code in _GONE_FILE_CODES:
                return ()
            raise
        by_channel = (file.get("shares") or {}).values()
        shares = [(channel, each) for group in by_channel for channel, found in group.items() for each in found]
        return [MessageAddress(channel, str(each["ts"])) for channel, each in shares if each.get("ts")]


def _upload_key(place: ChannelRef, thread_ts: str, uploads: Sequence[Upload]) -> str:
    """Hash the thread and the files, in hex; slow for large files. A channel's id can change, so it is left out."""
    pieces = [place.team, thread_ts]
    for upload in uploads:
        pieces += [upload.filename, sha256(upload.data).hexdigest()]
    return sha256("\0".join(pieces).encode()).hexdigest()


async def file_info(client: AsyncWebClient, file_id: str) -> dict[str, Any]:
    """Return what files.info says about a file; raises SlackUnavailable."""
    with slack_call("files.info"):
        file: dict[str, Any] = (await client.files_info(file=file_id))["file"]
    return file


async def download_file(client: AsyncWebClient, file_id: str, within: float = 60) -> bytes:
    """Download a file of at most 10 MB within `within` seconds; raises BriefError for any other, SlackUnavailable."""
    file = await file_info(client, file_id)
    if int(file.get("size") or 0) > MAX_DOWNLOAD_BYTES:
        raise BriefError("like", "bad_picture", words.TOO_BIG)
    url = str(file.get("url_private") or "")
    if not is_slack_url(url, client.base_url):
        raise BriefError("like", "bad_picture", words.NOT_ON_SLACK)
    with slack_call("url_private"):
        return await _read(url, client, within)


def is_slack_url(url: str, base_url: str) -> bool:
    """Whether `url` has the API's origin, or is https on a subdomain of the API's host."""
    target, api = urlsplit(url), urlsplit(base_url)
    if target.username or target.password:
        return False
    if (target.scheme, target.netloc) == (api.scheme, api.netloc):
        return True
    host, api_host = target.hostname or "", api.hostname or "-"
    return target.scheme == api.scheme == "https" and target.port in (None, 443) and host.endswith(f".{api_host}")


async def _read(url: str, client: AsyncWebClient, within: float) -> bytes:
    """Read a file without following redirects; for an invalid token Slack answers with its HTML login page.

    Nothing is decompressed: a small encoded answer could expand to gigabytes, and pictures gain nothing by it.
    """
    headers = {"Authorization": f"Bearer {client.token or ''}", "Accept-Encoding": "identity"}
    timeout = aiohttp.ClientTimeout(total=within)
    async with (
        aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
        session.get(url, headers=headers, allow_redirects=False, proxy=client.proxy) as response,
    ):
        if response.status != 200:
            raise SlackUnavailable(f"url_private: {response.status}")
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if response.content_type == "text/html" or encoding not in ("", "identity"):
            raise BriefError("like", "bad_picture", words.NOT_A_PICTURE)
        data = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            data += chunk
            if len(data) > MAX_DOWNLOAD_BYTES:
                raise BriefError("like", "bad_picture", words.TOO_BIG)
        return bytes(data)
