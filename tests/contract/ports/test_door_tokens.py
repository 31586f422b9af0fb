"""The port `DoorTokens`, and the cap that a token's rounds share."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.audit import DOOR_USED, AuditEvent
from bot.domain.door_token import LIVE_LIMIT, DoorToken, Scope, hash_secret, new_secret
from bot.domain.errors import BriefError, DoorRefused, OverBudget
from bot.domain.ids import ChannelRef
from bot.ports.rounds import StartResult
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import LARGE_CAPS, NOW, PLACE, make_round

clock = storage_builders.clock
storage = storage_builders.storage
MADE = AuditEvent("door_token_made", PLACE, "U1", NOW)


def make_token(id_: str = "k1", cap: str = "5.00", **changes: object) -> DoorToken:
    scopes = frozenset({Scope.READ, Scope.CAST})
    token = DoorToken(id_, PLACE, "", "U1", "pipeline", scopes, Decimal(cap), NOW, NOW + timedelta(days=30))
    return replace(token, **changes)  # type: ignore[arg-type]


async def open_for(storage: Storage, round_id: str) -> StartResult:
    new = make_round(round_id, name=round_id)
    return await storage.rounds.open(replace(new, door_token="k1", opened_at=NOW), LARGE_CAPS, recast=False)


async def test_token_is_found_by_the_hash_of_its_text_only(storage: Storage) -> None:
    secret = new_secret()
    stored = await storage.door_tokens.add(make_token(), hash_secret(secret), MADE)
    assert stored.production_id == (await storage.productions.get(PLACE)).id
    assert await storage.door_tokens.find(hash_secret(secret)) == stored
    assert await storage.door_tokens.find(secret) is None
    assert await storage.door_tokens.get("k1") == stored
    assert await storage.door_tokens.list_for_channel(ChannelRef("T2", PLACE.channel)) == []


async def test_token_is_revoked_once(storage: Storage) -> None:
    await storage.door_tokens.add(make_token(), "h", MADE)
    assert await storage.door_tokens.revoke("k1", "U2", NOW, replace(MADE, action="door_token_revoked"))
    assert not await storage.door_tokens.revoke("k1", "U3", NOW, replace(MADE, action="door_token_revoked"))
    found = await storage.door_tokens.find("h")
    assert found
    assert (found.revoked_at, found.revoked_by, found.is_live(NOW)) == (NOW, "U2", False)
    assert [e.action for e in await storage.audit_log.list_for_production(PLACE)] == [
        "door_token_made",
        "door_token_revoked",
    ]


async def test_live_tokens_are_counted(storage: Storage) -> None:
    for id_ in ("k1", "k2", "k3"):
        await storage.door_tokens.add(make_token(id_), f"hash-{id_}", MADE)
    await storage.door_tokens.revoke("k2", "U1", NOW, MADE)
    assert await storage.door_tokens.count_live(NOW) == 2
    assert await storage.door_tokens.count_live(NOW + timedelta(days=400)) == 0


async def test_use_is_recorded_apart_from_the_changes_of_settings(storage: Storage) -> None:
    await storage.door_tokens.add(make_token(), "h", MADE)
    await storage.door_tokens.record_use("k1", NOW + timedelta(hours=1), AuditEvent(DOOR_USED, PLACE, "U1", NOW))
    found = await storage.door_tokens.get("k1")
    assert found
    assert found.last_used_at == NOW + timedelta(hours=1)
    assert [e.action for e in await storage.audit_log.list_for_production(PLACE)] == ["door_token_made"]


async def test_channel_has_a_limited_number_of_live_tokens(storage: Storage) -> None:
    for number in range(LIVE_LIMIT):
        await storage.door_tokens.add(make_token(f"k{number}"), f"h{number}", MADE)
    with pytest.raises(BriefError):
        await storage.door_tokens.add(make_token("more"), "more", MADE)
    await storage.door_tokens.revoke("k0", "U1", NOW, MADE)
    await storage.door_tokens.add(make_token("more"), "more", MADE)


async def test_tokens_move_with_their_channel(storage: Storage) -> None:
    await storage.door_tokens.add(make_token(), "h", MADE)
    await storage.productions.move_channel(PLACE, "C9")
    found = await storage.door_tokens.find("h")
    assert found
    assert found.place == ChannelRef(PLACE.team, "C9")
    assert found.production_id == (await storage.productions.get(found.place)).id


async def test_rounds_at_the_same_time_cannot_both_take_the_last_dollars(storage: Storage) -> None:
    price = make_round("r1").price
    await storage.door_tokens.add(make_token(cap=str(price)), "h", MADE)
    results = await asyncio.gather(*(open_for(storage, f"r{n}") for n in range(1, 5)), return_exceptions=True)
    refused = [one for one in results if isinstance(one, OverBudget)]
    assert (len(refused), {one.cap for one in refused}) == (3, {"token_month"})
    assert refused[0].remaining == 0


async def test_a_new_month_has_the_whole_cap(storage: Storage) -> None:
    price = make_round("r1").price
    await storage.door_tokens.add(make_token(cap=str(price)), "h", MADE)
    assert (await open_for(storage, "r1")).created
    next_month = replace(make_round("r2", name="Bo"), door_token="k1", opened_at=NOW + timedelta(days=31))
    assert (await storage.rounds.open(next_month, LARGE_CAPS, recast=False)).created


async def test_a_repeated_opening_needs_no_second_amount(storage: Storage) -> None:
    await storage.door_tokens.add(make_token(cap=str(make_round("r1").price)), "h", MADE)
    assert (await open_for(storage, "r1")).created
    assert not (await open_for(storage, "r1")).created


async def test_a_revoked_token_opens_no_round(storage: Storage) -> None:
    await storage.door_tokens.add(make_token(), "h", MADE)
    await storage.door_tokens.revoke("k1", "U1", NOW, MADE)
    with pytest.raises(DoorRefused):
        await open_for(storage, "r1")


async def test_tokens_that_ended_go_with_the_audit_log(storage: Storage) -> None:
    stored = await storage.door_tokens.add(make_token(), "h", MADE)
    await storage.door_tokens.add(make_token("k2", expires_at=NOW + timedelta(days=365)), "h2", MADE)
    await storage.expired_data.delete_audit_events(stored.production_id, NOW + timedelta(days=100))
    assert [token.id for token in await storage.door_tokens.list_for_channel(PLACE)] == ["k2"]
