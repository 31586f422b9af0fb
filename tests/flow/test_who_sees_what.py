"""Who sees what: private channels, mentions, home, text from people, and what reaches the log."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import text_of
from tests.flow.house import DANIEL, FERRY, GENERAL, LENA, MEI, QUIET, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        yield opened


async def test_where_the_bot_is_not_invited_it_says_how_and_hands_the_line_back(film: House) -> None:
    asked = await film.asked()
    answer = await film.asks("Maya: a fisherwoman & her dog", LENA, GENERAL)
    assert "/invite @Castroom" in answer
    assert "/cast Maya: a fisherwoman" in answer
    assert await film.asked() == asked


async def test_text_from_people_is_shown_as_text(film: House) -> None:
    ts = await film.cast("A <!channel> *Bold*: has <b>tags</b> & an @everyone, <@U0MEITANAKA> and `code`")
    message = await film.ballot(ts)
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


async def test_a_private_channels_face_is_not_told_to_others(film: House) -> None:
    ts = await film.cast("Sable: a secret spokesperson", LENA, QUIET)
    await film.ballot(ts, QUIET)
    await film.press(DANIEL, ts, "vote:1", QUIET)
    await film.reads(ts, "1 person voted", QUIET)
    await film.press(LENA, ts, "lock", QUIET)
    await film.reads(ts, "Sable is cast", QUIET)
    for line in ("Sable", "Sabel", "list"):
        answer = await film.asks(line, MEI, FERRY)
        assert "spokesperson" not in answer
        assert "Quiet" not in answer
    assert "Sable" not in await film.asks("list", MEI, FERRY)
    assert "spokesperson" in await film.asks("Sable", DANIEL, FERRY)


async def test_a_mention_is_answered_in_the_characters_own_channel_and_privately_elsewhere(film: House) -> None:
    ts = await film.cast("Otto: a diver", LENA, QUIET)
    await film.ballot(ts, QUIET)
    await film.press(DANIEL, ts, "vote:1", QUIET)
    await film.reads(ts, "1 person voted", QUIET)
    await film.press(LENA, ts, "lock", QUIET)
    await film.reads(ts, "Otto is cast", QUIET)
    posted = len(await film.door.messages(FERRY))
    await film.door.mention(DANIEL, FERRY, "who is Otto?")
    assert "diver" in text_of(await film.told(DANIEL, "diver", FERRY))
    assert len(await film.door.messages(FERRY)) == posted + 1, "only the question is there for all to see"
    await film.door.mention(DANIEL, QUIET, "who is Otto?")

    async def answered() -> bool:
        state = await film.door.get("state", channel=QUIET)
        replies = [m for thread in state["threads"].get(QUIET, {}).values() for m in thread]
        return any("diver" in text_of(m) and m.get("user") == "U0CASTROOM" for m in state["messages"][QUIET] + replies)

    assert await film.door.until(answered, "a visible answer")


async def test_home_shows_what_waits_and_the_roster(film: House) -> None:
    await film.ballot(await film.cast("Waiting: a pilot"))
    answer = await film.door.post(f"people/{MEI}/home", {"tab": "home"})

    async def published() -> str | None:
        state = await film.door.get("state", user=MEI)
        view = state["homes"].get(MEI)
        text = text_of(view) if view else ""
        return text if "Waiting" in text else None

    assert answer["ok"]
    home = await film.door.until(published, "a home view")
    assert "Sable" not in home


async def test_no_key_and_no_prompt_is_in_the_log(film: House) -> None:
    log = film.log
    assert "listening" in log
    for secret in ("practice-", "xoxb-", "xapp-", "peach fuzz", "ferry captain"):
        assert secret not in log, secret
