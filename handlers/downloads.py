"""Files people attached, fetched from Slack with our token, which goes nowhere else."""

from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import BriefError, SlackUnavailable
from handlers.asking import slack_call
from handlers.words import photo as words

MAX_BYTES = 10_000_000
_CHUNK = 65_536


async def download_file(client: AsyncWebClient, file_id: str, within: float = 60) -> bytes:
    """The bytes of a file of the workspace, at most 10 MB, fetched in `within` seconds.

    Raises BriefError for one we do not take, and Unreachable.
    """
    with slack_call("files.info"):
        file = (await client.files_info(file=file_id))["file"]
    if int(file.get("size") or 0) > MAX_BYTES:
        raise BriefError("like", "bad_picture", words.TOO_BIG)
    url = str(file.get("url_private") or "")
    if not is_slack_url(url, client.base_url):
        raise BriefError("like", "bad_picture", words.NOT_ON_SLACK)
    with slack_call("url_private"):
        return await _read(url, client.token or "", within)


def is_slack_url(url: str, base_url: str) -> bool:
    """Whether `url` is on the very origin of the API, or over https on a host below Slack's own."""
    target, api = urlsplit(url), urlsplit(base_url)
    if target.username or target.password:
        return False
    if (target.scheme, target.netloc) == (api.scheme, api.netloc):
        return True
    host, api_host = target.hostname or "", api.hostname or "-"
    return target.scheme == api.scheme == "https" and target.port in (None, 443) and host.endswith(f".{api_host}")


async def _read(url: str, token: str, within: float) -> bytes:
    """No redirect is followed; without a good token Slack answers with the page of its login, in HTML."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=within)) as session,
        session.get(url, headers=headers, allow_redirects=False) as response,
    ):
        if response.status != 200:
            raise SlackUnavailable(f"url_private: {response.status}")
        if response.content_type == "text/html":
            raise BriefError("like", "bad_picture", words.NOT_A_PICTURE)
        data = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            data += chunk
            if len(data) > MAX_BYTES:
                raise BriefError("like", "bad_picture", words.TOO_BIG)
        return bytes(data)
