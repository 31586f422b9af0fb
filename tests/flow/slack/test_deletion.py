"""`/cast delete NAME` in the practice workspace: who may, the form, what is gone in Slack, and the report."""

from playground.control.client import text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment


async def test_a_lead_deletes_a_character_with_everything_that_the_bot_posted(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Wren: a fisherwoman --models recraft --each 2")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    modal = await workspace.open_modal(DANIEL, ts, "comment", "A comment is no vote")
    menu = next(block["element"] for block in modal["blocks"] if block["type"] == "input" and "options" in str(block))
    fields = [block["block_id"] for block in modal["blocks"] if block["type"] == "input"]
    values = dict(zip(fields, (menu["options"][0]["value"], "softer eyes"), strict=True))
    assert (await workspace.control_client.submit(DANIEL, modal["id"], values))["ok"]
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "Wren is cast")
    await workspace.control_client.post_message(MEI, FILM, "I like this one", thread_ts=ts)

    async def has_replies() -> bool:
        texts = [text_of(m) + m.get("text", "") for m in await workspace.control_client.thread(FILM, ts)]
        return len(texts) >= 5 and any("softer eyes" in text for text in texts)

    await workspace.control_client.wait_for(has_replies, "pictures and the comment in the thread", 20)
    assert "Only" in await workspace.run_command("delete Wren", user=DANIEL)
    await workspace.control_client.command(LENA, FILM, "delete Wren")
    form = await workspace.wait_for_modal(LENA, "It cannot be undone")
    assert "1 face and 1 round" in text_of(form)
    wrong = await workspace.control_client.submit(LENA, form["id"], {"name": "Maya", "reason": "x"})
    assert "is not the name of this character" in wrong["errors"]["name"]
    assert (await workspace.control_client.submit(LENA, form["id"], {"name": "wren", "reason": "recast"}))["ok"]
    await workspace.wait_for_text(ts, "was deleted with its portraits")

    async def is_gone() -> bool:
        state = await workspace.control_client.get("state", channel=FILM)
        texts = [m["text"] for m in await workspace.control_client.thread(FILM, ts)]
        return state["files"] == {} and texts == ["I like this one"]

    await workspace.control_client.wait_for(is_gone, "a thread with what people wrote, and no files", 20)

    async def is_reported() -> bool:
        calls = await workspace.control_client.calls("chat.postMessage")
        return any(c["arguments"]["channel"] == LENA and "is deleted" in c["arguments"]["text"] for c in calls)

    await workspace.control_client.wait_for(is_reported, "the report", 20)
    assert "No one called Wren here" in await workspace.run_command("Wren")
