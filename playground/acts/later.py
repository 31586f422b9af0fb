"""What time and leaving bring: a reminder in somebody's working hours, and a round that finds another lead."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from playground.screen import Screen

_WEDNESDAY = 2
_TEN = 10


def at_work(now: datetime) -> dict[str, str]:
    """Settings of a bot by whose clock a Wednesday's working day began an hour ago in London; it asks who somebody is
    anew every second, and takes votes of a minute."""
    wednesday = now + timedelta(days=(_WEDNESDAY - now.weekday()) % 7 or 7)
    begun = wednesday.replace(hour=_TEN, minute=0, second=0, microsecond=0)
    offset = (begun - now).total_seconds()
    return {"CLOCK_OFFSET_SECONDS": str(offset), "DIRECTORY_CACHE_SECONDS": "1", "SHORTEST_VOTING_SECONDS": "60"}


SETTINGS = at_work(datetime.now(UTC))


async def play(shown: Screen) -> None:
    """Ruth starts two rounds: of one Daniel is reminded, and then she leaves, so that Mei leads the other."""
    await _people(shown, "", name="ruth", real_name="Ruth Adler", title="Casting assistant", channels=["#harbour-film"])
    await shown.page.get_by_role("radio", name="Ruth Adler").check(force=True)
    await expect(shown.page.get_by_role("main", name="As Ruth Adler")).to_be_visible()
    await shown.send("/cast Ines: her daughter, 24, freckles, short dark hair --for 4h")
    message = await shown.says("Casting Ines")
    await expect(message.get_by_role("button", name="Close voting")).to_be_visible()
    await shown.send("/cast Otto: ferry pilot, 70, white beard, knitted cap --voters @daniel,@lena --for 1m")
    await expect(await shown.says("Casting Otto")).to_contain_text("0 of 2 voted")
    await shown.be("Daniel Okafor")
    await (
        shown.page.get_by_role("navigation", name="Workspace")
        .get_by_role("button", name="Castroom", exact=True)
        .click()
    )
    await shown.shot("voting-reminder", await shown.says("Your vote on Otto"))
    await _people(shown, "/ruth/deactivate")
    await shown.be("Mei Tanaka")
    message = await shown.says("Casting Ines")
    await shown.press(message, "close", sure="Close voting")
    offer = await shown.says("that account is closed")
    await shown.shot("voting-lead-left", offer)
    await shown.press(offer, "take_over")
    message = await shown.says("led by")
    await shown.shot("voting-taken-over", message)


async def _people(shown: Screen, what: str, **told: object) -> None:
    """What an administrator of the workspace does."""
    base = await shown.page.evaluate("location.origin")
    answer = await shown.page.request.post(f"{base}/control/people{what}", data=told)
    assert answer.ok, await answer.text()
