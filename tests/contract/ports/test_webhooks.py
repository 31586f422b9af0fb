"""The ports `WebhookEndpoints` and `WebhookDeliveries`, and the events that changes write in their transactions."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from bot.domain.audit import AuditEvent
from bot.domain.brief import PHOTO, Consent, Reference
from bot.domain.budget import Charge
from bot.domain.face import Unlock
from bot.domain.ids import ChannelRef
from bot.domain.production import ProductionSettings
from bot.domain.round_state import RECAST
from bot.domain.upscale import UpscaleMethod
from bot.domain.webhook import Attempt, DeliveryState, EventType, OffReason, WebhookEndpoint, new_secret
from bot.ports.installations import UnreadableToken
from storage import Storage
from storage.db.webhook_tables import webhook_endpoints
from storage.installations.token_cipher import TokenCipher
from storage.webhooks.endpoints import SqlWebhookEndpoints
from tests.contract.ports.test_upscales import LARGE, PRICE, make_upscale
from tests.support import storage_builders
from tests.support.storage_builders import (
    CAPS,
    NOW,
    PLACE,
    FakeClock,
    make_round,
    open_closed_round,
    open_locked_round,
    open_voting_round,
)

clock, storage = storage_builders.clock, storage_builders.storage

OLD_KEY, NEW_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
AUDIT = AuditEvent("set_webhooks", PLACE, "U1", NOW)
ENDPOINT = WebhookEndpoint("whe_1", PLACE, "https://hooks.example.com/a?key=s3", tuple(EventType), "U1", NOW)
LATER = NOW + timedelta(days=1)


def endpoints_of(storage: Storage, *keys: str) -> SqlWebhookEndpoints:
    return SqlWebhookEndpoints(storage.database, TokenCipher(keys or [OLD_KEY]))


async def add_endpoint(storage: Storage, endpoint: WebhookEndpoint = ENDPOINT) -> str:
    secret = new_secret()
    assert await endpoints_of(storage).add(endpoint, secret, 10, AUDIT)
    return secret


async def event_types(storage: Storage) -> list[str]:
    return [delivery.event.type.value for delivery in (await storage.webhook_deliveries.list_deliveries())[::-1]]


async def test_each_change_writes_its_event_once_with_ids_only(storage: Storage, clock: FakeClock) -> None:
    await add_endpoint(storage)
    round_ = await open_locked_round(storage, make_round())
    await storage.roster.unlock("r1", Unlock("U1", NOW + timedelta(hours=3), "too <young>"))
    assert not await storage.roster.unlock("r1", Unlock("U1", NOW, "again"))
    assert await event_types(storage) == ["round.closed", "face.locked", "face.unlocked"]
    unlocked, locked, closed = await storage.webhook_deliveries.list_deliveries()
    assert (closed.event.version, locked.event.version, unlocked.event.version) == (None, 1, 1)
    assert locked.event.character_id == round_.character_id
    assert locked.event.production_id == (await storage.productions.get(PLACE)).id
    assert all(word not in unlocked.event.body for word in (b"young", b"U1", b"Maya"))


async def test_no_event_is_written_where_nobody_listens(storage: Storage) -> None:
    await add_endpoint(storage, replace(ENDPOINT, events=(EventType.FACE_UNLOCKED,)))
    await add_endpoint(storage, replace(ENDPOINT, id="whe_2", place=ChannelRef("T2", "C1")))
    await add_endpoint(storage, replace(ENDPOINT, id="whe_3", place=ChannelRef("T1", "C9")))
    await open_locked_round(storage, make_round())
    assert await event_types(storage) == []


async def test_channels_of_one_production_share_events(storage: Storage) -> None:
    other = ChannelRef("T1", "C2")
    production = await storage.productions.save(PLACE, "Film", ProductionSettings())
    await storage.productions.join(other, production.id, AUDIT)
    await add_endpoint(storage, replace(ENDPOINT, place=other))
    await open_closed_round(storage, make_round())
    (delivery,) = await storage.webhook_deliveries.list_deliveries()
    assert (delivery.event.place, delivery.endpoint.place) == (PLACE, other)


async def test_a_change_that_fails_writes_no_event(storage: Storage) -> None:
    await add_endpoint(storage)
    round_ = await open_voting_round(storage, make_round())
    assert not await storage.ballots.close("r1", await storage_builders.count_votes(storage, round_), 99)
    assert await event_types(storage) == []


async def test_a_deleted_face_counts_as_unlocked_and_leaves_ids_only(storage: Storage) -> None:
    await add_endpoint(storage)
    await open_locked_round(storage, make_round())
    await storage.deletions.delete_round("r1", LATER)
    assert (await event_types(storage))[-1] == "face.unlocked"
    unlocked = (await storage.webhook_deliveries.list_deliveries())[0]
    assert (unlocked.event.round_id, unlocked.event.version, unlocked.event.at) == ("r1", 1, LATER)


async def test_one_of_several_processes_makes_an_attempt(storage: Storage) -> None:
    await add_endpoint(storage)
    await open_closed_round(storage, make_round())
    deliveries, until = storage.webhook_deliveries, LATER + timedelta(minutes=1)
    (delivery_id,) = await deliveries.list_due(LATER, 10)
    claims = await asyncio.gather(*(deliveries.claim(delivery_id, LATER, until) for _ in range(5)))
    (claimed,) = [claim for claim in claims if claim]
    assert (claimed.started, claimed.endpoint.url) == (1, ENDPOINT.url)
    assert await deliveries.list_due(LATER, 10) == []
    assert await deliveries.list_due(until, 10) == [delivery_id], "a process that ended leaves it due"
    again = await deliveries.claim(delivery_id, until, until + timedelta(minutes=1))
    assert again
    assert (again.started, again.event) == (2, claimed.event), "the same id and the same bytes"


async def test_a_postponed_attempt_does_not_count(storage: Storage) -> None:
    await add_endpoint(storage)
    await open_closed_round(storage, make_round())
    deliveries = storage.webhook_deliveries
    (delivery_id,) = await deliveries.list_due(LATER, 10)
    await deliveries.claim(delivery_id, LATER, LATER + timedelta(minutes=1))
    await deliveries.postpone(delivery_id, LATER + timedelta(minutes=5))
    assert await deliveries.list_due(LATER + timedelta(minutes=4), 10) == []
    claimed = await deliveries.claim(delivery_id, LATER + timedelta(minutes=5), LATER + timedelta(minutes=6))
    assert claimed
    assert claimed.started == 1


async def test_attempts_are_kept_and_a_success_ends_the_delivery(storage: Storage) -> None:
    await add_endpoint(storage)
    await open_closed_round(storage, make_round())
    deliveries = storage.webhook_deliveries
    (delivery_id,) = await deliveries.list_due(LATER, 10)
    failed, sent = Attempt(LATER, 503), Attempt(LATER + timedelta(seconds=5), 204)
    await deliveries.record(delivery_id, failed, DeliveryState.WAITING, sent.at)
    await deliveries.record(delivery_id, sent, DeliveryState.DELIVERED)
    (delivery,) = await deliveries.list_deliveries("whe_1", DeliveryState.DELIVERED)
    assert delivery.attempts == (failed, sent)
    assert delivery.endpoint.last_success_at == sent.at
    assert await deliveries.list_due(LATER + timedelta(days=9), 10) == []
    assert await deliveries.list_deliveries("whe_1", DeliveryState.FAILED) == []


async def test_an_endpoint_that_is_off_misses_events_which_a_replay_sends(storage: Storage) -> None:
    await add_endpoint(storage)
    await open_closed_round(storage, make_round())
    endpoints, deliveries = storage.webhook_endpoints, storage.webhook_deliveries
    assert await endpoints.switch("whe_1", OffReason.GONE, LATER, AUDIT)
    assert not await endpoints.switch("whe_1", OffReason.FAILING, LATER, AUDIT)
    await open_closed_round(storage, make_round("r2", "Ben"))
    missed = [each.id for each in await deliveries.list_deliveries(state=DeliveryState.MISSED)]
    assert len(missed) == 2
    assert await deliveries.list_due(LATER, 10) == []
    assert await deliveries.replay(missed, LATER) == [], "it is still off"
    assert [each.id for each in await endpoints.list_untold()] == ["whe_1"]
    assert await endpoints.mark_told("whe_1", LATER)
    assert not await endpoints.mark_told("whe_1", LATER)
    assert await endpoints.switch("whe_1", None, LATER, AUDIT)
    assert set(await deliveries.replay(missed, LATER)) == set(missed)
    assert set(await deliveries.list_due(LATER, 10)) == set(missed)


async def test_an_attempt_that_ends_after_the_switch_keeps_what_it_found(storage: Storage) -> None:
    await add_endpoint(storage)
    await open_closed_round(storage, make_round())
    deliveries = storage.webhook_deliveries
    (delivery_id,) = await deliveries.list_due(LATER, 10)
    await storage.webhook_endpoints.switch("whe_1", OffReason.PERSON, LATER, AUDIT)
    await deliveries.record(delivery_id, Attempt(LATER, 500), DeliveryState.WAITING, LATER)
    assert (await deliveries.list_deliveries())[0].state is DeliveryState.MISSED
    await deliveries.record(delivery_id, Attempt(LATER, 200), DeliveryState.DELIVERED)
    assert (await deliveries.list_deliveries())[0].state is DeliveryState.DELIVERED


async def test_two_secrets_sign_during_the_overlap_and_one_after_it(storage: Storage) -> None:
    first = await add_endpoint(storage)
    endpoints, second = endpoints_of(storage), new_secret()
    assert await endpoints.rotate("whe_1", second, LATER, AUDIT)
    assert await endpoints.secrets("whe_1", LATER - timedelta(seconds=1)) == [second, first]
    assert await endpoints.secrets("whe_1", LATER) == [second]
    await endpoints.clear_expired(LATER)
    assert await endpoints.secrets("whe_1", NOW) == [second]
    assert not await endpoints.rotate("whe_9", second, LATER, AUDIT)


async def test_secrets_are_encrypted_and_move_to_the_newest_key(storage: Storage) -> None:
    first, second = await add_endpoint(storage), new_secret()
    await endpoints_of(storage).rotate("whe_1", second, LATER, AUDIT)
    rows = await storage.database.fetch_all(select(webhook_endpoints))
    assert all(secret not in str(rows) for secret in (first, second))
    with pytest.raises(UnreadableToken):
        await endpoints_of(storage, NEW_KEY).secrets("whe_1", NOW)
    assert (await endpoints_of(storage, NEW_KEY, OLD_KEY).reencrypt()).changed == 1
    assert (await endpoints_of(storage, NEW_KEY, OLD_KEY).reencrypt()).changed == 0
    assert await endpoints_of(storage, NEW_KEY).secrets("whe_1", NOW) == [second, first]
    assert (await endpoints_of(storage, OLD_KEY).reencrypt()).unreadable == ("whe_1",)


async def test_without_keys_no_secret_is_stored_or_read(storage: Storage) -> None:
    await add_endpoint(storage)
    assert not storage.webhook_endpoints.can_store_secrets
    with pytest.raises(RuntimeError, match="TOKEN_KEYS"):
        await storage.webhook_endpoints.add(replace(ENDPOINT, id="whe_2"), new_secret(), 10, AUDIT)
    with pytest.raises(UnreadableToken):
        await storage.webhook_endpoints.secrets("whe_1", NOW)


async def test_a_channel_has_a_limit_and_its_own_list(storage: Storage) -> None:
    await add_endpoint(storage)
    other = replace(ENDPOINT, id="whe_2", place=ChannelRef("T1", "C2"))
    await add_endpoint(storage, other)
    assert not await endpoints_of(storage).add(replace(ENDPOINT, id="whe_3"), new_secret(), 1, AUDIT)
    assert await storage.webhook_endpoints.list_for_channel(PLACE) == [ENDPOINT]
    assert await storage.webhook_endpoints.list_all() == [ENDPOINT, other]
    assert await storage.webhook_endpoints.get("whe_3") is None


async def test_an_endpoint_follows_its_channel_to_another_id(storage: Storage) -> None:
    await add_endpoint(storage)
    await open_closed_round(storage, make_round())
    await storage.productions.move_channel(PLACE, "C7")
    (delivery,) = await storage.webhook_deliveries.list_deliveries()
    assert delivery.event.place == delivery.endpoint.place == ChannelRef("T1", "C7")


async def test_deleting_and_purging_remove_deliveries(storage: Storage) -> None:
    await add_endpoint(storage)
    await add_endpoint(storage, replace(ENDPOINT, id="whe_2"))
    await open_closed_round(storage, make_round())
    assert await storage.webhook_endpoints.delete("whe_1", AUDIT)
    assert not await storage.webhook_endpoints.delete("whe_1", AUDIT)
    assert [each.endpoint.id for each in await storage.webhook_deliveries.list_deliveries()] == ["whe_2"]
    assert await storage.webhook_deliveries.purge(NOW) == 0
    assert await storage.webhook_deliveries.purge(LATER) == 1
    assert await storage.webhook_deliveries.list_deliveries() == []
    logged = [event.action for event in await storage.audit_log.list_for_production(PLACE)]
    assert logged == ["set_webhooks"] * 3


@pytest.mark.parametrize(
    ("method", "keep", "expected"),
    [
        (UpscaleMethod.UPSCALER, None, ["face.finished"]),
        (UpscaleMethod.REDRAW, None, []),
        (UpscaleMethod.REDRAW, True, ["face.finished"]),
        (UpscaleMethod.REDRAW, False, []),
    ],
)
async def test_a_finish_is_told_when_it_is_kept(
    storage: Storage, method: UpscaleMethod, keep: bool | None, expected: list[str]
) -> None:
    await open_locked_round(storage, make_round())
    await add_endpoint(storage)
    upscale = make_upscale(method=method)
    await storage.upscales.start(upscale, CAPS)
    await storage.upscales.mark_requested(upscale.id, NOW)
    drawn = upscale.with_portrait(LARGE, Charge(PRICE, "exact"), 3.0)
    for _ in range(2):
        await storage.upscales.record_result(drawn)
    if keep is not None:
        for _ in range(2):
            await storage.upscales.decide(upscale.id, "U-lead", LATER, keep=keep)
    assert await event_types(storage) == expected


async def test_a_withdrawn_consent_counts_as_unlocked_once(storage: Storage) -> None:
    consent = Consent("U1", NOW, "agreed")
    reference = Reference(PHOTO, "r1/reference/ab", "ab", consent)
    new = make_round()
    await open_locked_round(storage, replace(new, brief=replace(new.brief, reference=reference)))
    await add_endpoint(storage)
    withdrawn = AuditEvent("consent_withdrawn", PLACE, "U1", LATER, "c1", "r1")
    for _ in range(2):
        assert await storage.consents.withdraw("r1", withdrawn) == ["r1"]
    assert await event_types(storage) == ["face.unlocked"]


async def test_a_face_that_a_recast_unlocks_is_told_with_the_new_round(storage: Storage) -> None:
    await open_locked_round(storage, make_round())
    await add_endpoint(storage)
    recast = replace(make_round("r2", parent="r1"), origin=RECAST)
    unlock = Unlock("U-lead", LATER, "too young")
    for _ in range(2):
        await storage.rounds.open(recast, CAPS, recast=True, unlock=unlock)
    assert await event_types(storage) == ["face.unlocked"]
