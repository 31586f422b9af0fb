"""Home, other names and the cast in one picture: a night of casting, and how its faces are found again."""

from playwright.async_api import Locator, expect

from playground.screen import Screen

_FILM = (
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


async def play(shown: Screen) -> None:
    """A harbour full of people is cast; then Mei looks for them."""
    for name, brief in _FILM:
        await _cast(shown, f"/cast {name}: {brief} --each 1 --models recraft", name)
    await shown.send("/cast Sailor: a sailor, 30, sunburnt --for 2h")
    await expect((await shown.says("Casting Sailor")).get_by_role("button", name="Close voting")).to_be_visible()
    await shown.send("/cast alias Maya = the fisherwoman")
    await shown.shot("home-alias", await shown.says("answers to"))
    await shown.be("Mei Tanaka")
    await shown.send("/cast the fisherwoman")
    answer = await shown.says("also: the fisherwoman")
    await expect(answer.get_by_role("img").first).to_be_visible()
    await shown.shot("home-recall-alias", answer)
    await shown.send("/cast Mirya")
    await shown.shot("home-did-you-mean", await shown.says("Did you mean"))
    await _roster(shown)
    await _home(shown)


async def _cast(shown: Screen, line: str, name: str) -> None:
    await shown.send(line)
    message = await shown.says(f"Casting {name}")
    await shown.press(message, "vote:1")
    await expect(message).to_contain_text("1 person voted")
    await shown.press(message, "lock", "Lock")
    await shown.says(f"{name} is cast")


async def _roster(shown: Screen) -> None:
    await shown.send("/cast roster")
    await shown.says("The cast is in our direct message")
    await shown.page.get_by_role("list", name="Direct messages").get_by_text("Castroom").click()
    sent = await shown.says("The cast of")
    await expect(sent.get_by_role("img").first).to_be_visible()
    await shown.shot("home-roster", sent)


async def _home(shown: Screen) -> None:
    await shown.page.get_by_role("button", name="Castroom home").click()
    home = shown.page.get_by_label("Home of Castroom")
    await expect(home).to_contain_text("Waiting for your vote")
    await expect(home.get_by_role("img").first).to_be_visible()
    await shown.shot("home-page-1")
    await home.get_by_role("button", name="Next").click()
    await expect(home).to_contain_text("page 2 of 2")
    await shown.shot("home-page-2", home)
    await _search(home, "mirya")
    await expect(home).to_contain_text("Did you mean")
    await shown.shot("home-search", home)
    await home.locator("[data-action='card:0']").click()
    face = shown.page.get_by_role("dialog")
    await expect(face.get_by_role("img").first).to_be_visible()
    await shown.shot("home-face")


async def _search(home: Locator, words: str) -> None:
    field = home.get_by_role("textbox").first
    await field.fill(words)
    await field.press("Enter")
