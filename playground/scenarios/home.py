"""Home, aliases and the roster picture: many characters are cast and then searched."""

from playwright.async_api import Locator, expect

from playground.scenarios.browser import BrowserSession

_CHARACTERS = (
    ("Maya", "weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips"),
    ("Otto", "ferry pilot, 70, white beard, knitted cap"),
    ("Ines", "her daughter, 24, freckles, short dark hair"),
    ("Father Brandt", "harbour priest, 55, round glasses"),
    ("Old Mirja", "net mender, 81, headscarf, laughing eyes"),
    ("Tomas", "deckhand, 19, broken nose, wool jumper"),
    ("Salka", "lighthouse keeper, 66, silver plait, wind-burnt"),
    ("Young Otto", "the pilot as a boy of 12, gap in his teeth"),
    ("Dr Amara Bell", "ship's doctor, 47, close-cropped grey hair"),
    ("Nils", "cook, 52, round face, stubble, earring"),
    ("The Widow", "elegant woman, 58, black veil, pale eyes"),
    ("Rasmus", "customs officer, 38, moustache, peaked cap"),
    ("Wen", "marine engineer, 29, oil on her cheek, bob cut"),
    ("Grandmother Lo", "90, deeply lined, pearl earrings"),
    ("Jonas", "fiddler, 33, red curls, freckles"),
    ("Bea", "schoolteacher, 41, glasses, green cardigan"),
)


async def play(browser: BrowserSession) -> None:
    """Several characters are cast; then Mei searches for them."""
    for name, brief in _CHARACTERS:
        await _cast(browser, f"/cast {name}: {brief} --each 1 --models recraft", name)
    await browser.send("/cast Sailor: a sailor, 30, sunburnt --for 2h")
    await expect(
        (await browser.wait_for_message("Casting Sailor")).get_by_role("button", name="Close voting")
    ).to_be_visible()
    await browser.send("/cast alias Maya = the fisherwoman")
    await browser.screenshot("home-alias", await browser.wait_for_message("answers to"))
    await browser.act_as("Mei Tanaka")
    await browser.send("/cast the fisherwoman")
    answer = await browser.wait_for_message("also: the fisherwoman")
    await expect(answer.get_by_role("img").first).to_be_visible()
    await browser.screenshot("home-recall-alias", answer)
    await browser.send("/cast Mirya")
    await browser.screenshot("home-did-you-mean", await browser.wait_for_message("Did you mean"))
    await _open_roster(browser)
    await _open_home(browser)


async def _cast(browser: BrowserSession, command: str, name: str) -> None:
    await browser.send(command)
    message = await browser.wait_for_message(f"Casting {name}")
    await browser.press(message, "vote:1")
    await expect(message).to_contain_text("1 person voted")
    await browser.press(message, "lock", "Lock")
    await browser.wait_for_message(f"{name} is cast")


async def _open_roster(browser: BrowserSession) -> None:
    await browser.send("/cast roster")
    await browser.wait_for_message("one picture in a direct message")
    await browser.page.get_by_role("list", name="Direct messages").get_by_text("Castroom").click()
    sent = await browser.wait_for_message("The cast of")
    await expect(sent.get_by_role("img").first).to_be_visible()
    await browser.screenshot("home-roster", sent)


async def _open_home(browser: BrowserSession) -> None:
    await browser.page.get_by_role("button", name="Castroom home").click()
    home = browser.page.get_by_label("Home of Castroom")
    await expect(home).to_contain_text("Waiting for your vote")
    await expect(home.get_by_role("img").first).to_be_visible()
    await browser.screenshot("home-page-1")
    await home.get_by_role("button", name="Next").click()
    await expect(home).to_contain_text("page 2 of 2")
    await browser.screenshot("home-page-2", home)
    await _search(home, "mirya")
    await expect(home).to_contain_text("Did you mean")
    await browser.screenshot("home-search", home)
    await home.locator("[data-action='card:0']").click()
    face = browser.page.get_by_role("dialog")
    await expect(face.get_by_role("img").first).to_be_visible()
    await browser.screenshot("home-face")


async def _search(home: Locator, text: str) -> None:
    field = home.get_by_role("textbox").first
    await field.fill(text)
    await field.press("Enter")
