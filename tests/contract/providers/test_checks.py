"""Free account checks."""

from datetime import date
from decimal import Decimal

import pytest
from aiohttp.test_utils import unused_port

from bot.settings import Settings
from providers import AccountCheck, retirement_dates
from providers.accounts import open_models
from providers.fal.models import FAL_MODELS
from providers.registry import MODELS, models_of
from tests.support.fake_vendor_server import CannedResponse, FakeVendorServer
from tests.support.vendor_cases import KEY

KEYS = {"recraft": "recraft_api_token", "openai": "openai_api_key", "gemini": "gemini_api_key"}
KEYS_WITHOUT_LIST = {"fal": "fal_key"}
ADDRESSES = {provider: f"{provider}_base_url" for provider in KEYS} | {"fal": "fal_queue_url"}
LISTS = {
    "recraft": {"data": [{"id": m.wire_id} for m in models_of("recraft")]},
    "openai": {"data": [{"id": m.wire_id, "shutdown_date": None} for m in models_of("openai")]},
    "gemini": {"models": [{"name": f"models/{m.wire_id}"} for m in models_of("gemini")]},
}
BALANCE = CannedResponse({"credits": 25_000, "email": "somebody@harbour.example"})
FORBIDDEN = {"error": {"message": KEY, "code": 403, "status": "PERMISSION_DENIED"}}

every_provider = pytest.mark.parametrize("provider", KEYS)


async def check(provider: str, server: FakeVendorServer | None) -> AccountCheck:
    """Check one account, all others being without a key; without a server its address is unreachable."""
    if server is None:
        return await _check(provider, f"http://127.0.0.1:{unused_port()}")
    async with server.open() as address:
        return await _check(provider, address)


async def _check(provider: str, address: str) -> AccountCheck:
    models = open_models(
        Settings.model_validate(
            {(KEYS | KEYS_WITHOUT_LIST)[provider]: KEY, ADDRESSES[provider]: f"{address}/v1"} | _without(provider)
        )
    )
    checks = {c.provider: c for c in await models.check_accounts()}
    await models.close()
    assert [c.provider for c in checks.values() if c.configured] == [provider]
    assert KEY not in repr(checks)
    return checks[provider]


def _without(provider: str) -> dict[str, None]:
    return {name: None for other, name in (KEYS | KEYS_WITHOUT_LIST).items() if other != provider}


@every_provider
async def test_valid_account_serves_all_models_without_generating(provider: str) -> None:
    server = FakeVendorServer(CannedResponse(LISTS[provider]), BALANCE)
    found = await check(provider, server)
    assert (found.reachable, found.key_ok) == (True, True)
    assert found.served == {m.id: True for m in models_of(provider)}
    assert {request.method for request in server.requests} == {"GET"}


@every_provider
async def test_a_model_missing_from_the_list_is_not_served(provider: str) -> None:
    missing, *rest = models_of(provider)
    listed = {"data": [{"id": m.wire_id} for m in rest], "models": [{"name": f"models/{m.wire_id}"} for m in rest]}
    found = await check(provider, FakeVendorServer(CannedResponse(listed), BALANCE))
    assert found.served == {missing.id: False} | {m.id: True for m in rest}


@every_provider
async def test_rejected_key_is_reported(provider: str) -> None:
    google = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}}
    answer = (
        CannedResponse(google, 400)
        if provider == "gemini"
        else CannedResponse({"error": {"code": "invalid_api_key"}}, 401)
    )
    found = await check(provider, FakeVendorServer(answer))
    assert (found.reachable, found.key_ok) == (True, False)
    assert set(found.served.values()) == {None}
    assert found.notes


@every_provider
async def test_unreachable_account_leaves_the_key_unknown(provider: str) -> None:
    found = await check(provider, None)
    assert (found.reachable, found.key_ok, found.notes) == (False, None, ("no answer (not reached)",))
    assert set(found.served.values()) == {None}


@every_provider
async def test_html_response_counts_as_unreachable(provider: str) -> None:
    found = await check(provider, FakeVendorServer(CannedResponse(b"<html>", 502)))
    assert (found.reachable, found.key_ok) == (False, None)


async def test_recraft_balance_is_shown_in_dollars() -> None:
    found = await check("recraft", FakeVendorServer(CannedResponse(LISTS["recraft"]), BALANCE))
    assert found.notes == (f"balance ${Decimal(25):.2f}",)


async def test_recraft_balance_proves_a_key_without_a_model_list() -> None:
    found = await check("recraft", FakeVendorServer(CannedResponse({"code": "not_found"}, 404), BALANCE))
    assert found.key_ok
    assert set(found.served.values()) == {None}
    assert found.notes[0] == "balance $25.00"


async def test_recraft_model_list_is_kept_without_a_balance() -> None:
    found = await check("recraft", FakeVendorServer(CannedResponse(LISTS["recraft"]), CannedResponse({}, 500)))
    assert (found.key_ok, found.notes) == (True, ())


async def test_openai_key_without_list_permission_is_not_bad() -> None:
    found = await check("openai", FakeVendorServer(CannedResponse(FORBIDDEN, 403)))
    assert (found.reachable, found.key_ok) == (True, None)


async def test_shutdown_date_is_shown_with_the_successor() -> None:
    rows = [{"id": m.wire_id, "shutdown_date": "2027-01-31"} for m in models_of("openai")]
    found = await check("openai", FakeVendorServer(CannedResponse({"data": rows})))
    assert found.notes[0] == "gpt-image-2 (gpt-image-2) shuts down on 2027-01-31; use gpt-image-2.5"
    assert len(found.notes) == len(rows)


async def test_retirement_dates_skip_invalid_dates() -> None:
    specs = models_of("openai")
    rows = [{"id": m.wire_id, "shutdown_date": None} for m in specs[3:]]
    rows += [{"id": specs[0].wire_id, "shutdown_date": "2027-01-31"}, {"id": specs[1].wire_id, "shutdown_date": "soon"}]
    found = await check("openai", FakeVendorServer(CannedResponse({"data": rows})))
    today = date(2026, 11, 24)
    retirements = retirement_dates([found], today)
    assert retirements == dict.fromkeys([m.id for m in specs]) | {specs[0].id: date(2027, 1, 31), specs[2].id: today}


@every_provider
async def test_list_without_known_models_leaves_them_unknown(provider: str) -> None:
    listed = {"data": [{"id": "another-model"}], "models": [{"name": "models/another-model"}]}
    found = await check(provider, FakeVendorServer(CannedResponse(listed), BALANCE))
    assert found.key_ok
    assert set(found.served.values()) == {None}
    assert "none of our models is on the account's list" in found.notes
    assert retirement_dates([found], date(2026, 11, 24)) == {}


@pytest.mark.parametrize(
    ("answer", "reachable", "key_ok"),
    [
        (CannedResponse({"detail": "Request not found"}, 404), True, True),
        (CannedResponse({"detail": "No user found for Key ID and Secret"}, 401), True, False),
        (CannedResponse(b"<html>", 502), False, None),
        (CannedResponse({"detail": "?"}, 400), True, None),
    ],
)
async def test_fal_key_is_checked_with_an_unknown_request_id(
    answer: CannedResponse, reachable: bool, key_ok: bool | None
) -> None:
    server = FakeVendorServer(answer)
    found = await check("fal", server)
    assert (found.reachable, found.key_ok) == (reachable, key_ok)
    assert found.served == {m.id: None for m in FAL_MODELS}
    assert found.notes
    assert [request.method for request in server.requests] == ["GET"]


async def test_accounts_without_a_key_are_listed_but_not_called() -> None:
    models = open_models(Settings.model_validate(dict.fromkeys((KEYS | KEYS_WITHOUT_LIST).values())))
    checks = await models.check_accounts()
    assert [(c.provider, c.configured, c.key_ok) for c in checks] == [
        (provider, False, None) for provider in KEYS | KEYS_WITHOUT_LIST
    ]
    assert {i for c in checks for i in c.served} == {m.id for m in (*MODELS, *FAL_MODELS)}
