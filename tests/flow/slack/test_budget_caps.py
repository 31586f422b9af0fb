"""Money as a team meets it: what was spent by direct message, and a production at its cap that sends nothing."""

import time
from decimal import Decimal

import pytest
import pytest_asyncio

from handlers.text.format import dollars
from playground.control.client import Json, text_of
from tests.support.practice_environment import DANIEL, FERRY, FILM, LENA, PracticeEnvironment

pytestmark = pytest.mark.heavy

BOT_SETTINGS = {"MAX_USD_PER_PRODUCTION_MONTH": "0.15"}

ONE_EACH = "--each 1 --models recraft,gpt-image-2"
DIRECT_MESSAGES = {LENA: "D0LENAORTIZ", DANIEL: "D0DANIELOKA"}


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def cast_faces(workspace: PracticeEnvironment) -> None:
    """Lena has cast Maya for $0.101 at most, where a production may spend $0.15 a month."""
    ts = await workspace.cast(f"Maya: a fisherwoman {ONE_EACH}")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_text(ts, "1 person voted")
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "Maya is cast")


async def spend_report(workspace: PracticeEnvironment, user: str, channel: str = FILM) -> Json:
    """The direct message that follows `/cast spend`, with its picture if it gets one."""
    started_at = time.time()
    answer = await workspace.run_command("spend", user, channel)
    assert "direct message" in answer

    async def probe() -> Json | None:
        recent = [
            m
            for m in await workspace.control_client.messages(DIRECT_MESSAGES[user])
            if float(m["ts"]) >= started_at - 1
        ]
        reports = [m for m in recent if "Spending in" in text_of(m)]
        return next((m for m in reports if any(b["type"] == "image" for b in m["blocks"])), None)

    return await workspace.control_client.wait_for(probe, "a statement with its picture", 10)


async def test_production_at_its_cap_calls_no_model_and_names_the_setting(workspace: PracticeEnvironment) -> None:
    calls_before = await workspace.count_model_calls()
    answer = await workspace.run_command(f"Ben: a cook {ONE_EACH}")
    assert "can raise the cap" in answer
    assert "Nothing was started." in answer
    assert await workspace.count_model_calls() == calls_before
    await workspace.wait_for_ballot(await workspace.cast(f"Ben: a cook {ONE_EACH}", DANIEL, FERRY), FERRY)


async def test_spend_report_is_private_and_matches_the_vendors_bill(workspace: PracticeEnvironment) -> None:
    before = len(await workspace.control_client.messages(FILM))
    message = await spend_report(workspace, LENA)
    billed = sum((Decimal(str(call["price_usd"])) for call in (await workspace.control_client.usage())[:2]), Decimal(0))
    text = text_of(message)
    assert f"{dollars(billed)} this month" in text
    assert "Recraft V4.1" in text
    assert "a face" in text
    assert len(await workspace.control_client.messages(FILM)) == before, "nothing of it is in the channel"
    (file_id,) = [b["slack_file"]["id"] for b in message["blocks"] if b["type"] == "image"]
    assert (await workspace.control_client.download_file(file_id)).startswith(b"\x89PNG")
