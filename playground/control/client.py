"""Client of the control API: acts as the practice people and reads the state."""

import asyncio
import os
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, Self, TypeVar

from aiohttp import ClientSession, ClientTimeout, FormData

Json = dict[str, Any]
T = TypeVar("T")


class WaitTimeout(Exception):
    """A condition did not become true in time; the message names it."""


class ControlClient:
    """A practice workspace at `address` (`http://127.0.0.1:8600`), used only through its control API."""

    # Seconds between two polls of `wait_for`.
    poll_seconds = 0.05
    # Multiplies every limit of `wait_for`; the tests set the variable on a slow machine.
    time_factor = float(os.environ.get("TEST_TIME_FACTOR", "1"))

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self._session = ClientSession(timeout=ClientTimeout(total=60))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._session.close()

    async def get(self, path: str, **query: str | int) -> Json:
        async with self._session.get(f"{self.address}/control/{path}", params=query) as response:
            body: Json = await response.json()
            return body

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Json:
        async with self._session.post(f"{self.address}/control/{path}", json=dict(body or {})) as response:
            result: Json = await response.json()
            return result

    async def download_file(self, file_id: str) -> bytes:
        """Return a file as it was uploaded."""
        async with self._session.get(f"{self.address}/control/files/{file_id}") as response:
            response.raise_for_status()
            return await response.read()

    # Actions of a person. Each returns what Slack would show them, with `ack_ms`.

    async def command(self, user: str, channel: str, text: str, command: str = "/cast") -> Json:
        await self.close_modals(user)
        return await self.post(f"people/{user}/command", {"channel": channel, "command": command, "text": text})

    async def mention(
        self, user: str, channel: str, text: str, thread_ts: str | None = None, shared: Json | None = None
    ) -> Json:
        """Mention the app; `shared` is the channel and ts of a message that this one forwards."""
        body = {"channel": channel, "text": text, "thread_ts": thread_ts, "shared": shared or {}}
        return await self.post(f"people/{user}/mention", body)

    async def post_message(
        self, user: str, channel: str, text: str, thread_ts: str | None = None, shared: Json | None = None
    ) -> str:
        """Post a message, with `shared` as in `mention`; return its ts."""
        body = {"channel": channel, "text": text, "thread_ts": thread_ts, "shared": shared or {}}
        result = await self.post(f"people/{user}/say", body)
        return str(result["ts"])

    async def react(self, user: str, channel: str, ts: str, name: str, *, remove: bool = False) -> Json:
        return await self.post(f"people/{user}/react", {"channel": channel, "ts": ts, "name": name, "remove": remove})

    async def click(self, user: str, channel: str, ts: str, action_id: str, value: str | None = None) -> Json:
        await self.close_modals(user)
        body = {"channel": channel, "ts": ts, "action_id": action_id, "value": value}
        return await self.post(f"people/{user}/click", body)

    async def attach_file(self, user: str, name: str, body: bytes) -> str:
        """Attach a file of the person for a form; return its id."""
        form = FormData()
        form.add_field("file", body, filename=name)
        async with self._session.post(f"{self.address}/control/people/{user}/attach", data=form) as response:
            return str((await response.json())["file"]["id"])

    async def select_in_view(
        self, user: str, view_id: str, action_id: str, value: Any, values: Mapping[str, Any] | None = None
    ) -> Json:
        """Choose in an element of a view; `values` are its other fields at that time."""
        body = {"view_id": view_id, "action_id": action_id, "value": value, "values": dict(values or {})}
        return await self.post(f"people/{user}/click", body)

    async def suggest_options(self, user: str, view_id: str, action_id: str, query: str) -> list[str]:
        """Type into an external select; return the options' labels."""
        body = {"view_id": view_id, "action_id": action_id, "value": query}
        result = await self.post(f"people/{user}/suggest", body)
        return [option["text"]["text"] for option in result["options"]]

    async def shortcut(self, user: str, channel: str, ts: str, callback_id: str = "cast_message") -> Json:
        await self.close_modals(user)
        body = {"channel": channel, "ts": ts, "callback_id": callback_id}
        return await self.post(f"people/{user}/shortcut", body)

    async def close_modals(self, user: str) -> None:
        """Close the person's open modals, which cover the messages in Slack."""
        if (view := await self.top_view(user)) and view["type"] == "modal":
            await self.post(f"people/{user}/close", {"view_id": view["id"], "all": True})

    async def submit(self, user: str, view_id: str, values: Mapping[str, Any]) -> Json:
        return await self.post(f"people/{user}/submit", {"view_id": view_id, "values": dict(values)})

    # State.

    async def messages(self, channel: str) -> list[Json]:
        """Return the channel's top-level messages, oldest first."""
        state = await self.get("state", channel=channel, limit=100)
        found: list[Json] = state["messages"].get(channel, [])
        return found

    async def message(self, channel: str, ts: str) -> Json:
        return next(m for m in await self.messages(channel) if m["ts"] == ts)

    async def thread(self, channel: str, ts: str) -> list[Json]:
        """Return the replies of a message, oldest first."""
        state = await self.get("state", channel=channel, thread=ts)
        found: list[Json] = state["threads"].get(channel, {}).get(ts, [])
        return [m for m in found if m["ts"] != ts]

    async def ephemerals(self, user: str, channel: str | None = None) -> list[Json]:
        """Return the ephemerals of this person, oldest first."""
        state = await self.get("state", user=user)
        return [m for m in state["ephemerals"] if m["to"] == user and channel in (None, m["channel"])]

    async def modals(self, user: str) -> list[Json]:
        """Return the person's open modals, bottom first."""
        found: list[Json] = (await self.get("state", user=user))["views"]
        return [view for view in found if view["type"] == "modal"]

    async def top_view(self, user: str) -> Json | None:
        """Return the person's topmost modal."""
        views: list[Json] = [v for v in (await self.get("state", user=user))["views"] if v["user"] == user]
        return views[-1] if views else None

    async def calls(self, method: str) -> list[Json]:
        found: list[Json] = (await self.get("calls", method=method, limit=500))["calls"]
        return found

    async def usage(self) -> list[Json]:
        found: list[Json] = (await self.get("bill"))["calls"]
        return found

    async def wait_until_connected(self, bot: Process) -> None:
        """Wait until the bot is connected; raises RuntimeError if it exits instead."""

        async def is_connected() -> bool:
            if bot.returncode is not None:
                raise RuntimeError(f"the bot ended with status {bot.returncode}")
            return bool((await self.get("state", limit=1))["workspaces"][0]["connected"])

        await self.wait_for(is_connected, "the bot to connect", 30)

    async def extend_slack_timeouts(self) -> None:
        """Give the bot more than Slack's three seconds to answer on a slow machine."""
        limit = 3 * self.time_factor
        await self.post("slack/settings", {"ack_seconds": limit, "trigger_seconds": limit})

    async def wait_for(self, probe: Callable[[], Awaitable[T | None]], description: str, seconds: float = 20) -> T:
        """Poll `probe` until it returns something true, and return that; raises WaitTimeout."""
        limit = seconds * self.time_factor
        deadline = monotonic() + limit
        while monotonic() < deadline:
            if found := await probe():
                return found
            await asyncio.sleep(self.poll_seconds)
        raise WaitTimeout(f"waited {limit:g} s for {description}")


def text_of(message: Json) -> str:
    """Return all text of a message's blocks in order, one piece per line."""
    pieces: list[str] = []
    _collect_text(message.get("blocks") or [], pieces)
    return "\n".join(pieces) if pieces else str(message.get("text", ""))


def buttons_of(message: Json) -> dict[str, str]:
    """Return a message's buttons: action id to label."""
    found: dict[str, str] = {}
    for block in message.get("blocks") or []:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("type") == "button":
                found[element["action_id"]] = element["text"]["text"]
    return found


def menu_of(message: Json, action_id: str) -> dict[str, str]:
    """Return a menu's options: label to value; empty without the menu."""
    for block in message.get("blocks") or []:
        elements = [*block.get("elements", []), block.get("accessory") or {}, block.get("element") or {}]
        for element in elements:
            if element.get("action_id") == action_id:
                return {option["text"]["text"]: option["value"] for option in element.get("options", [])}
    return {}


def pictures_of(message: Json) -> list[str]:
    """Return the Slack files in a message's blocks."""
    return [
        b["slack_file"]["id"] for b in message.get("blocks") or [] if b.get("type") == "image" and "slack_file" in b
    ]


def _collect_text(node: Any, pieces: list[str]) -> None:
    if isinstance(node, list):
        for item in node:
            _collect_text(item, pieces)
    elif isinstance(node, dict):
        for key in ("title", "text", "alt_text", "elements", "fields", "accessory"):
            value = node.get(key)
            if isinstance(value, str):
                pieces.append(value)
            else:
                _collect_text(value, pieces)
