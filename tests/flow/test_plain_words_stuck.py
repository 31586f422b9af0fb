"""Slack refuses for good, or a message is deleted: the lead is told, nothing is lost, and the name is not stuck."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from playground.door import pictures_of, text_of
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")

UPLOAD = "files.getUploadURLExternal"
LENAS_OWN = "D0LENAORTIZ"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


async def lena_reads(film: House, words: str) -> str:
    async def look() -> str | None:
        return next((text_of(m) for m in await film.door.messages(LENAS_OWN) if words in text_of(m)), None)

    return await film.door.until(look, f"the words {words!r} in Lena's own messages")


async def test_where_uploads_are_forbidden_people_vote_without_pictures_and_the_lead_knows_why(film: House) -> None:
    await film.trouble(UPLOAD, "error", error="file_uploads_disabled", times=0)
    ts = await film.cast("Unseen: a cook --each 1 --models recraft,gpt-image-2")
    message = await film.ballot(ts)
    assert "The portraits cannot be shown here: uploads are switched off in this workspace." in text_of(message)
    await lena_reads(film, "Voting on Unseen in <#C0HARBOURFILM> is open, but without pictures.")
    await film.press(DANIEL, ts, "vote:1")
    await film.labelled(ts, {"vote:1": "1 · 1"})
    await film.calm(UPLOAD)
    await film.press(LENA, ts, "close")

    async def hung() -> bool:
        return len(pictures_of(await film.door.message(FILM, ts))) == 1

    await film.door.until(hung, "the sheet, once uploads are allowed again", 30)
    assert "cannot be shown" not in text_of(await film.door.message(FILM, ts))


async def test_in_a_channel_archived_meanwhile_the_round_is_called_off_and_nothing_is_asked(film: House) -> None:
    made = await film.door.post("channels", {"name": "wrapped", "archived": True, "members": ["lena", "U0CASTROOM"]})
    asked = await film.asked()
    await film.door.command(LENA, str(made["channel"]["id"]), "Late: a cook")
    told = await lena_reads(film, "The round for Late")
    assert "is called off: the channel is archived. No model was asked, and nothing was charged." in told
    assert await film.asked() == asked
    assert len([m for m in await film.door.messages(LENAS_OWN) if "Late" in text_of(m)]) == 1


async def test_a_message_deleted_by_hand_is_posted_anew_for_whoever_asks_and_its_votes_stand(film: House) -> None:
    ts = await film.cast("Gone: a cook --each 1 --models recraft,gpt-image-2")
    await film.ballot(ts)
    await film.press(DANIEL, ts, "vote:1")
    await film.door.react(MEI, FILM, ts, "two")
    await film.labelled(ts, {"vote:1": "1 · 1", "vote:2": "2 · 1"})
    env = await film.workspace.environment()
    slack = AsyncWebClient(token=env["SLACK_BOT_TOKEN"], base_url=env["SLACK_BASE_URL"])
    await slack.chat_delete(channel=FILM, ts=ts)
    before = {m["ts"] for m in await film.door.messages(FILM)}
    assert "Gone is being cast right now." in await film.asks("Gone: another cook")

    async def anew() -> str | None:
        return next((str(m["ts"]) for m in await film.door.messages(FILM) if m["ts"] not in before), None)

    again = await film.door.until(anew, "the message anew")
    await film.labelled(again, {"vote:1": "1 · 1", "vote:2": "2 · 1"})
    assert len(pictures_of(await film.door.message(FILM, again))) == 1
    await film.press(LENA, again, "close")
    assert "1 and 2 are level with 1 vote each" in await film.reads(again, "voting is closed")
