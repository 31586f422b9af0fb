"""Drawing again and looking closer as people in Slack do it: a choice, a variation, other words, two faces."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import Json, buttons_of, menu_of, pictures_of, text_of
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")

MODELS = ("recraft", "gpt", "openai", "banana", "gemini", "google")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


async def hung(film: House, ts: str, pictures: int) -> None:
    """Wait for so many files in the thread."""

    async def look() -> bool:
        return sum(len(m.get("files", [])) for m in await film.door.thread(FILM, ts)) >= pictures

    await film.door.until(look, f"{pictures} files in the thread")


async def offer(film: House, ts: str) -> Json:
    """The lead's private choice of what is drawn again."""
    after = max((float(m["ts"]) for m in await film.door.private(LENA)), default=0)
    await film.press(LENA, ts, "reroll")
    return await film.told(LENA, "Draw again for", after=after)


async def take(film: House, choice: Json, action_id: str, begins: str) -> None:
    """The choice of a menu that begins so; the private answer is gone afterwards."""
    value = next(v for label, v in menu_of(choice, action_id).items() if label.startswith(begins))
    answer = await film.door.click(LENA, FILM, choice["ts"], action_id, value)
    assert answer["ok"], answer

    async def gone() -> bool:
        return all(m["ts"] != choice["ts"] for m in await film.door.private(LENA))

    await film.door.until(gone, "the private choice to go")


async def child(film: House, before: set[str]) -> str:
    async def look() -> str | None:
        return next((str(m["ts"]) for m in await film.door.messages(FILM) if m["ts"] not in before), None)

    return await film.door.until(look, "the child round's message")


async def look_closer(film: House, user: str, ts: str) -> Json:
    """The view that a press opens; one from before may still be there."""
    before = {view["id"] for view in await film.door.views(user)}
    await film.press(user, ts, "look")

    async def opened() -> Json | None:
        view = await film.door.dialog(user)
        return view if view and view["id"] not in before and "crop" in text_of(view) else None

    return await film.door.until(opened, "a closer look")


async def test_every_choice_has_its_price_and_after_the_close_one_model_draws_again(film: House) -> None:
    ts = await film.cast("Prices: a net mender")
    await film.ballot(ts)
    choice = await offer(film, ts)
    told = text_of(choice) + str(menu_of(choice, "reroll_one")) + str(menu_of(choice, "vary"))
    assert "Nothing is drawn, or charged, before you choose" in told
    assert "All again · up to $0." in buttons_of(choice)["reroll_all"]
    for action in ("reroll_one", "vary"):
        prices = {label.split("up to ")[1] for label in menu_of(choice, action)}
        assert (len(menu_of(choice, action)), len(prices)) == (4, 1)
    assert not any(word in told.casefold() for word in MODELS)
    await film.press(DANIEL, ts, "vote:1")
    await film.press(LENA, ts, "close")
    await film.shows(ts, "drop")
    choice = await offer(film, ts)
    models = menu_of(choice, "reroll_one")
    assert len({label.split(" again · up to $")[1] for label in models}) == 2, "each its own price"
    await take(film, choice, "reroll_one", "Recraft")
    told = await film.reads(ts, "came after the vote")
    assert re.search(r"\*5\* · Recraft [^·]+ · came after the vote", told)
    decide = next(v for k, v in menu_of(await film.door.message(FILM, ts), "decide").items() if k.startswith("5 "))
    assert (await film.door.click(LENA, FILM, ts, "decide", decide))["ok"]
    assert f"Decided by <@{LENA}>" in await film.reads(ts, "Prices is cast")


async def test_a_variation_joins_the_vote_under_the_next_number_and_says_of_whom(film: House) -> None:
    ts = await film.cast("Vary: a harbour pilot")
    await film.ballot(ts)
    await film.press(DANIEL, ts, "vote:2")
    await take(film, await offer(film, ts), "vary", "Vary 2")
    message = await film.shows(ts, "vote:5")
    told = await film.reads(ts, "5 varies 2")
    assert buttons_of(message)["vote:2"] == "2 · 1"
    assert not any(word in told.casefold() for word in MODELS)
    await film.press(MEI, ts, "vote:5")
    await film.press(LENA, ts, "vote:5")
    await film.reads(ts, "3 people voted")
    await film.press(LENA, ts, "close")
    assert "varies 2 · 2 votes" in await film.reads(ts, "5 leads")
    await film.press(LENA, ts, "lock")
    assert "varies 2" in await film.reads(ts, "Vary is cast")
    await film.press(MEI, ts, "facts")
    facts = text_of(await film.told(MEI, "Facts"))
    assert "candidate 2 of its round" in facts
    assert "another moment" in facts


async def test_refining_opens_a_child_that_keeps_its_parent_in_sight(film: House) -> None:
    ts = await film.cast("Refine: a fisherwoman")
    await film.ballot(ts)
    await film.press(DANIEL, ts, "vote:3")
    await film.reads(ts, "1 person voted")
    before = {m["ts"] for m in await film.door.messages(FILM)}
    await film.press(LENA, (await offer(film, ts))["ts"], "refine")
    form = await film.dialog(LENA, "A new round for *Refine*")
    assert "up to $0." in text_of(form)
    same = await film.door.submit(LENA, form["id"], {})
    assert "These are the words as they were" in same["errors"]["brief"]
    assert (await film.door.submit(LENA, form["id"], {"brief": "a fisherwoman, 70, one grey eye"}))["ok"]
    new = await child(film, before)
    told = await film.reads(new, "Refined from")
    assert "“a fisherwoman” · 3 led with 1 of 1 vote" in told
    assert "a fisherwoman, 70, one grey eye" in told
    assert f"/p{ts.replace('.', '')}" in told
    assert f"/p{new.replace('.', '')}" in await film.reads(ts, "the new round is here")
    assert pictures_of(await film.door.message(FILM, ts)), "its portraits can still be looked at"
    assert "Refined from" in text_of(await film.ballot(new))
    await refined_after_the_close(film, new)


async def refined_after_the_close(film: House, ts: str) -> None:
    """The child is closed and refined in its turn, from the closed message's own button."""
    await film.press(LENA, ts, "close")
    await film.shows(ts, "drop")
    before = {m["ts"] for m in await film.door.messages(FILM)}
    await film.press(DANIEL, ts, "refine")
    await film.told(DANIEL, f"Only <@{LENA}> can refine the brief")
    await film.press(LENA, ts, "refine")
    form = await film.dialog(LENA, "A new round for *Refine*")
    words = {"brief": "a fisherwoman, 80, blind in one eye"}
    for answer in await asyncio.gather(*(film.door.submit(LENA, form["id"], words) for _ in range(2))):
        assert answer["ok"] or answer["error"] == "no_such_view", answer
    new = await child(film, before)
    assert "nobody had voted" in await film.reads(new, "Refined from")
    await film.reads(ts, "the new round is here")
    assert len({m["ts"] for m in await film.door.messages(FILM)} - before) == 1


async def test_anybody_looks_closer_at_two_and_chooses_others_in_place(film: House) -> None:
    ts = await film.cast("Look: a diver")
    await film.ballot(ts)
    await hung(film, ts, 5)
    for user, number in ((DANIEL, 3), (MEI, 3), (LENA, 4)):
        await film.press(user, ts, f"vote:{number}")
    await film.reads(ts, "3 people voted")
    view = await look_closer(film, DANIEL, ts)
    assert titles(view) == ["1", "2"]
    assert not any(word in str(view["blocks"]).casefold() for word in MODELS)
    assert "Open 1 alone" in text_of(view)
    four = menu_of(view, "look_at")
    assert (await film.door.choose(DANIEL, view["id"], "look_at", [four["1"], four["3"], four["4"]]))["ok"]

    async def three() -> Json | None:
        now = await film.door.dialog(DANIEL)
        return now if now and len(pictures_of(now)) == 3 else None

    changed = await film.door.until(three, "three pictures")
    assert (changed["id"], titles(changed)) == (view["id"], ["1", "3", "4"])
    assert (await film.door.post("slack/settings", {"refused_blocks": ["image"]}))["settings"]
    bare = await look_closer(film, MEI, ts)
    await film.door.post("slack/settings", {"refused_blocks": []})
    assert pictures_of(bare) == [], "Slack shows none of them"
    assert "Open 1 alone" in text_of(bare)
    await film.press(LENA, ts, "close")
    await film.shows(ts, "drop")
    named = titles(await look_closer(film, LENA, ts))
    assert [(title.split(" · ")[0], title.split(" · ")[2]) for title in named] == [("3", "2 votes"), ("4", "1 vote")]
    assert "the original is" in text_of(await film.dialog(LENA, "crop"))


async def test_a_sealed_vote_shows_no_more_by_a_look(film: House) -> None:
    ts = await film.cast("Sealed: a spokesperson --ballot sealed")
    await film.shows(ts, "paper")
    await hung(film, ts, 5)
    await film.press(MEI, ts, "paper")
    paper = await film.dialog(MEI, "Candidate 4")
    four = next(b["block_id"] for b in paper["blocks"] if b.get("label", {}).get("text") == "Candidate 4")
    assert (await film.door.submit(MEI, paper["id"], {four: ["human", "likeness"]}))["ok"]
    await film.reads(ts, "1 person voted")
    assert titles(await look_closer(film, DANIEL, ts)) == ["1", "2"]


def titles(view: Json) -> list[str]:
    """What stands above each picture."""
    return [b["title"]["text"] for b in view["blocks"] if b["type"] == "image"]
