"""Webhooks over a real database, the real sender and a receiver that verifies with the standard's library."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.domain.errors import BriefError, PermissionDenied
from bot.domain.ids import ChannelRef
from bot.domain.production import ProductionSettings
from bot.domain.target import ReportSource
from bot.domain.users import User
from bot.domain.webhook import SCHEDULE, Delivery, DeliveryState, EventType, OffReason
from bot.ports.messaging import Recipient
from bot.settings import Settings
from bot.usecases.recast import RecastMode, RecastRequest
from bot.usecases.webhook_queue import enqueue_due
from providers.http.public_ip import Address
from providers.http.webhook_sender import HttpWebhookSender
from storage import open_storage
from tests.support.casting_harness import DIRECTOR, FERRY, FILM, LEAD, PRODUCER, CastingHarness
from tests.support.storage_builders import fresh_sqlite
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver

ALL_EVENTS = tuple(type_.value for type_ in EventType)


@dataclass
class Scene:
    """A casting team with a receiver, which verifies with the secret of the endpoint that was added last."""

    harness: CastingHarness
    receiver: WebhookReceiver

    async def add(self, events: Sequence[str] = ALL_EVENTS, place: ChannelRef = FILM, *, verify: bool = True) -> str:
        new = await self.harness.casting.webhook_settings.add(place, LEAD, self.receiver.url, tuple(events))
        self.receiver.secret = new.secret if verify else ""
        return new.endpoint.id

    async def deliver_due(self) -> int:
        """Run every job that a scheduler would start now; return how many."""
        self.harness.started_jobs.clear()
        await enqueue_due(self.harness.casting.ports)
        due = [key for kind, key in self.harness.started_jobs if kind == "webhook"]
        for key in due:
            await self.harness.casting.webhook_delivery.deliver(key)
        return len(due)

    async def run_schedule(self) -> list[timedelta]:
        """Deliver until nothing waits; return the pauses before each attempt."""
        pauses, last = [], self.harness.now
        while waiting := await self.list_deliveries(DeliveryState.WAITING):
            self.harness.now = max(self.harness.now, min(each.next_at for each in waiting))
            await self.deliver_due()
            pauses.append(self.harness.now - last)
            last = self.harness.now
        return pauses

    async def list_deliveries(self, state: DeliveryState | None = None) -> Sequence[Delivery]:
        return await self.harness.storage.webhook_deliveries.list_deliveries(state=state)

    async def endpoint_reason(self, endpoint_id: str) -> OffReason | None:
        endpoint = await self.harness.storage.webhook_endpoints.get(endpoint_id)
        assert endpoint
        return endpoint.off_reason


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    await fresh_sqlite(tmp_path)
    settings = Settings(data_dir=tmp_path, token_keys=SecretStr(Fernet.generate_key().decode()))
    opened: list[CastingHarness] = []
    storage = await open_storage(settings, lambda: opened[0].now)
    opened.append(CastingHarness(storage))
    async with webhook_receiver() as receiver:
        yield Scene(opened[0], receiver)
    await storage.close()


async def test_a_round_from_the_close_to_the_unlock_is_told_with_ids_only(scene: Scene) -> None:
    await scene.add()
    round_id = await scene.harness.run_to_lock("Maya: a fisherwoman")
    assert await scene.deliver_due() == 2
    request = RecastRequest(round_id, LEAD, RecastMode.ONLY_UNLOCK, "too <young>", None, "k1", 0)  # type: ignore[arg-type]
    recast = scene.harness.casting.recast
    await recast.publish(await recast.apply(request))
    assert [kind for kind, _ in scene.harness.started_jobs if kind == "webhook"], "the job starts with the change"
    await scene.deliver_due()
    assert sorted(scene.receiver.types) == ["face.locked", "face.unlocked", "round.closed"]
    assert scene.receiver.refused == []
    face = await scene.harness.storage.roster.get_face(round_id)
    assert face
    locked = next(each for each in scene.receiver.received if each.type == "face.locked")
    production_id = (await scene.harness.storage.productions.get(FILM)).id
    ids = {"character_id": face.character_id, "production_id": production_id, "round_id": round_id}
    assert locked.payload["data"] == ids | {"face_id": round_id, "version": 1}
    assert set(locked.payload) == {"type", "timestamp", "data"}
    assert await scene.deliver_due() == 0


async def test_an_attempt_follows_the_schedule_with_one_id_until_it_is_accepted(scene: Scene) -> None:
    await scene.add(["face.locked"], verify=False)
    await scene.harness.run_to_lock()
    scene.receiver.answers = [(status, {}, None) for status in (500, 404, 302, 429, 200)]
    pauses = await scene.run_schedule()
    assert pauses == list(SCHEDULE[:5])
    assert len({each.id for each in scene.receiver.received}) == 1
    assert len({str(each.payload) for each in scene.receiver.received}) == 1
    timestamps = [int(each.headers["webhook-timestamp"]) for each in scene.receiver.received]
    assert timestamps == sorted(set(timestamps)), "each attempt is signed with its own time"
    (delivery,) = await scene.list_deliveries(DeliveryState.DELIVERED)
    assert [attempt.status for attempt in delivery.attempts] == [500, 404, 302, 429, 200]


async def test_retry_after_is_heeded(scene: Scene) -> None:
    await scene.add(["face.locked"], verify=False)
    await scene.harness.run_to_lock()
    scene.receiver.answers = [(503, {"Retry-After": "600"}, None)]
    assert await scene.run_schedule() == [timedelta(0), timedelta(minutes=10)]


async def test_gone_switches_off_at_once_and_the_owner_is_told_once(scene: Scene) -> None:
    endpoint_id = await scene.add(verify=False)
    scene.receiver.answers = [(410, {}, None)]
    scene.harness.direct_messages.unreachable = {LEAD}
    await scene.harness.run_to_lock()
    assert await scene.deliver_due() == 2
    assert len(scene.receiver.received) == 1, "the second event is not sent any more"
    assert await scene.endpoint_reason(endpoint_id) is OffReason.GONE
    assert {each.state for each in await scene.list_deliveries()} == {DeliveryState.FAILED, DeliveryState.MISSED}
    assert scene.harness.direct_messages.webhooks_off == []
    scene.harness.direct_messages.unreachable.clear()
    for _ in range(2):
        await scene.harness.casting.webhook_delivery.tell_owners()
    ((recipient, endpoint),) = scene.harness.direct_messages.webhooks_off
    assert (recipient, endpoint.off_reason) == (Recipient("T1", LEAD), OffReason.GONE)


async def test_a_whole_schedule_without_success_switches_off(scene: Scene) -> None:
    endpoint_id = await scene.add(["face.locked"], verify=False)
    await scene.harness.run_to_lock()
    scene.receiver.answers = [(500, {}, None)] * 20
    assert await scene.run_schedule() == list(SCHEDULE)
    assert await scene.endpoint_reason(endpoint_id) is OffReason.FAILING
    assert len(scene.harness.direct_messages.webhooks_off) == 1
    audit = await scene.harness.storage.audit_log.list_for_production(FILM)
    host = scene.receiver.url.split("/")[2]
    assert (audit[-1].person, audit[-1].detail) == ("", f"{host}\n{host} (off)")


async def test_an_endpoint_that_accepts_other_events_stays_on(scene: Scene) -> None:
    endpoint_id = await scene.add(["face.locked"], verify=False)
    await scene.harness.run_to_lock()
    scene.receiver.answers = [(500, {}, None)] * 9
    for pause in SCHEDULE[:-1]:
        scene.harness.now += pause
        await scene.deliver_due()
    scene.receiver.answers = []
    await scene.harness.run_to_lock("Ben: a cook")
    await scene.deliver_due()
    scene.receiver.answers = [(500, {}, None)]
    scene.harness.now += SCHEDULE[-1]
    await scene.deliver_due()
    assert {each.state for each in await scene.list_deliveries()} == {DeliveryState.FAILED, DeliveryState.DELIVERED}
    assert await scene.endpoint_reason(endpoint_id) is None


async def test_where_the_owner_left_those_who_may_change_settings_are_told(scene: Scene) -> None:
    await scene.add(["face.locked"], verify=False)
    await scene.harness.run_to_lock()
    scene.harness.channel_access.users[LEAD] = User(is_deactivated=True)
    settings = ProductionSettings(may_change_settings=(DIRECTOR, PRODUCER))
    await scene.harness.storage.productions.save(FILM, "", settings)
    scene.receiver.answers = [(410, {}, None)]
    await scene.deliver_due()
    told = [recipient.person for recipient, _ in scene.harness.direct_messages.webhooks_off]
    assert told == [DIRECTOR, PRODUCER]


async def test_several_processes_send_each_event_once(scene: Scene) -> None:
    await scene.add()
    await scene.harness.run_to_lock()
    due = await scene.harness.storage.webhook_deliveries.list_due(scene.harness.now, 10)
    deliver = scene.harness.casting.webhook_delivery.deliver
    await asyncio.gather(*(deliver(delivery_id) for delivery_id in due for _ in range(3)))
    assert sorted(scene.receiver.types) == ["face.locked", "round.closed"]


async def test_an_attempt_that_a_crash_cut_off_is_made_again_with_the_same_id(scene: Scene) -> None:
    await scene.add(["face.locked"])
    await scene.harness.run_to_lock()
    deliveries, now = scene.harness.storage.webhook_deliveries, scene.harness.now
    (delivery_id,) = await deliveries.list_due(now, 10)
    claimed = await deliveries.claim(delivery_id, now, now + timedelta(seconds=60))
    assert claimed
    assert await scene.deliver_due() == 0
    scene.harness.advance(seconds=61)
    assert await scene.deliver_due() == 1
    assert [each.id for each in scene.receiver.received] == [claimed.event.id]


async def test_during_a_rotation_both_secrets_verify_and_after_it_the_new_one(scene: Scene) -> None:
    endpoint_id = await scene.add()
    old = scene.receiver.secret
    new = await scene.harness.casting.webhook_settings.rotate(FILM, LEAD, endpoint_id)
    await scene.harness.run_to_lock()
    await scene.deliver_due()
    scene.receiver.secret = new.secret
    await scene.harness.run_to_lock("Ben: a cook")
    await scene.deliver_due()
    assert len(scene.receiver.received) == 4
    signatures = [each.headers["webhook-signature"].split() for each in scene.receiver.received]
    assert {len(each) for each in signatures} == {2}
    scene.receiver.secret = ""
    scene.harness.advance(hours=25)
    await scene.harness.run_to_lock("Cy: a pilot")
    await scene.deliver_due()
    assert len(scene.receiver.received[-1].headers["webhook-signature"].split()) == 1
    assert old != new.secret


async def test_a_private_channel_is_told_of_only_where_its_members_set_it_up(scene: Scene) -> None:
    production = await scene.harness.storage.productions.save(FILM, "Film", ProductionSettings())
    await scene.harness.casting.production_settings_editor._join(  # the channels share a production
        FERRY, LEAD, await scene.harness.storage.productions.get(FERRY), production.id
    )
    await scene.add(["face.locked"], FERRY, verify=False)
    scene.harness.channel_access.private_members[FILM] = {LEAD, DIRECTOR}
    await scene.harness.run_to_lock()
    assert await scene.deliver_due() == 1
    assert scene.receiver.received == []
    (waiting,) = await scene.list_deliveries(DeliveryState.WAITING)
    assert (waiting.attempts, waiting.started) == ((), 0), "Slack's silence looks the same, so it waits first"
    scene.harness.advance(days=1, minutes=1)
    await scene.deliver_due()
    assert scene.receiver.received == []
    assert [each.state for each in await scene.list_deliveries()] == [DeliveryState.WITHHELD]
    await scene.add(["face.locked"], FILM, verify=False)
    await scene.harness.run_to_lock("Ben: a cook")
    await scene.deliver_due()
    assert scene.receiver.types == ["face.locked"], "its own channel is told"


async def test_an_answer_reports_target_states_strictly(scene: Scene) -> None:
    await scene.add(["face.locked"])
    settings = ProductionSettings(targets=("Runway", "Kling"))
    await scene.harness.storage.productions.save(FILM, "", settings)
    answer = {"targets": [{"target": "runway", "state": "accepted", "external_id": "asset://1"}]}
    answer["targets"].append({"target": "Veo", "state": "accepted"})
    scene.receiver.answers = [(200, {}, answer), (200, {}, answer | {"by": "the pipeline"})]
    round_id = await scene.harness.run_to_lock()
    await scene.deliver_due()
    (report,) = await scene.harness.storage.targets.list_for_face(round_id)
    host = scene.receiver.url.split("/")[2]
    assert (report.target, report.external_id) == ("Runway", "asset://1")
    assert (report.reporter.source, report.reporter.name) == (ReportSource.WEBHOOK, host)
    (delivery,) = await scene.list_deliveries()
    assert delivery.attempts[0].note == "taken:1 refused:not_used"
    scene.harness.advance(minutes=1)
    other = await scene.harness.run_to_lock("Ben: a cook")
    await scene.deliver_due()
    assert await scene.harness.storage.targets.list_for_face(other) == []
    newest = (await scene.list_deliveries())[0]
    assert (newest.state, newest.attempts[0].note) == (
        DeliveryState.DELIVERED,
        "refused:malformed",
    )


async def test_a_withdrawn_or_deleted_endpoint_sends_nothing_more(scene: Scene) -> None:
    endpoint_id = await scene.add(verify=False)
    await scene.harness.run_to_lock()
    settings = scene.harness.casting.webhook_settings
    await settings.switch(FILM, LEAD, endpoint_id, on=False)
    assert await scene.deliver_due() == 0
    await settings.switch(FILM, LEAD, endpoint_id, on=True)
    await settings.switch(FILM, LEAD, endpoint_id, on=True)
    await settings.delete(FILM, LEAD, endpoint_id)
    assert await scene.list_deliveries() == []
    assert scene.receiver.received == []
    details = [e.detail for e in await scene.harness.storage.audit_log.list_for_production(FILM)]
    host = scene.receiver.url.split("/")[2]
    assert details == [f"\n{host}", f"{host}\n{host} (off)", f"{host} (off)\n{host}", f"{host}\n"]


async def test_only_those_who_may_change_settings_touch_webhooks(scene: Scene) -> None:
    endpoint_id = await scene.add()
    await scene.harness.storage.productions.save(FILM, "", ProductionSettings(may_change_settings=(LEAD,)))
    settings = scene.harness.casting.webhook_settings
    for attempt in (
        settings.list_for(FILM, DIRECTOR),
        settings.add(FILM, DIRECTOR, scene.receiver.url, ALL_EVENTS),
        settings.rotate(FILM, DIRECTOR, endpoint_id),
        settings.switch(FILM, DIRECTOR, endpoint_id, on=False),
        settings.delete(FILM, DIRECTOR, endpoint_id),
    ):
        with pytest.raises(PermissionDenied):
            await attempt
    for attempt in (settings.rotate(FERRY, LEAD, endpoint_id), settings.delete(FERRY, LEAD, endpoint_id)):
        with pytest.raises(KeyError):
            await attempt


async def test_without_keys_or_events_or_a_public_address_none_is_added(tmp_path: Path, scene: Scene) -> None:
    settings = scene.harness.casting.webhook_settings
    with pytest.raises(BriefError, match="none"):
        await settings.add(FILM, LEAD, scene.receiver.url, ())
    with pytest.raises(BriefError, match="none"):
        await settings.add(FILM, LEAD, scene.receiver.url, ("face.deleted",))
    for address, problem in (("10.0.0.1", "not_public"), ("127.0.0.1", "not_public")):

        async def resolve(_: str, found: str = address) -> Sequence[Address]:
            return [ip_address(found)]

        ports = replace(scene.harness.casting.ports, webhook_sender=HttpWebhookSender(resolve=resolve))
        with pytest.raises(BriefError, match=problem):
            await replace(settings, ports=ports).add(FILM, LEAD, "https://hooks.example.com/", ALL_EVENTS)
    keyless = await open_storage(Settings(data_dir=tmp_path))
    ports = replace(scene.harness.casting.ports, storage=keyless)
    with pytest.raises(BriefError, match="no_keys"):
        await replace(settings, ports=ports).add(FILM, LEAD, scene.receiver.url, ALL_EVENTS)
    await keyless.close()


async def test_old_events_are_purged_with_the_rows_of_jobs(scene: Scene) -> None:
    await scene.add(verify=False)
    await scene.harness.run_to_lock()
    await scene.deliver_due()
    scene.harness.advance(days=29)
    await scene.harness.casting.retention.run()
    assert len(await scene.list_deliveries()) == 2
    scene.harness.advance(days=2)
    assert (await scene.harness.casting.retention.run()).webhooks == 2
    assert await scene.list_deliveries() == []
