"""Slack's own Python client (`slack_sdk`), the blocking one; the practice_slack tests use the asynchronous one."""

import asyncio
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground.seed_data import HARBOUR, INSTALLS
from tests.support.control_client import ControlClient, make_png


def run_client(address: str) -> dict[str, Any]:
    """Post a message, a picture in its thread and a reaction, in a thread of the test."""
    slack = WebClient(INSTALLS[0].token, base_url=f"{address}/slack/api/")
    ts = slack.chat_postMessage(channel=HARBOUR, text="Casting Maya")["ts"]
    uploaded = slack.files_upload_v2(
        channel=HARBOUR, thread_ts=ts, content=make_png(), filename="portrait.png", alt_txt="A face"
    )
    slack.reactions_add(channel=HARBOUR, timestamp=ts, name="one")
    with pytest.raises(SlackApiError) as caught:
        slack.reactions_add(channel=HARBOUR, timestamp=ts, name="one")
    return {"ts": ts, "file": uploaded["files"][0]["id"], "refused": caught.value.response["error"]}


async def test_client_posts_uploads_reacts_and_gets_errors(control_client: ControlClient) -> None:
    result = await asyncio.to_thread(run_client, control_client.address)
    message, (reply,) = await control_client.thread(HARBOUR, result["ts"], replies=1)
    assert result["refused"] == "already_reacted"
    assert [reaction["name"] for reaction in message["reactions"]] == ["one"]
    assert [(file["id"], file["alt_txt"]) for file in reply["files"]] == [(result["file"], "A face")]
