"""Standings after some rounds: the verdicts and the map of what looked artificial."""

import asyncio
from urllib.parse import urlsplit

from playwright.async_api import expect

from playground.control.client import ControlClient, Json, buttons_of, text_of
from playground.scenarios.browser import BrowserSession
from playground.scenarios.main_flow import CHANNEL, LEAD
from playground.scenarios.season import SEASON_SETTINGS

SETTINGS = SEASON_SETTINGS
_ROUNDS, _AT_ONCE, _TIMEOUT = 14, 3, 60.0
# Tags of the one voter: by round and candidate, so that every run has the same.
_TAGS = ("too_smooth", "eyes", "light", "hair")


async def play(browser: BrowserSession) -> None:
    """Lena casts, tags and closes; then she asks for the standings."""
    address = urlsplit(browser.page.url)
    async with ControlClient(f"{address.scheme}://{address.netloc}") as control_client:
        await control_client.post("slack/rates", {"enabled": False})
        turn = asyncio.Semaphore(_AT_ONCE)

        async def play_round(number: int) -> None:
            async with turn:
                await _play_round(control_client, number)

        await asyncio.gather(*(play_round(number) for number in range(_ROUNDS)))
        await control_client.command(LEAD, CHANNEL, "standings")
    await browser.page.get_by_role("list", name="Direct messages").get_by_text("Castroom").click()
    message = await browser.wait_for_message("Standings in")
    await expect(message).to_contain_text("What looked artificial")
    await expect(message.get_by_role("img").first).to_be_visible()
    await browser.screenshot("standings-weaknesses", message)


async def _play_round(control_client: ControlClient, number: int) -> None:
    name, voter = f"Extra {number + 1}", f"standings-voter-{number + 1}"
    # A person a round: rounds are played at once, and a person has one modal.
    person = {"name": voter, "real_name": f"Voter {number + 1}", "channels": [CHANNEL]}
    voter = str((await control_client.post("people", person))["person"]["id"])
    await control_client.command(LEAD, CHANNEL, f"{name}: a deckhand of {20 + number}")

    async def ballot() -> Json | None:
        for message in await control_client.messages(CHANNEL):
            if f"{name} ·" in text_of(message) and "vote:1" in buttons_of(message):
                return message
        return None

    ts = str((await control_client.wait_for(ballot, f"the ballot of {name}", _TIMEOUT))["ts"])
    await control_client.click(voter, CHANNEL, ts, f"vote:{1 + number % 4}")
    await control_client.click(voter, CHANNEL, ts, "flaws")

    async def form() -> Json | None:
        view = await control_client.top_view(voter)
        return view if view and view.get("callback_id") == "flaws" else None

    view = await control_client.wait_for(form, "the form for tags", _TIMEOUT)
    fields = {b["label"]["text"]: b["block_id"] for b in view["blocks"] if b["type"] == "input"}
    tagged = {fields[f"Candidate {1 + (number + n) % 4}"]: [_TAGS[number % (n + 2)]] for n in range(2)}
    await control_client.submit(voter, str(view["id"]), tagged)
    await control_client.click(LEAD, CHANNEL, ts, "close")

    async def is_closed() -> bool:
        return "voting is closed" in text_of(await control_client.message(CHANNEL, ts))

    await control_client.wait_for(is_closed, f"the close of {name}", _TIMEOUT)
