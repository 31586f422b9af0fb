"""`/cast many` in Slack: a pasted list, one look at all prices, one yes, and one message of progress."""

from playground.control.client import text_of
from tests.support.practice_environment import FILM, LENA, PracticeEnvironment

LIST = "Wren: a fisherwoman --each 1\nCorin: a pilot --each 1\njust words"


async def test_pasted_list_is_priced_then_started_one_after_another(workspace: PracticeEnvironment) -> None:
    calls_before = await workspace.count_model_calls()
    assert (await workspace.control_client.command(LENA, FILM, "many"))["ok"]
    view = await workspace.wait_for_modal(LENA, "Nothing is drawn or charged")
    submitted = await workspace.control_client.submit(LENA, view["id"], {"cast_many_list": LIST})
    assert submitted["ok"], submitted
    check = await workspace.wait_for_modal(LENA, "2 characters for up to")
    text = text_of(check)
    assert "1 *Wren* · up to $" in text
    assert "1 line will not start" in text
    assert "I need a name, a colon" in text
    assert check["submit"]["text"].startswith("Cast 2 for $")
    assert await workspace.count_model_calls() == calls_before
    assert (await workspace.control_client.submit(LENA, check["id"], {}))["ok"]

    async def finished() -> str | None:
        texts = [text_of(m) for m in await workspace.control_client.messages(FILM)]
        return next((t for t in texts if "2 of 2 started" in t and "Casting 2 characters" in t), None)

    shown = await workspace.control_client.wait_for(finished, "both rounds", 60)
    assert "1 Wren · started" in shown

    async def rounds() -> list[str] | None:
        messages = await workspace.control_client.messages(FILM)
        texts = [text_of(m) for m in messages if (m.get("metadata") or {}).get("event_type") == "castroom_round"]
        own = [text for text in texts if "Wren" in text or "Corin" in text]
        return own if len(own) >= 2 else None

    found = await workspace.control_client.wait_for(rounds, "both rounds' messages", 20)
    assert sorted(("Wren" in text, "Corin" in text) for text in found) == [(False, True), (True, False)]
    messages = [text_of(m) for m in await workspace.control_client.messages(FILM)]
    assert sum("Casting 2 characters" in text for text in messages) == 1, "one message"
