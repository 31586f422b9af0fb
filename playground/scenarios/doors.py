"""The doors: a person makes an access token, and the locked face is fetched through REST and through MCP.

The practice workspace imports neither the bot nor the protocol's library: both doors are called over plain HTTP, as a
script would.
"""

import asyncio
import re
from base64 import b64decode
from hashlib import sha256
from typing import Any

from aiohttp import ClientSession

from playground.control.client import ControlClient, Json, text_of
from playground.scenarios.failure import ScenarioFailed

_TOKEN = re.compile(r"castroom_[\w-]{20,}")
_MCP_VERSION = "2025-06-18"


async def make_token(control_client: ControlClient, user: str, channel: str, name: str = "Demo") -> str:
    """Make an access token as a person does: settings, tokens, form; return its text, which is shown once."""
    await control_client.command(user, channel, "settings")
    settings = await _wait_for_view(control_client, user, "settings")
    await control_client.select_in_view(user, settings["id"], "door_tokens", channel)
    tokens = await _wait_for_view(control_client, user, "door_tokens")
    await control_client.select_in_view(user, tokens["id"], "door_token_new", channel)
    form = await _wait_for_view(control_client, user, "door_token")
    values = {"name": name, "scopes": ["cast"], "month_cap": "5", "lifetime": "7"}
    answer = await control_client.submit(user, form["id"], values)
    if not answer.get("ok"):
        raise ScenarioFailed(f"the token was not made: {answer}")
    shown = await _wait_for_view(control_client, user, "door_token_secret")
    found = _TOKEN.search(text_of(shown))
    if not found:
        raise ScenarioFailed("the modal shows no token")
    await control_client.close_modals(user)
    return found[0]


async def fetch_through_both(url: str, token: str, name: str) -> Json:
    """Fetch the original of a face through REST and MCP; return both hashes and the recorded one."""
    async with ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        face = await _get_json(session, f"{url}/v1/faces", name=name)
        async with session.get(face["original"]["url"]) as response:
            rest = await _hash(await response.read())
        mcp = await _hash(await _original_by_mcp(session, url, name))
        check = await _check_passport(session, f"{url}/v1/faces/{face['id']}/passport/check")
    recorded = face["original"]["sha256"]
    if not rest == mcp == recorded:
        raise ScenarioFailed(f"the hashes differ: REST {rest}, MCP {mcp}, record {recorded}")
    return {"url": url, "recorded_sha256": recorded, "rest_sha256": rest, "mcp_sha256": mcp, "passport": check}


async def _original_by_mcp(session: ClientSession, url: str, name: str) -> bytes:
    """Recall a face with the tool, then read the resource that its answer links to."""
    recalled = await _call(session, url, "tools/call", {"name": "recall_face", "arguments": {"name": name}})
    links = [part["uri"] for part in recalled["content"] if part["type"] == "resource_link"]
    original = next(link for link in links if "/original." in link)
    read = await _call(session, url, "resources/read", {"uri": original})
    return b64decode(read["contents"][0]["blob"])


async def _call(session: ClientSession, url: str, method: str, params: Json) -> Json:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": _MCP_VERSION}
    async with session.post(f"{url}/mcp", json=message, headers=headers) as response:
        answer: dict[str, Any] = await response.json()
    if "result" not in answer or answer["result"].get("isError"):
        raise ScenarioFailed(f"MCP answered {method} with {str(answer)[:300]}")
    result: Json = answer["result"]
    return result


async def _check_passport(session: ClientSession, url: str) -> Json | None:
    """Return the check of the passport; None where the bot has no key to sign with."""
    async with session.get(url) as response:
        if response.status == 404:
            return None
        check: Json = await response.json()
        return check


async def _get_json(session: ClientSession, url: str, **query: str) -> Json:
    async with session.get(url, params=query) as response:
        if response.status != 200:
            raise ScenarioFailed(f"REST answered {response.status}: {(await response.text())[:300]}")
        found: Json = await response.json()
        return found


async def _hash(data: bytes) -> str:
    return (await asyncio.to_thread(sha256, data)).hexdigest()


async def _wait_for_view(control_client: ControlClient, user: str, callback_id: str) -> Json:
    async def find() -> Json | None:
        view = await control_client.top_view(user)
        return view if view and view.get("callback_id") == callback_id else None

    return await control_client.wait_for(find, f"the modal {callback_id}", 10)
