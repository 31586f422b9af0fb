"""Webhooks by the standard: held against its own library, which must accept what we sign and refuse all else."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from bot.domain.ids import ChannelRef
from bot.domain.webhook import (
    MAX_RETRY_AFTER,
    SCHEDULE,
    EventType,
    WebhookEvent,
    new_secret,
    next_attempt_at,
    secret_key,
    signed_headers,
)
from tests.support.storage_builders import NOW

EVENT = WebhookEvent("evt_1", EventType.FACE_LOCKED, ChannelRef("T1", "C1"), "p1", "c1", "r1", 2, NOW)


def sign(*valid_secrets: str, now: datetime | None = None) -> dict[str, str]:
    return signed_headers(EVENT.id, EVENT.body, valid_secrets, now or datetime.now(UTC))


def test_the_standards_library_accepts_a_signed_request() -> None:
    secret = new_secret()
    assert Webhook(secret).verify(EVENT.body, sign(secret)) == {
        "type": "face.locked",
        "timestamp": "2026-11-24T09:00:00Z",
        "data": {"production_id": "p1", "character_id": "c1", "round_id": "r1", "face_id": "r1", "version": 2},
    }


def test_the_signature_equals_that_of_the_standards_library() -> None:
    secret, now = new_secret(), datetime(2026, 11, 24, 9, 0, 1, 500_000, tzinfo=UTC)
    expected = Webhook(secret).sign(EVENT.id, now.replace(microsecond=0), EVENT.body.decode())
    assert sign(secret, now=now)["webhook-signature"] == expected


def test_during_a_rotation_both_secrets_verify() -> None:
    old, new = new_secret(), new_secret()
    headers = sign(new, old)
    assert len(headers["webhook-signature"].split()) == 2
    for secret in (old, new):
        Webhook(secret).verify(EVENT.body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(EVENT.body, headers)


@pytest.mark.parametrize("changed", ["body", "webhook-id", "webhook-timestamp"])
def test_a_changed_request_does_not_verify(changed: str) -> None:
    secret = new_secret()
    headers, body = sign(secret), EVENT.body
    if changed == "body":
        body = body.replace(b"r1", b"r2")
    elif changed == "webhook-id":
        headers["webhook-id"] = "evt_2"
    else:
        headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)


def test_a_secret_has_32_bytes_and_every_length_of_the_standard_is_read() -> None:
    assert len(secret_key(new_secret())) == 32
    assert len({new_secret() for _ in range(50)}) == 50
    for text in ("whsec_" + "A" * 32, "whsec_" + "A" * 84 + "AA=="):
        assert 24 <= len(secret_key(text)) <= 64


@pytest.mark.parametrize("secret", ["A" * 32, "whsec_" + "A" * 28, "whsec_" + "A" * 88, "whsec_!!!", "whsec_"])
def test_another_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        secret_key(secret)


def test_a_closed_round_has_no_face() -> None:
    event = WebhookEvent("evt_1", EventType.ROUND_CLOSED, ChannelRef("T1", "C1"), "p1", "c1", "r1", None, NOW)
    assert b"face_id" not in event.body
    assert b"version" not in event.body


def test_attempts_follow_the_documented_schedule() -> None:
    seconds = [int(pause.total_seconds()) for pause in SCHEDULE]
    assert seconds == [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
    now, due = NOW, []
    for started in range(1, len(SCHEDULE) + 1):
        next_at = next_attempt_at(started, now, timedelta(0))
        due.append(next_at and int((next_at - now).total_seconds()))
        now = next_at or now
    assert due == [*seconds[1:], None]


def test_retry_after_delays_an_attempt_and_never_hastens_it() -> None:
    assert next_attempt_at(1, NOW, timedelta(minutes=7)) == NOW + timedelta(minutes=7)
    assert next_attempt_at(4, NOW, timedelta(seconds=1)) == NOW + timedelta(hours=2)
    assert next_attempt_at(1, NOW, timedelta(days=300)) == NOW + MAX_RETRY_AFTER
    assert next_attempt_at(len(SCHEDULE), NOW, timedelta(minutes=7)) is None
