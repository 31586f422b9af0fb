"""A reminder in a voter's working hours, and a round whose lead leaves."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from playground.scenarios.browser import BrowserSession

_WEDNESDAY = 2
_WORKDAY_HOUR = 10


def bot_script(now: datetime) -> dict[str, str]:
    """Return settings of a bot whose clock shows a Wednesday, an hour after the working day began in London.

    It asks for each user's profile again every second, and accepts votes of one minute.
    """
    wednesday = now + timedelta(days=(_WEDNESDAY - now.weekday()) % 7 or 7)
    workday_start = wednesday.replace(hour=_WORKDAY_HOUR, minute=0, second=0, microsecond=0)
    offset = (workday_start - now).total_seconds()
    return {"CLOCK_OFFSET_SECONDS": str(offset), "DIRECTORY_CACHE_SECONDS": "1", "SHORTEST_VOTING_SECONDS": "60"}


SETTINGS = bot_script(datetime.now(UTC))


async def play(browser: BrowserSession) -> None:
    """Ruth starts two rounds: Daniel is reminded of one; then she leaves, and Mei leads the other."""
    await _administer(
        browser, "", name="ruth", real_name="Ruth Adler", title="Casting assistant", channels=["#harbour-film"]
    )
    await browser.switch_person("Ruth Adler")
    await browser.send("/cast Ines: her daughter, 24, freckles, short dark hair --for 4h")
    message = await browser.wait_for_message("Casting Ines")
    await expect(message.get_by_role("button", name="Close voting")).to_be_visible()
    await browser.send("/cast Otto: ferry pilot, 70, white beard, knitted cap --voters @daniel,@lena --for 1m")
    await expect(await browser.wait_for_message("Casting Otto")).to_contain_text("0 of 2 voted")
    await browser.act_as("Daniel Okafor")
    await (
        browser.page.get_by_role("navigation", name="Workspace")
        .get_by_role("button", name="Castroom", exact=True)
        .click()
    )
    await browser.screenshot("voting-reminder", await browser.wait_for_message("Your vote on Otto"))
    await _administer(browser, "/ruth/deactivate")
    await browser.act_as("Mei Tanaka")
    message = await browser.wait_for_message("Casting Ines")
    await browser.press(message, "close", confirm_button="Close voting")
    offer = await browser.wait_for_message("that account is deactivated")
    await browser.screenshot("voting-lead-left", offer)
    await browser.press(offer, "take_over")
    message = await browser.wait_for_message("led by")
    await browser.screenshot("voting-taken-over", message)


async def _administer(browser: BrowserSession, path: str, **fields: object) -> None:
    """Act as an administrator of the workspace."""
    base = await browser.page.evaluate("location.origin")
    response = await browser.page.request.post(f"{base}/control/people{path}", data=fields)
    assert response.ok, await response.text()
