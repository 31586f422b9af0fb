"""fal's own client (`fal-client`).

It reads its host from FAL_QUEUE_RUN_HOST at import and prepends https:// (`auth.py` and `client.py`, 1.0.3). So the
practice workspace serves TLS here with a certificate made for the test; the client's httpx trusts the file in
SSL_CERT_FILE.
"""

import importlib
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from tests.contract.clients.certificate import write_certificate
from tests.support.control_client import PROMPT, ControlClient, decode_image, make_png
from tests.support.time_factor import scaled

RECRAFT = "fal-ai/recraft/v4.1/text-to-image"
SMALL = {"prompt": PROMPT, "resolution": "0.5K"}
NB2 = "fal-ai/nano-banana-2"


@pytest.fixture
async def tls_certificate(
    runner: web.AppRunner, control_client: ControlClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Serve the same workspace on a TLS port; return its certificate file."""
    certificate, key = write_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("FAL_QUEUE_RUN_HOST", f"127.0.0.1:{runner.addresses[1][1]}/fal")
    return certificate


@pytest.fixture
def fal(tls_certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import the package again in this test's environment."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "fal_client"]:
        monkeypatch.delitem(sys.modules, name)
    return importlib.import_module("fal_client")


@pytest.fixture
async def client(fal: Any) -> AsyncIterator[Any]:
    client = fal.AsyncClient(key="practice-fal")
    yield client
    await (await client._client).aclose()


async def fetch(url: str) -> bytes:
    async with httpx.AsyncClient(timeout=scaled(10)) as http:
        return (await http.get(url)).raise_for_status().content


async def test_subscribe_waits_for_the_picture(fal: Any, client: Any) -> None:
    seen: list[Any] = []
    answer = await client.subscribe(RECRAFT, {"prompt": PROMPT}, interval=0.002, on_queue_update=seen.append)
    (file,) = answer["images"]
    assert decode_image(await fetch(file["url"])).size == (file["width"], file["height"]) == (1024, 1024)
    assert isinstance(seen[0], fal.Queued | fal.InProgress)
    assert isinstance(seen[-1], fal.Completed)
    assert seen[-1].error is None


async def test_submit_status_and_result_by_request_id(fal: Any, client: Any) -> None:
    handle = await client.submit(f"{NB2}/edit", {**SMALL, "image_urls": [fal.encode(make_png(), "image/png")]})
    states = [state async for state in handle.iter_events(interval=0.002)]
    answer = await client.result(f"{NB2}/edit", handle.request_id)
    assert isinstance(states[-1], fal.Completed)
    assert isinstance(await client.status(f"{NB2}/edit", handle.request_id), fal.Completed)
    assert answer["images"][0]["width"] == 512


async def test_queued_request_can_be_cancelled(fal: Any, client: Any, control_client: ControlClient) -> None:
    await control_client.set_fault(NB2, "hang")
    handle = await client.submit(NB2, SMALL)
    await handle.cancel()
    state = await handle.status()
    assert (type(state), state.error_type) == (fal.Completed, "client_cancelled")


async def test_refusal_is_a_client_error_with_a_list_of_reasons(
    fal: Any, client: Any, control_client: ControlClient
) -> None:
    await control_client.set_fault(NB2, "refusal", spelling="model_moderated")
    with pytest.raises(fal.FalClientHTTPError) as caught:
        await client.subscribe(NB2, SMALL, interval=0.002)
    assert caught.value.status_code == 422
    assert caught.value.message[0]["type"] == "content_policy_violation"
    assert caught.value.response_headers["x-fal-retryable"] == "false"


async def test_platform_failure_is_in_the_status_and_raised(
    fal: Any, client: Any, control_client: ControlClient
) -> None:
    await control_client.set_fault(NB2, "error_503", spelling="runner_scheduling_failure")
    seen: list[Any] = []
    with pytest.raises(fal.FalClientHTTPError) as caught:
        await client.subscribe(NB2, SMALL, interval=0.002, on_queue_update=seen.append)
    assert (caught.value.status_code, caught.value.error_type) == (503, "runner_scheduling_failure")
    assert seen[-1].error_type == "runner_scheduling_failure"


async def test_temporary_rate_limit_is_retried(client: Any, control_client: ControlClient) -> None:
    await control_client.set_fault(NB2, "rate_limit", times=1)
    assert (await client.subscribe(NB2, SMALL, interval=0.002))["images"]
    assert [call["fault"] for call in (await control_client.get("bill"))["calls"]] == ["rate_limit", None]


@pytest.mark.parametrize(
    ("kind", "code", "word"), [("no_money", 403, "Exhausted balance"), ("retired", 404, "not found")]
)
async def test_account_errors_are_raised_on_submit(
    fal: Any, client: Any, control_client: ControlClient, kind: str, code: int, word: str
) -> None:
    await control_client.set_fault(NB2, kind)
    with pytest.raises(fal.FalClientHTTPError, match=word) as caught:
        await client.submit(NB2, SMALL)
    assert caught.value.status_code == code


async def test_a_real_key_is_refused(fal: Any) -> None:
    foreign_client = fal.AsyncClient(key="live:secret")
    with pytest.raises(fal.FalClientHTTPError, match="No user found") as caught:
        await foreign_client.submit(NB2, SMALL)
    await (await foreign_client._client).aclose()
    assert caught.value.status_code == 401
