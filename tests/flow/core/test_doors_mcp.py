"""The MCP door with the protocol's own client: tokens, Slack's signatures, tools and resources."""

import json
import time
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import BlobResourceContents, CallToolResult, ImageContent, ResourceLink, TextContent
from slack_sdk.signature import SignatureVerifier

from bot.domain.door_token import Scope
from bot.domain.ids import ChannelRef
from bot.domain.users import User
from bot.usecases.door_tokens import NewToken
from tests.support.casting_harness import DIRECTOR, FERRY, LEAD, casting_harness
from tests.support.doors import SIGNING_SECRET, OpenDoors, bearer, open_doors

CREW = ChannelRef("T1", "CREW")
ERAS = ("auto", "legacy")


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[OpenDoors]:
    async with casting_harness(tmp_path) as team, open_doors(team) as opened:
        yield opened


@asynccontextmanager
async def agent(doors: OpenDoors, token: NewToken, era: str = "auto") -> AsyncIterator[Client]:
    async with httpx2.AsyncClient(headers=bearer(token)) as http:
        transport = streamable_http_client(f"{doors.url}/mcp", http_client=http)
        async with Client(transport, mode=era) as client:
            yield client


def text_of(result: CallToolResult) -> str:
    return " ".join(part.text for part in result.content if isinstance(part, TextContent))


def signed(message: Mapping[str, Any], at: float = 0, secret: str = SIGNING_SECRET) -> tuple[bytes, dict[str, str]]:
    """A request body with Slack's headers."""
    body, timestamp = json.dumps(message).encode(), str(int(at or time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return body, {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": str(signature),
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2025-06-18",
    }


def call_of(tool: str, slack: Mapping[str, Any] | None = None, **arguments: object) -> dict[str, Any]:
    meta = {"_meta": {"slack": slack}} if slack else {}
    return {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": tool, "arguments": arguments} | meta,
    }


async def ask_as_slack(doors: OpenDoors, message: Mapping[str, Any], **signing: Any) -> httpx.Response:
    body, headers = signed(message, **signing)
    return await doors.client.post("/mcp", content=body, headers=headers)


@pytest.mark.parametrize("era", ERAS)
async def test_agent_recalls_a_face_and_fetches_its_original(doors: OpenDoors, era: str) -> None:
    round_id = await doors.team.run_to_lock()
    token = await doors.make_token()
    async with agent(doors, token, era) as client:
        result = await client.call_tool("recall_face", {"name": "Maya"})
        assert result.structured_content
        face = result.structured_content["face"]
        assert (result.is_error, face["id"]) == (False, round_id)
        assert text_of(result).startswith("Maya, version 1: candidate 1 by ")
        (preview,) = [part for part in result.content if isinstance(part, ImageContent)]
        assert b64decode(preview.data)[:3] == b"\xff\xd8\xff"
        original, passport = [part for part in result.content if isinstance(part, ResourceLink)]
        (blob,) = (await client.read_resource(original.uri)).contents
        assert isinstance(blob, BlobResourceContents)
        assert (sha256(b64decode(blob.blob)).hexdigest(), blob.mime_type) == (face["original"]["sha256"], "image/png")
        with pytest.raises(MCPError, match="No passport was signed"):
            await client.read_resource(passport.uri)
    linked = await doors.client.get(result.structured_content["links"]["original"])
    assert sha256(linked.content).hexdigest() == face["original"]["sha256"]


async def test_tools_say_which_only_read(doors: OpenDoors) -> None:
    async with agent(doors, await doors.make_token()) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        hints = {name: tool.annotations and tool.annotations.read_only_hint for name, tool in tools.items()}
        assert hints == {"recall_face": True, "list_cast": True, "start_casting": False, "casting_status": True}
        assert all(tool.description for tool in tools.values())
        templates = (await client.list_resource_templates()).resource_templates
        assert "castroom://faces/{face_id}/original.png" in [one.uri_template for one in templates]


async def test_agent_prices_starts_and_follows_a_round(doors: OpenDoors) -> None:
    token = await doors.make_token(Scope.CAST)
    brief = {"name": "Bo", "brief": "a cook", "models": ["recraft"], "per_model": 2, "idempotency_key": "k"}
    async with agent(doors, token) as client:
        priced = await client.call_tool("start_casting", brief | {"only_price": True})
        assert priced.structured_content == {"price_usd": "0.10", "models": ["recraft:recraftv4_1"] * 2}
        assert doors.team.started_jobs == []
        started = await client.call_tool("start_casting", brief)
        assert started.structured_content
        round_id = started.structured_content["id"]
        again = await client.call_tool("start_casting", brief)
        assert again.structured_content
        assert again.structured_content["id"] == round_id
        status = await client.call_tool("casting_status", {"round_id": round_id})
        assert text_of(status) == f"Round {round_id} for Bo: drawing, 0 candidates, 0 voters."
        refused = await client.call_tool(
            "start_casting", brief | {"max_usd": 0.05, "idempotency_key": "l", "name": "Cy"}
        )
        assert (refused.is_error, "One round may cost $0.05" in text_of(refused)) == (True, True)
        invalid = await client.call_tool("start_casting", brief | {"per_model": 99})
        assert (invalid.is_error, "per_model" in text_of(invalid)) == (True, True)


async def test_agent_lists_the_cast_and_near_names(doors: OpenDoors) -> None:
    await doors.team.run_to_lock()
    async with agent(doors, await doors.make_token()) as client:
        listed = await client.call_tool("list_cast", {})
        assert listed.structured_content
        assert [one["name"] for one in listed.structured_content["characters"]] == ["Maya"]
        near = await client.call_tool("recall_face", {"name": "Maja"})
        assert text_of(near) == "No character is called Maja. Near names: Maya."


async def test_nobody_gets_in_without_a_token_or_a_signature(doors: OpenDoors) -> None:
    message = call_of("list_cast", {"user_id": LEAD, "team_id": "T1"})
    assert (await doors.client.post("/mcp", json=message)).status_code == 401
    assert (await ask_as_slack(doors, message, secret="another")).status_code == 401
    assert (await ask_as_slack(doors, message, at=time.time() - 900)).status_code == 401
    body, headers = signed(message)
    for timestamp in ("soon", "-1", "9" * 40, ""):
        changed = headers | {"X-Slack-Request-Timestamp": timestamp}
        assert (await doors.client.post("/mcp", content=body, headers=changed)).status_code == 401
    assert (await doors.client.post("/mcp", content=body + b" ", headers=headers)).status_code == 401


async def test_only_posts_are_answered_so_that_nobody_keeps_a_connection(doors: OpenDoors) -> None:
    token = await doors.make_token()
    for method in ("GET", "DELETE", "PUT"):
        answer = await doors.client.request(method, "/mcp", headers=bearer(token) | {"Accept": "text/event-stream"})
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_slack_id_in_a_signed_request_decides_what_is_seen(doors: OpenDoors) -> None:
    doors.team.channel_access.private_members[CREW] = {LEAD}
    round_ = await doors.team.audition(await doors.team.start_round("Vera: a spy", place=CREW))
    await doors.team.vote(round_, U2=1)
    await doors.team.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
    for asker, expected in ((LEAD, "face"), (DIRECTOR, "nothing")):
        message = call_of("recall_face", {"user_id": asker, "team_id": "T1"}, name="Vera")
        result = (await ask_as_slack(doors, message)).json()["result"]
        assert result["structuredContent"]["status"] == expected
        if expected == "face":
            link = result["structuredContent"]["links"]["original"]
    assert (await doors.client.get(link)).status_code == 200
    doors.team.channel_access.private_members[CREW] = set()
    assert (await doors.client.get(link)).status_code == 404


async def test_meta_of_a_token_holder_is_never_believed(doors: OpenDoors) -> None:
    """The holder claims to be the lead, who is in the private channel; also beside an invalid signature."""
    doors.team.channel_access.private_members[CREW] = {LEAD}
    round_ = await doors.team.audition(await doors.team.start_round("Vera: a spy", place=CREW))
    await doors.team.vote(round_, U2=1)
    await doors.team.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
    token = await doors.make_token(place=FERRY, person=DIRECTOR)
    message = call_of("recall_face", {"user_id": LEAD, "team_id": "T1"}, name="Vera")
    body, headers = signed(message, secret="guessed")
    for sent in (headers, {"Accept": headers["Accept"], "Content-Type": "application/json"}):
        answer = await doors.client.post("/mcp", content=body, headers=sent | bearer(token))
        assert answer.json()["result"]["structuredContent"]["status"] == "nothing"


async def test_a_signed_request_without_an_asker_opens_nothing(doors: OpenDoors) -> None:
    await doors.team.run_to_lock()
    answer = (await ask_as_slack(doors, call_of("recall_face", name="Maya"))).json()["result"]
    assert (answer["isError"], "did not say who asks" in answer["content"][0]["text"]) == (True, True)
    gone = call_of("recall_face", {"user_id": "UGONE", "team_id": "T1"}, name="Maya")
    doors.team.channel_access.users["UGONE"] = User(is_deactivated=True)
    assert (await ask_as_slack(doors, gone)).status_code == 403


async def test_a_person_casts_over_slack_only_in_a_channel_of_theirs(doors: OpenDoors) -> None:
    doors.team.channel_access.private_members[CREW] = {LEAD}
    asker = {"user_id": DIRECTOR, "team_id": "T1"}
    brief = {"name": "Bo", "brief": "a cook", "models": ["recraft"]}
    for channel, expected in (("", "channel: missing"), ("CREW", "not a member")):
        refused = await ask_as_slack(doors, call_of("start_casting", asker, **brief, channel=channel))
        assert expected in refused.json()["result"]["content"][0]["text"]
    assert doors.team.started_jobs == []
    started = await ask_as_slack(doors, call_of("start_casting", asker, **brief, channel=FERRY.channel))
    assert started.json()["result"]["structuredContent"]["lead"] == DIRECTOR


async def test_a_signed_request_that_comes_again_starts_one_round(doors: OpenDoors) -> None:
    asker = {"user_id": DIRECTOR, "team_id": "T1"}
    message = call_of("start_casting", asker, name="Bo", brief="a cook", models=["recraft"], channel=FERRY.channel)
    body, headers = signed(message)
    answers = [(await doors.client.post("/mcp", content=body, headers=headers)).json()["result"] for _ in range(2)]
    first, second = (answer["structuredContent"]["id"] for answer in answers)
    assert first == second


async def test_a_revoked_token_ends_an_open_connection(doors: OpenDoors) -> None:
    token = await doors.make_token()
    async with agent(doors, token, "legacy") as client:
        assert not (await client.call_tool("list_cast", {})).is_error
        await doors.team.casting.door_token_editor.revoke(token.token.id, token.token.place, LEAD)
        with pytest.raises(MCPError, match="error response"):
            await client.call_tool("list_cast", {})
