"""Files people attached, fetched from Slack with our token, which goes nowhere else."""

from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import BriefError, Unreachable
from handlers.asking import asking
from handlers.words import photo as words

MOST_BYTES = 10_000_000
_CHUNK = 65_536


async def attached(client: AsyncWebClient, file_id: str, within: float = 60) -> bytes:
    """The bytes of a file of the workspace, at most 10 MB, fetched in `within` seconds.

    Raises BriefError for one we do not take, and Unreachable.
    """
    with asking("files.info"):
        file = (await client.files_info(file=file_id))["file"]
    if int(file.get("size") or 0) > MOST_BYTES:
        raise BriefError("like", "bad_picture", words.TOO_BIG)
    url = str(file.get("url_private") or "")
    if not of_slack(url, client.base_url):
        raise BriefError("like", "bad_picture", words.ELSEWHERE)
    with asking("url_private"):
        return await _read(url, client.token or "", within)


def of_slack(url: str, base_url: str) -> bool:
    """Whether `url` is on the very origin of the API, or over https on a host below Slack's own."""
    asked, ours = urlsplit(url), urlsplit(base_url)
    if asked.username or asked.password:
        return False
    if (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc):
        return True
    host, home = asked.hostname or "", ours.hostname or "-"
    return asked.scheme == ours.scheme == "https" and asked.port in (None, 443) and host.endswith(f".{home}")


async def _read(url: str, token: str, within: float) -> bytes:
    """No redirect is followed; without a good token Slack answers with the page of its login, in HTML."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=within)) as session,
        session.get(url, headers=headers, allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            raise Unreachable(f"url_private: {answer.status}")
        if answer.content_type == "text/html":
            raise BriefError("like", "bad_picture", words.NOT_A_PICTURE)
        data = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            data += chunk
            if len(data) > MOST_BYTES:
                raise BriefError("like", "bad_picture", words.TOO_BIG)
        return bytes(data)
