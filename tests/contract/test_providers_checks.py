"""What each account says of itself without being paid for it."""

from datetime import date
from decimal import Decimal

import pytest
from aiohttp.test_utils import unused_port

from bot.settings import Settings
from providers import AccountCheck, ends_in, open_models
from providers.fal_models import FAL_MODELS
from providers.registry import MODELS, models_of
from tests.contract.vendor_cases import KEY
from tests.contract.vendor_desk import Canned, Desk

KEYS = {"recraft": "recraft_api_token", "openai": "openai_api_key", "gemini": "gemini_api_key"}
UNLISTED = {"fal": "fal_key"}
ADDRESSES = {provider: f"{provider}_base_url" for provider in KEYS} | {"fal": "fal_queue_url"}
LISTS = {
    "recraft": {"data": [{"id": m.wire_id} for m in models_of("recraft")]},
    "openai": {"data": [{"id": m.wire_id, "shutdown_date": None} for m in models_of("openai")]},
    "gemini": {"models": [{"name": f"models/{m.wire_id}"} for m in models_of("gemini")]},
}
BALANCE = Canned({"credits": 25_000, "email": "somebody@harbour.example"})
NO = {"error": {"message": KEY, "code": 403, "status": "PERMISSION_DENIED"}}

every_provider = pytest.mark.parametrize("provider", KEYS)


async def check(provider: str, desk: Desk | None) -> AccountCheck:
    """The check of one account, all others being without a key; without a desk nobody is at its address."""
    if desk is None:
        return await _check(provider, f"http://127.0.0.1:{unused_port()}")
    async with desk.open() as address:
        return await _check(provider, address)


async def _check(provider: str, address: str) -> AccountCheck:
    models = open_models(
        Settings.model_validate(
            {(KEYS | UNLISTED)[provider]: KEY, ADDRESSES[provider]: f"{address}/v1"} | _without(provider)
        )
    )
    checks = {c.provider: c for c in await models.checks()}
    await models.close()
    assert [c.provider for c in checks.values() if c.configured] == [provider]
    assert KEY not in repr(checks)
    return checks[provider]


def _without(provider: str) -> dict[str, None]:
    return {name: None for other, name in (KEYS | UNLISTED).items() if other != provider}


@every_provider
async def test_a_good_account_serves_all_our_models_and_nothing_is_drawn(provider: str) -> None:
    desk = Desk(Canned(LISTS[provider]), BALANCE)
    found = await check(provider, desk)
    assert (found.reachable, found.key_ok) == (True, True)
    assert found.served == {m.id: True for m in models_of(provider)}
    assert {asked.method for asked in desk.asked} == {"GET"}


@every_provider
async def test_a_model_missing_from_the_list_is_not_served(provider: str) -> None:
    gone, *rest = models_of(provider)
    listed = {"data": [{"id": m.wire_id} for m in rest], "models": [{"name": f"models/{m.wire_id}"} for m in rest]}
    found = await check(provider, Desk(Canned(listed), BALANCE))
    assert found.served == {gone.id: False} | {m.id: True for m in rest}


@every_provider
async def test_a_key_turned_down_is_told(provider: str) -> None:
    google = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}}
    answer = Canned(google, 400) if provider == "gemini" else Canned({"error": {"code": "invalid_api_key"}}, 401)
    found = await check(provider, Desk(answer))
    assert (found.reachable, found.key_ok) == (True, False)
    assert set(found.served.values()) == {None}
    assert found.notes


@every_provider
async def test_an_account_that_cannot_be_reached_says_nothing_of_its_key(provider: str) -> None:
    found = await check(provider, None)
    assert (found.reachable, found.key_ok, found.notes) == (False, None, ("no answer (not reached)",))
    assert set(found.served.values()) == {None}


@every_provider
async def test_an_account_that_answers_with_a_page_is_not_reached_either(provider: str) -> None:
    found = await check(provider, Desk(Canned(b"<html>", 502)))
    assert (found.reachable, found.key_ok) == (False, None)


async def test_recraft_tells_its_balance_in_dollars() -> None:
    found = await check("recraft", Desk(Canned(LISTS["recraft"]), BALANCE))
    assert found.notes == (f"balance ${Decimal(25):.2f}",)


async def test_a_recraft_account_that_lists_no_models_shows_by_its_balance_that_the_key_is_good() -> None:
    found = await check("recraft", Desk(Canned({"code": "not_found"}, 404), BALANCE))
    assert found.key_ok
    assert set(found.served.values()) == {None}
    assert found.notes[0] == "balance $25.00"


async def test_a_recraft_account_without_a_balance_to_show_keeps_what_its_list_said() -> None:
    found = await check("recraft", Desk(Canned(LISTS["recraft"]), Canned({}, 500)))
    assert (found.key_ok, found.notes) == (True, ())


async def test_an_openai_key_that_may_not_list_is_not_called_bad() -> None:
    found = await check("openai", Desk(Canned(NO, 403)))
    assert (found.reachable, found.key_ok) == (True, None)


async def test_a_shutdown_date_is_told_with_what_to_use_instead() -> None:
    rows = [{"id": m.wire_id, "shutdown_date": "2027-01-31"} for m in models_of("openai")]
    found = await check("openai", Desk(Canned({"data": rows})))
    assert found.notes[0] == "gpt-image-2 (gpt-image-2) shuts down on 2027-01-31; use gpt-image-2.5"
    assert len(found.notes) == len(rows)


async def test_days_of_ends_are_told_as_days_and_what_is_no_day_is_left_out() -> None:
    ours = models_of("openai")
    rows = [{"id": m.wire_id, "shutdown_date": None} for m in ours[3:]]
    rows += [{"id": ours[0].wire_id, "shutdown_date": "2027-01-31"}, {"id": ours[1].wire_id, "shutdown_date": "soon"}]
    found = await check("openai", Desk(Canned({"data": rows})))
    today = date(2026, 11, 24)
    ends = ends_in([found], today)
    assert ends == dict.fromkeys([m.id for m in ours]) | {ours[0].id: date(2027, 1, 31), ours[2].id: today}


@every_provider
async def test_a_list_without_any_of_our_models_says_nothing_of_them(provider: str) -> None:
    listed = {"data": [{"id": "another-model"}], "models": [{"name": "models/another-model"}]}
    found = await check(provider, Desk(Canned(listed), BALANCE))
    assert found.key_ok
    assert set(found.served.values()) == {None}
    assert "none of our models is on the account's list" in found.notes
    assert ends_in([found], date(2026, 11, 24)) == {}


@pytest.mark.parametrize(
    ("answer", "reachable", "key_ok"),
    [
        (Canned({"detail": "Request not found"}, 404), True, True),
        (Canned({"detail": "No user found for Key ID and Secret"}, 401), True, False),
        (Canned(b"<html>", 502), False, None),
        (Canned({"detail": "?"}, 400), True, None),
    ],
)
async def test_fal_lists_nothing_and_its_key_is_known_by_an_order_nobody_placed(
    answer: Canned, reachable: bool, key_ok: bool | None
) -> None:
    desk = Desk(answer)
    found = await check("fal", desk)
    assert (found.reachable, found.key_ok) == (reachable, key_ok)
    assert found.served == {m.id: None for m in FAL_MODELS}
    assert found.notes
    assert [asked.method for asked in desk.asked] == ["GET"]


async def test_accounts_without_a_key_are_listed_and_not_asked() -> None:
    models = open_models(Settings.model_validate(dict.fromkeys((KEYS | UNLISTED).values())))
    checks = await models.checks()
    assert [(c.provider, c.configured, c.key_ok) for c in checks] == [
        (provider, False, None) for provider in KEYS | UNLISTED
    ]
    assert {i for c in checks for i in c.served} == {m.id for m in (*MODELS, *FAL_MODELS)}
