"""Comments on candidates: written in a form, collected in the thread, offered to the lead."""

from typing import Any

import pytest

from playground.control.client import Json, buttons_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy


async def comment(workspace: PracticeEnvironment, user: str, ts: str, number: int, text: str) -> Json:
    """Press [Comment ...], write, and return what the form shows then."""
    await workspace.press(user, ts, "comment")
    view = await workspace.wait_for_modal(user, "A comment is no vote")
    options = {option["text"]["text"]: option["value"] for option in _menu(view)["options"]}
    values = {"comment_on": options[str(number)], "comment_text": text}
    return await workspace.control_client.submit(user, view["id"], values)


def _menu(view: Json) -> Json:
    return next(b["element"] for b in view["blocks"] if b.get("block_id") == "comment_on")


async def thread_text(workspace: PracticeEnvironment, ts: str) -> str:
    return "\n".join(text_of(m) for m in await workspace.control_client.thread(FILM, ts))


async def wait_for_thread(workspace: PracticeEnvironment, ts: str, words: str) -> str:
    async def probe() -> str | None:
        text = await thread_text(workspace, ts)
        return text if words in text else None

    return await workspace.control_client.wait_for(probe, words, 20)


async def test_comments_are_collected_in_one_message_and_offered(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Wren: a fisherwoman")
    await workspace.wait_for_ballot(ts)
    assert "comment" in buttons_of(await workspace.control_client.message(FILM, ts))
    await comment(workspace, DANIEL, ts, 2, "softer eyes, *please*")
    await wait_for_thread(workspace, ts, "1 comment on Wren's candidates")
    await comment(workspace, MEI, ts, 2, "older")
    text = await wait_for_thread(workspace, ts, "2 comments on Wren's candidates")
    assert "1 comment on" not in text, "one message, edited in place"
    assert f"softer eyes, \u2217please\u2217 · <@{DANIEL}>" in text
    assert not any(model in text for model in ("Recraft", "GPT", "recraft", "openai"))
    await workspace.press(LENA, ts, "reroll")
    answer = await workspace.wait_for_ephemeral(LENA, "A variation with a comment")
    assert any("older" in label for label in _labels(answer))
    await workspace.press(LENA, answer["ts"], "refine")
    view = await workspace.wait_for_modal(LENA, "A new round for")
    choices = next(b["element"]["options"] for b in view["blocks"] if b.get("block_id") == "comments")
    ticked = [option["value"] for option in choices if "softer" in option["text"]["text"]]
    submitted = await workspace.control_client.submit(
        LENA, view["id"], {"brief": "a fisherwoman, 60", "comments": ticked}
    )
    assert submitted["ok"], submitted

    async def child_posted() -> bool:
        return any("softer eyes" in text_of(m) for m in await workspace.control_client.messages(FILM))

    await workspace.control_client.wait_for(child_posted, "the new round", 20)


async def test_comments_on_a_sealed_ballot_appear_after_the_close_without_names(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Corin: a pilot --ballot sealed")
    await workspace.wait_for_text(ts, "No votes yet")
    await comment(workspace, DANIEL, ts, 1, "too young")
    await workspace.press(LENA, ts, "reroll")
    answer = await workspace.wait_for_ephemeral(LENA, "Re-roll for Corin")
    assert "too young" not in str(answer)
    assert "too young" not in await thread_text(workspace, ts)
    await workspace.press(LENA, ts, "close")
    text = await wait_for_thread(workspace, ts, "too young")
    assert DANIEL not in text


def _labels(value: Any) -> list[str]:
    """Return the labels of all menus of a message."""
    if isinstance(value, dict):
        own = [option["text"]["text"] for option in value.get("options", ())]
        return own + [label for inner in value.values() for label in _labels(inner)]
    return [label for inner in value for label in _labels(inner)] if isinstance(value, list) else []
