"""The usage log: accepted calls, their cost, and no loss when the process is killed."""

import asyncio
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.practice_models import BEARER, PracticeModels, open_practice_models
from tests.support.time_factor import scaled

SERVER_SCRIPT = """
import asyncio, sys
from pathlib import Path
from aiohttp import web
from playground.models import add_models

async def serve():
    app = web.Application()
    add_models(app, data=Path(sys.argv[1]), speed=50)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()

asyncio.run(serve())
"""


async def test_every_accepted_call_is_logged_with_its_price(practice_models: PracticeModels) -> None:
    await practice_models.recraft(n=2)
    await practice_models.openai(quality="high")
    usage = await practice_models.usage()
    recraft, openai = usage["calls"]
    assert {"vendor": "recraft", "model": "recraftv4_1", "size": "896x1216", "n": 2}.items() <= recraft.items()
    assert (recraft["price_usd"], recraft["outcome"], recraft["charged"]) == (0.07, "delivered", True)
    assert openai["price_usd"] == pytest.approx(0.165, abs=0.001)
    assert usage["total_usd"] == pytest.approx(0.07 + openai["price_usd"])
    assert recraft["at"] <= openai["at"]
    assert recraft["seconds"] > 0


async def test_usage_can_be_read_for_one_model(practice_models: PracticeModels) -> None:
    await practice_models.recraft()
    await practice_models.openai()
    usage = await practice_models.usage("recraftv4_1")
    assert [call["model"] for call in usage["calls"]] == ["recraftv4_1"]
    assert usage["total_usd"] == 0.035


async def test_disconnected_client_is_charged(practice_models: PracticeModels) -> None:
    await practice_models.set_fault("recraftv4_1", "latency", seconds=60)  # 0.12 s at this speed
    with pytest.raises(httpx.ReadTimeout):
        body = {"prompt": "anyone", "response_format": "b64_json"}
        await practice_models.http.post("/recraft/v1/images/generations", json=body, headers=BEARER, timeout=0.05)
    async with asyncio.timeout(scaled(5)):
        while (await practice_models.usage())["calls"][0]["outcome"] != "client gone":
            await asyncio.sleep(0.02)
    assert (await practice_models.usage())["total_usd"] == 0.035


async def test_usage_log_survives_a_kill(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER_SCRIPT, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    address = f"http://127.0.0.1:{int(await process.stdout.readline())}"
    async with httpx.AsyncClient(base_url=address, headers=BEARER, timeout=10, trust_env=False) as http:
        body = {"prompt": "anyone", "response_format": "b64_json"}
        assert (await http.post("/recraft/v1/images/generations", json=body)).status_code == 200
        await http.post("/control/models/*/faults", json={"kind": "latency", "seconds": 400})
        pending = asyncio.create_task(http.post("/recraft/v1/images/generations", json=body))
        async with asyncio.timeout(scaled(5)):
            while len((await http.get("/control/bill")).json()["calls"]) < 2:
                await asyncio.sleep(0.02)
        process.kill()
        await process.wait()
        with pytest.raises(httpx.TransportError):
            await pending
    async with open_practice_models(tmp_path) as practice_models:
        usage = await practice_models.usage()
    assert [(call["outcome"], call["charged"]) for call in usage["calls"]] == [("delivered", True), ("drawing", False)]
    assert usage["total_usd"] == 0.035


async def test_same_prompt_gives_a_new_face_after_a_restart(tmp_path: Path) -> None:
    faces = []
    for _ in range(2):
        async with open_practice_models(tmp_path) as practice_models:
            faces.append((await practice_models.recraft()).json()["data"][0]["b64_json"])
    assert faces[0] != faces[1]


async def test_new_data_folder_gives_the_same_faces_in_order(tmp_path: Path) -> None:
    runs = []
    for folder in ("one", "two"):
        async with open_practice_models(tmp_path / folder) as practice_models:
            runs.append([(await practice_models.recraft()).json()["data"][0]["b64_json"] for _ in range(2)])
    assert runs[0] == runs[1]
