"""Drawing again and looking closer as people in Slack do it: a choice, a variation, other words, two faces."""

import asyncio
import re

import pytest

from playground.control.client import Json, buttons_of, menu_of, pictures_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

MODEL_WORDS = ("recraft", "gpt", "openai", "banana", "gemini", "google")


async def wait_for_thread_files(workspace: PracticeEnvironment, ts: str, count: int) -> None:
    """Wait for so many files in the thread."""

    async def probe() -> bool:
        return sum(len(m.get("files", [])) for m in await workspace.control_client.thread(FILM, ts)) >= count

    await workspace.control_client.wait_for(probe, f"{count} files in the thread")


async def open_reroll_options(workspace: PracticeEnvironment, ts: str) -> Json:
    """The lead's private choice of what is drawn again."""
    after = max((float(m["ts"]) for m in await workspace.control_client.ephemerals(LENA)), default=0)
    await workspace.press(LENA, ts, "reroll")
    return await workspace.wait_for_ephemeral(LENA, "Re-roll for", after=after)


async def choose_option(workspace: PracticeEnvironment, choice: Json, action_id: str, prefix: str) -> None:
    """The choice of a menu that begins so; the private answer is gone afterwards."""
    value = next(v for label, v in menu_of(choice, action_id).items() if label.startswith(prefix))
    answer = await workspace.control_client.click(LENA, FILM, choice["ts"], action_id, value)
    assert answer["ok"], answer

    async def removed() -> bool:
        return all(m["ts"] != choice["ts"] for m in await workspace.control_client.ephemerals(LENA))

    await workspace.control_client.wait_for(removed, "the private choice to go")


async def wait_for_child_round(workspace: PracticeEnvironment, before: set[str]) -> str:
    async def probe() -> str | None:
        return next(
            (str(m["ts"]) for m in await workspace.control_client.messages(FILM) if m["ts"] not in before), None
        )

    return await workspace.control_client.wait_for(probe, "the child round's message")


async def open_comparison(workspace: PracticeEnvironment, user: str, ts: str) -> Json:
    """The view that a press opens; one from before may still be there."""
    before = {view["id"] for view in await workspace.control_client.modals(user)}
    await workspace.press(user, ts, "look")

    async def new_view() -> Json | None:
        view = await workspace.control_client.top_view(user)
        return view if view and view["id"] not in before and "crop" in text_of(view) else None

    return await workspace.control_client.wait_for(new_view, "a closer look")


async def test_reroll_options_show_prices_and_models_after_the_close(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Prices: a net mender")
    await workspace.wait_for_ballot(ts)
    choice = await open_reroll_options(workspace, ts)
    text = text_of(choice) + str(menu_of(choice, "reroll_one")) + str(menu_of(choice, "vary"))
    assert "Nothing is drawn or charged before you choose" in text
    assert "Redraw all · up to $0." in buttons_of(choice)["reroll_all"]
    for action in ("reroll_one", "vary"):
        prices = {label.split("up to ")[1] for label in menu_of(choice, action)}
        assert (len(menu_of(choice, action)), len(prices)) == (4, 1)
    assert not any(word in text.casefold() for word in MODEL_WORDS)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_button(ts, "drop")
    choice = await open_reroll_options(workspace, ts)
    models = menu_of(choice, "reroll_one")
    assert len({label.split(" again · up to $")[1] for label in models}) == 2, "each its own price"
    await choose_option(workspace, choice, "reroll_one", "Recraft")
    text = await workspace.wait_for_text(ts, "arrived after the vote")
    assert re.search(r"\*5\* · Recraft [^·]+ · arrived after the vote", text)
    decide = next(
        v for k, v in menu_of(await workspace.control_client.message(FILM, ts), "decide").items() if k.startswith("5 ")
    )
    await workspace.decide(LENA, ts, decide)
    assert f"Decided by <@{LENA}>" in await workspace.wait_for_text(ts, "Prices is cast")


async def test_variation_joins_the_vote_and_names_its_source(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Vary: a harbour pilot")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:2")
    await choose_option(workspace, await open_reroll_options(workspace, ts), "vary", "Vary 2")
    message = await workspace.wait_for_button(ts, "vote:5")
    text = await workspace.wait_for_text(ts, "5 varies 2")
    assert buttons_of(message)["vote:2"] == "2 · 1"
    assert not any(word in text.casefold() for word in MODEL_WORDS)
    await workspace.press(MEI, ts, "vote:5")
    await workspace.press(LENA, ts, "vote:5")
    await workspace.wait_for_text(ts, "3 people voted")
    await workspace.press(LENA, ts, "close")
    assert "varies 2 · 2 votes" in await workspace.wait_for_text(ts, "5 leads")
    await workspace.press(LENA, ts, "lock")
    assert "varies 2" in await workspace.wait_for_text(ts, "Vary is cast")
    await workspace.press(MEI, ts, "facts")
    facts = text_of(await workspace.wait_for_ephemeral(MEI, "Details"))
    assert "candidate 2 of its round" in facts
    assert "another moment" in facts


async def test_refined_round_links_to_its_parent(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Refine: a fisherwoman")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:3")
    await workspace.wait_for_text(ts, "1 person voted")
    before = {m["ts"] for m in await workspace.control_client.messages(FILM)}
    await workspace.press(LENA, (await open_reroll_options(workspace, ts))["ts"], "refine")
    form = await workspace.wait_for_modal(LENA, "A new round for *Refine*")
    assert "up to $0." in text_of(form)
    same = await workspace.control_client.submit(LENA, form["id"], {})
    assert "These are the words as they were" in same["errors"]["brief"]
    assert (await workspace.control_client.submit(LENA, form["id"], {"brief": "a fisherwoman, 70, one grey eye"}))["ok"]
    new = await wait_for_child_round(workspace, before)
    text = await workspace.wait_for_text(new, "Refined from")
    assert "“a fisherwoman” · 3 led with 1 of 1 vote" in text
    assert "a fisherwoman, 70, one grey eye" in text
    assert f"/p{ts.replace('.', '')}" in text
    assert f"/p{new.replace('.', '')}" in await workspace.wait_for_text(ts, "the new round is here")
    assert pictures_of(await workspace.control_client.message(FILM, ts)), "its portraits can still be looked at"
    assert "Refined from" in text_of(await workspace.wait_for_ballot(new))
    await refine_after_the_close(workspace, new)


async def refine_after_the_close(workspace: PracticeEnvironment, ts: str) -> None:
    """The child is closed and refined in its turn, from the closed message's own button."""
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_button(ts, "drop")
    before = {m["ts"] for m in await workspace.control_client.messages(FILM)}
    await workspace.press(DANIEL, ts, "refine")
    await workspace.wait_for_ephemeral(DANIEL, f"Only <@{LENA}> can refine the brief")
    await workspace.press(LENA, ts, "refine")
    form = await workspace.wait_for_modal(LENA, "A new round for *Refine*")
    values = {"brief": "a fisherwoman, 80, blind in one eye"}
    for answer in await asyncio.gather(*(workspace.control_client.submit(LENA, form["id"], values) for _ in range(2))):
        assert answer["ok"] or answer["error"] == "no_such_view", answer
    new = await wait_for_child_round(workspace, before)
    assert "there were no votes" in await workspace.wait_for_text(new, "Refined from")
    await workspace.wait_for_text(ts, "the new round is here")
    assert len({m["ts"] for m in await workspace.control_client.messages(FILM)} - before) == 1


async def test_any_user_compares_candidates_and_changes_the_selection(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Look: a diver")
    await workspace.wait_for_ballot(ts)
    await wait_for_thread_files(workspace, ts, 5)
    for user, number in ((DANIEL, 3), (MEI, 3), (LENA, 4)):
        await workspace.press(user, ts, f"vote:{number}")
    await workspace.wait_for_text(ts, "3 people voted")
    view = await wait_for_pictures(workspace, DANIEL, await open_comparison(workspace, DANIEL, ts), 1)
    assert image_alts(view) == ["candidates 1 and 2 for Look, side by side"]
    assert not any(word in str(view["blocks"]).casefold() for word in MODEL_WORDS)
    assert "Open 1 alone" in text_of(view)
    options = menu_of(view, "look_at")
    assert (
        await workspace.control_client.select_in_view(
            DANIEL, view["id"], "look_at", [options["1"], options["3"], options["4"]]
        )
    )["ok"]

    async def three_side_by_side() -> Json | None:
        now = await workspace.control_client.top_view(DANIEL)
        return now if now and image_alts(now) == ["candidates 1, 3 and 4 for Look, side by side"] else None

    changed = await workspace.control_client.wait_for(three_side_by_side, "three side by side")
    assert changed["id"] == view["id"]
    large = menu_of(changed, "look_large")
    assert list(large) == ["1", "3", "4"]
    assert (await workspace.control_client.select_in_view(DANIEL, view["id"], "look_large", [large["3"]]))["ok"]
    with_large = await wait_for_pictures(workspace, DANIEL, changed, 2)
    assert image_alts(with_large)[1] == "candidate 3 for Look"
    in_thread = [file for m in await workspace.control_client.thread(FILM, ts) for file in m.get("files", [])]
    assert len(in_thread) == 5, "what one person compares is not shared"
    assert (await workspace.control_client.post("slack/settings", {"refused_blocks": ["image"]}))["settings"]
    without_images = await open_comparison(workspace, MEI, ts)
    await workspace.control_client.post("slack/settings", {"refused_blocks": []})
    assert pictures_of(without_images) == [], "Slack shows none of them"
    assert "Open 1 alone" in text_of(without_images)
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_button(ts, "drop")
    named = await wait_for_pictures(workspace, LENA, await open_comparison(workspace, LENA, ts), 1)
    lines = [b["elements"][0]["text"].split(" · ") for b in named["blocks"] if b["type"] == "context"]
    assert [(line[0], line[2]) for line in lines] == [("3", "2 votes"), ("4", "1 vote")]
    assert "the original is" in text_of(named)


async def test_comparison_in_a_sealed_vote_reveals_no_counts(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Sealed: a spokesperson --ballot sealed")
    await workspace.wait_for_button(ts, "paper")
    await wait_for_thread_files(workspace, ts, 5)
    await workspace.press(MEI, ts, "paper")
    ballot_form = await workspace.wait_for_modal(MEI, "Candidate 4")
    block_id = next(b["block_id"] for b in ballot_form["blocks"] if b.get("label", {}).get("text") == "Candidate 4")
    assert (await workspace.control_client.submit(MEI, ballot_form["id"], {block_id: ["human", "likeness"]}))["ok"]
    await workspace.wait_for_text(ts, "1 person voted")
    view = await wait_for_pictures(workspace, DANIEL, await open_comparison(workspace, DANIEL, ts), 1)
    assert image_alts(view) == ["candidates 1 and 2 for Sealed, side by side"]


async def wait_for_pictures(workspace: PracticeEnvironment, user: str, view: Json, count: int) -> Json:
    """The open view once it shows so many pictures."""

    async def probe() -> Json | None:
        now = await workspace.control_client.top_view(user)
        return now if now and now["id"] == view["id"] and len(pictures_of(now)) == count else None

    return await workspace.control_client.wait_for(probe, f"{count} pictures")


def image_alts(view: Json) -> list[str]:
    """What each picture shows, without the brief."""
    return [b["alt_text"].rpartition(": ")[2] for b in view["blocks"] if b["type"] == "image"]
