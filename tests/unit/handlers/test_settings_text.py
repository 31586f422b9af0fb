"""Texts of production settings: the audit log, field errors, and errors about caps and permissions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.audit import AuditEvent
from bot.domain.errors import AlreadyCasting, BriefError, OverBudget, PermissionDenied
from bot.domain.ids import ChannelRef
from handlers.text import errors
from handlers.text import production_settings as production_settings_text
from handlers.text.format import when
from tests.support.builders import TITLES

AT = datetime(2026, 11, 24, 18, tzinfo=UTC)
HERE = ChannelRef("T1", "C1")


def make_audit_event(field: str, detail: str, at: datetime = AT, action_prefix: str = "set_") -> AuditEvent:
    return AuditEvent(action_prefix + field, HERE, "U1", at, detail=detail)


@pytest.mark.parametrize(
    ("audit_event", "expected"),
    [
        (make_audit_event("ballot", "quick\nsealed"), "changed the ballot from quick to sealed"),
        (make_audit_event("style", "\nnorth *light*"), "changed the house style to “north \u2217light\u2217”"),
        (make_audit_event("quorum", "3\n"), "changed the quorum from 3 to none"),
        (make_audit_event("for", "1440\n10080"), "changed how long votes stay open from 1 day to a week"),
        (make_audit_event("per_round", "0.5\n"), "changed the most for a round from $0.50 to Castroom's"),
        (make_audit_event("may_lock", "U2 U3\n"), "changed who may lock a face from <@U2> and <@U3> to the lead"),
        (
            make_audit_event("", "#C1\nThe Quay", action_prefix="joined"),
            "let this channel cast for The Quay, no longer for <#C1>",
        ),
    ],
)
def test_settings_change_text(audit_event: AuditEvent, expected: str) -> None:
    assert production_settings_text.audit_lines([audit_event], TITLES) == [f"<@U1> {expected} · {when(AT)}"]


def test_changes_saved_together_are_one_line() -> None:
    before = AT - timedelta(days=1)
    newest_first = [
        make_audit_event("quorum", "\n3"),
        make_audit_event("ballot", "quick\nsealed"),
        make_audit_event("name", "\nQuay", before),
    ]
    both, first = production_settings_text.audit_lines(newest_first, TITLES)
    assert "changed the ballot from quick to sealed and the quorum to 3 · " in both
    assert "the name to “Quay”" in first


def test_field_error_says_what_is_valid() -> None:
    above = BriefError("per_round", "above", "2.00")
    assert (
        production_settings_text.field_error(above)
        == "Castroom allows $2.00 a round, and a production can only go below that."
    )
    assert production_settings_text.field_error(BriefError("style", "too_long", "501", limit=500)) == (
        "The style has 501 characters; up to 500 fit."
    )


def test_a_cap_says_who_can_raise_it() -> None:
    own = errors.sentence(OverBudget("round", Decimal(1), Decimal("0.5"), Decimal("0.5"), is_production_cap=True))
    castrooms = errors.sentence(OverBudget("round", Decimal(1), Decimal("0.5"), Decimal("0.5")))
    assert "`/cast settings` here can raise it" in own
    assert "MAX_USD_PER_ROUND" not in own
    assert "can raise the cap" in castrooms


def test_hidden_open_round_is_mentioned_without_a_link() -> None:
    text = errors.already_casting(AlreadyCasting("Maya", ""), "")
    assert text == "Maya is being cast right now. It is in another channel of this production, which you cannot see."


def test_permission_error_for_settings_does_not_point_to_settings() -> None:
    assert (
        errors.sentence(PermissionDenied("keep", ("U1",))) == "Only <@U1> can change the settings. Nothing was changed."
    )
    assert "`/cast settings`" in errors.sentence(PermissionDenied("start", ("U1",)))
