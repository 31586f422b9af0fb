"""Webhooks in Slack: set up in the settings, secret shown once, delivered to a receiver that verifies each request."""

from collections.abc import Iterator

import pytest

from playground.control.client import Json, text_of
from tests.flow.slack.test_production_settings import open_settings
from tests.support.practice_environment import DANIEL, FERRY, FILM, LENA, MEI, PracticeEnvironment
from tests.support.steps import lock_after_one_vote, start_ballot
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver

pytestmark = pytest.mark.heavy

ALL_EVENTS = ["face.locked", "face.unlocked", "face.finished", "round.closed"]


async def press_in_view(workspace: PracticeEnvironment, user: str, view: Json, action: str, value: str = "") -> None:
    body = {"view_id": view["id"], "action_id": action} | ({"value": value} if value else {})
    answer = await workspace.control_client.post(f"people/{user}/click", body)
    assert answer["ok"], answer


async def open_webhooks(workspace: PracticeEnvironment, user: str = LENA, channel: str = FILM) -> Json:
    view = await open_settings(workspace, user, channel)
    await press_in_view(workspace, user, view, "webhooks")
    return await workspace.wait_for_modal(user, "Castroom sends ids")


async def add_webhook(
    workspace: PracticeEnvironment, url: str, events: list[str], channel: str = FILM
) -> tuple[str, Json]:
    """Add a webhook; return its secret and the answer to the form."""
    await press_in_view(workspace, LENA, await open_webhooks(workspace, LENA, channel), "webhook_add")
    form = await workspace.wait_for_modal(LENA, "It is shown once")
    values = {"webhook_url": url, "webhook_events": events}
    answer = await workspace.control_client.submit(LENA, form["id"], values)
    if not answer["ok"]:
        return "", answer
    shown = await workspace.wait_for_modal(LENA, "Copy it now")
    return next(_secrets(shown)), answer


def _secrets(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        for value in part.values():
            yield from _secrets(value)
    elif isinstance(part, list):
        for value in part:
            yield from _secrets(value)
    elif isinstance(part, str) and part.startswith("whsec_"):
        yield part


async def wait_for_types(workspace: PracticeEnvironment, receiver: WebhookReceiver, *types: str) -> None:
    async def probe() -> bool:
        return sorted(receiver.types) == sorted(types)

    await workspace.control_client.wait_for(probe, f"the events {types}, not {receiver.types}", 20)


async def test_a_locked_face_reaches_a_receiver_whose_answer_stands_in_the_record(
    workspace: PracticeEnvironment,
) -> None:
    async with webhook_receiver() as receiver:
        receiver.secret, _ = await add_webhook(workspace, receiver.url, ALL_EVENTS)
        listed = await workspace.wait_for_modal(LENA, "Copy it now")
        assert receiver.secret in str(listed)
        await workspace.control_client.close_modals(LENA)
        view = await open_settings(workspace)
        saved = await workspace.control_client.submit(LENA, view["id"], {"targets": ["Runway"]})
        assert saved["ok"], saved
        accepted = {"targets": [{"target": "Runway", "state": "accepted", "external_id": "asset://17"}]}
        receiver.answers = [(200, {}, accepted)] * 2
        ts = await start_ballot(workspace, "Maya: a fisherwoman")
        await lock_after_one_vote(workspace, ts, "Maya")
        await wait_for_types(workspace, receiver, "round.closed", "face.locked")
        assert receiver.refused == []
        host = receiver.url.split("/")[2]
        text = await workspace.wait_for_text(ts, "Runway: accepted")
        assert f"Runway: accepted · `asset://17` · webhook {host}, " in text
        assert "<@" not in str([each.payload for each in receiver.received])
        listed = await open_webhooks(workspace)
        assert f"*{host}/castroom* · on" in text_of(listed)
        assert "last accepted" in text_of(listed)
        assert "whsec_" not in str(listed)
        assert "whsec_" not in workspace.log
        assert "/castroom" not in workspace.log


async def test_a_webhook_is_rotated_switched_and_deleted_in_its_list(workspace: PracticeEnvironment) -> None:
    async with webhook_receiver() as receiver:
        first, _ = await add_webhook(workspace, receiver.url, ["round.closed"], FERRY)
        listed = await open_webhooks(workspace, LENA, FERRY)
        rows = [block for block in listed["blocks"] if block["type"] == "actions"]
        endpoint_id = rows[-2]["elements"][0]["value"]
        await press_in_view(workspace, LENA, listed, "webhook_rotate", endpoint_id)
        shown = await workspace.wait_for_modal(LENA, "The secret before it also signs until")
        second = next(_secrets(shown))
        assert second != first
        ts = await start_ballot(workspace, "Ben: a cook", FERRY)
        await workspace.press(DANIEL, ts, "vote:1", FERRY)
        receiver.secret = first
        await workspace.press(LENA, ts, "close", FERRY)
        await wait_for_types(workspace, receiver, "round.closed")
        assert len(receiver.received[0].headers["webhook-signature"].split()) == 2

        listed = await open_webhooks(workspace, LENA, FERRY)
        assert "the secret before signs until" in text_of(listed)
        await press_in_view(workspace, LENA, listed, "webhook_off", endpoint_id)
        listed = await workspace.wait_for_modal(LENA, "/castroom* · off")
        await press_in_view(workspace, LENA, listed, "webhook_delete", endpoint_id)

        async def deleted() -> Json | None:
            view = await workspace.control_client.top_view(LENA)
            return view if view and endpoint_id not in str(view) else None

        await workspace.control_client.wait_for(deleted, "the list without the webhook", 10)
        host = receiver.url.split("/")[2]
        changes = text_of(await open_settings(workspace, LENA, FERRY))
        assert f"changed the webhooks to {host}" in changes
        assert f"the webhook secret of {host}" in changes
        assert f"from {host} to {host} (off)" in changes


async def test_an_address_that_cannot_be_used_is_reported_at_its_field(workspace: PracticeEnvironment) -> None:
    for url, expected in (
        ("http://93.184.216.34/a", "https"),
        ("https://10.0.0.8/a", "private network"),
        ("https://user@hooks.example.com/a", "without a user"),
        ("https://169.254.169.254/latest/meta-data", "private network"),
    ):
        _, answer = await add_webhook(workspace, url, ["face.locked"])
        assert expected in answer["errors"]["webhook_url"], answer
        await workspace.control_client.close_modals(LENA)


async def test_only_those_who_may_change_settings_open_the_webhooks(workspace: PracticeEnvironment) -> None:
    before = await open_settings(workspace, MEI, FERRY)
    lena_view = await open_settings(workspace, LENA, FERRY)
    values = {"may_change_settings": [LENA]}
    assert (await workspace.control_client.submit(LENA, lena_view["id"], values))["ok"]
    await press_in_view(workspace, MEI, before, "webhooks")
    refused = await workspace.wait_for_modal(MEI, "can change the settings")
    assert f"Only <@{LENA}>" in text_of(refused)
