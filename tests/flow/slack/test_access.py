"""Who sees what: private channels, mentions, home, text from people, and what reaches the log."""

import pytest

from playground.control.client import text_of
from tests.support.practice_environment import (
    DANIEL,
    FERRY,
    GENERAL,
    LENA,
    MEI,
    QUIET,
    PracticeEnvironment,
)

pytestmark = pytest.mark.heavy

REAL_PACE = True
# Processes of its own: the last test reads the log from the start.
BOT_SETTINGS: dict[str, str] = {}


async def test_uninvited_bot_explains_how_to_invite_it(workspace: PracticeEnvironment) -> None:
    calls_before = await workspace.count_model_calls()
    answer = await workspace.run_command("Maya: a fisherwoman & her dog", LENA, GENERAL)
    assert "/invite @Castroom" in answer
    assert "/cast Maya: a fisherwoman" in answer
    assert await workspace.count_model_calls() == calls_before


async def test_user_text_is_not_rendered_as_markup(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("A <!channel> *Bold*: has <b>tags</b> & an @everyone, <@U0MEITANAKA> and `code`")
    message = await workspace.wait_for_ballot(ts)
    marked_up = [*_marked_up(message["blocks"]), message["text"]]
    assert any("Bold" in text for text in marked_up), "it is shown"
    for text in marked_up:
        assert "<!channel>" not in text
        assert "*Bold*" not in text
        assert "<@U0MEITANAKA>" not in text


def _marked_up(node: object) -> list[str]:
    """Every text that Slack reads for mentions, links and formatting."""
    if isinstance(node, list):
        return [text for item in node for text in _marked_up(item)]
    if not isinstance(node, dict):
        return []
    if node.get("type") == "mrkdwn":
        return [str(node["text"])]
    return [text for value in node.values() for text in _marked_up(value)]


async def test_private_face_is_hidden_from_others(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Sable: a secret spokesperson", LENA, QUIET)
    await workspace.wait_for_ballot(ts, QUIET)
    await workspace.press(DANIEL, ts, "vote:1", QUIET)
    await workspace.wait_for_text(ts, "1 person voted", QUIET)
    await workspace.press(LENA, ts, "lock", QUIET)
    await workspace.wait_for_text(ts, "Sable is cast", QUIET)
    for line in ("Sable", "Sabel", "list"):
        answer = await workspace.run_command(line, MEI, FERRY)
        assert "spokesperson" not in answer
        assert "Quiet" not in answer
    assert "Sable" not in await workspace.run_command("list", MEI, FERRY)
    assert "spokesperson" in await workspace.run_command("Sable", DANIEL, FERRY)


async def test_mention_is_answered_publicly_only_in_the_own_channel(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Otto: a diver", LENA, QUIET)
    await workspace.wait_for_ballot(ts, QUIET)
    await workspace.press(DANIEL, ts, "vote:1", QUIET)
    await workspace.wait_for_text(ts, "1 person voted", QUIET)
    await workspace.press(LENA, ts, "lock", QUIET)
    await workspace.wait_for_text(ts, "Otto is cast", QUIET)
    posted = len(await workspace.control_client.messages(FERRY))
    await workspace.control_client.mention(DANIEL, FERRY, "who is Otto?")
    await workspace.wait_for_ephemeral(DANIEL, "Cast in <#C0QUIETCAMP>", FERRY)
    assert len(await workspace.control_client.messages(FERRY)) == posted + 1, (
        "only the question is there for all to see"
    )
    await workspace.control_client.mention(DANIEL, QUIET, "who is Otto?")

    async def answered() -> bool:
        state = await workspace.control_client.get("state", channel=QUIET)
        replies = [m for thread in state["threads"].get(QUIET, {}).values() for m in thread]
        return any(
            "Cast in" in text_of(m) and m.get("user") == "U0CASTROOM" for m in state["messages"][QUIET] + replies
        )

    assert await workspace.control_client.wait_for(answered, "a visible answer")


async def test_home_shows_pending_votes_and_the_roster(workspace: PracticeEnvironment) -> None:
    await workspace.wait_for_ballot(await workspace.cast("Waiting: a pilot"))
    answer = await workspace.control_client.post(f"people/{MEI}/home", {"tab": "home"})

    async def published() -> str | None:
        state = await workspace.control_client.get("state", user=MEI)
        view = state["homes"].get(MEI)
        text = text_of(view) if view else ""
        return text if "Waiting" in text else None

    assert answer["ok"]
    home = await workspace.control_client.wait_for(published, "a home view")
    assert "Sable" not in home


async def test_log_contains_no_keys_and_no_prompts(workspace: PracticeEnvironment) -> None:
    log = workspace.log
    assert "server_started" in log
    for secret in ("practice-", "xoxb-", "xapp-", "peach fuzz", "ferry captain"):
        assert secret not in log, secret
