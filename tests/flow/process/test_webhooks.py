"""A killed bot loses no webhook: each event is written with its change, and sent again with the same id."""

from collections.abc import AsyncIterator

import pytest

from tests.flow.slack.test_webhooks import ALL_EVENTS, add_webhook
from tests.support.crashing_bot import crash_after_method, crash_in_method
from tests.support.practice_environment import DANIEL, FILM, LENA, PracticeEnvironment
from tests.support.steps import start_ballot
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with webhook_receiver() as opened:
        yield opened


async def vote_in_a_round(workspace: PracticeEnvironment, receiver: WebhookReceiver) -> str:
    receiver.secret, _ = await add_webhook(workspace, receiver.url, ALL_EVENTS)
    await workspace.control_client.close_modals(LENA)
    ts = await start_ballot(workspace, "Maya: a fisherwoman")
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_text(ts, "1 person voted")
    return ts


async def wait_for_types(workspace: PracticeEnvironment, receiver: WebhookReceiver, *types: str) -> None:
    async def probe() -> bool:
        return receiver.types == list(types)

    await workspace.control_client.wait_for(probe, f"the events {types}", 30)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("module", "owner", "method"),
    [
        pytest.param("bot.runtime.jobs", "JobRunner", "start", id="between the commit and the job"),
        pytest.param("storage.webhooks.deliveries", "SqlWebhookDeliveries", "claim", id="before the attempt"),
    ],
)
async def test_an_event_survives_a_kill_right_after_its_change(
    workspace: PracticeEnvironment, receiver: WebhookReceiver, module: str, owner: str, method: str
) -> None:
    ts = await vote_in_a_round(workspace, receiver)
    await crash_in_method(workspace, module, owner, method)
    await workspace.control_client.click(LENA, FILM, ts, "lock")
    await workspace.bot.wait()
    assert receiver.received == []
    await workspace.start_bot()
    await wait_for_types(workspace, receiver, "round.closed")
    await workspace.press(LENA, ts, "lock")
    await wait_for_types(workspace, receiver, "round.closed", "face.locked")
    assert receiver.refused == []


@pytest.mark.heavy
async def test_an_event_that_was_sent_before_a_kill_comes_again_with_the_same_id(
    workspace: PracticeEnvironment, receiver: WebhookReceiver
) -> None:
    ts = await vote_in_a_round(workspace, receiver)
    await crash_after_method(workspace, "providers.http.webhook_sender", "HttpWebhookSender", "send")
    await workspace.press(LENA, ts, "close")
    await workspace.bot.wait()
    assert receiver.types == ["round.closed"]
    # The attempt that was cut off is due after its lease of a minute.
    await workspace.start_bot(CLOCK_OFFSET_SECONDS="61")

    async def came_again() -> bool:
        return len(receiver.received) == 2

    await workspace.control_client.wait_for(came_again, "the second delivery", 30)
    assert len({each.id for each in receiver.received}) == 1
    assert receiver.received[0].payload == receiver.received[1].payload
