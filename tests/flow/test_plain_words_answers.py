"""Slack refuses a question or an answer to one person: they are told in plain words, and nothing is lost or spent.

trigger_expired, exchanged_trigger_id and what views.open, views.push and views.update refuse meet no path of the bot:
it opens no modal. hash_conflict can only be played, since the bot publishes homes without a hash.
"""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import Json, buttons_of, text_of
from tests.flow.house import DANIEL, FERRY, FILM, LENA, MEI, QUIET, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGAIN, DOCTOR = "Try again in a minute.", "python -m bot doctor"
INFO, WHISPER, PUBLISH = "conversations.info", "chat.postEphemeral", "views.publish"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Maya is cast where all may see her, Sable in private; the round for Otto is open."""
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        for name, channel in (("Maya", FILM), ("Sable", QUIET)):
            ts = await ballot(opened, name, channel)
            await opened.press(DANIEL, ts, "vote:1", channel)
            await opened.reads(ts, "1 person voted", channel)
            await opened.press(LENA, ts, "lock", channel)
            await opened.reads(ts, f"{name} is cast", channel)
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def otto(film: House) -> str:
    return await ballot(film, "Otto", FILM)


async def ballot(film: House, name: str, channel: str) -> str:
    ts = await film.cast(f"{name}: a cook --each 1 --models recraft,gpt-image-2", LENA, channel)
    await film.ballot(ts, channel)
    return ts


async def new_channel(film: House, name: str) -> str:
    """A channel the bot has never asked about."""
    made = await film.door.post("channels", {"name": name, "members": ["lena", "U0CASTROOM"]})
    return str(made["channel"]["id"])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("internal_error", AGAIN),
        ("missing_scope", DOCTOR),
        ("invalid_auth", DOCTOR),
        ("account_inactive", DOCTOR),
        ("channel_not_found", "/invite @Castroom"),
    ],
)
async def test_a_channel_slack_does_not_tell_about_starts_nothing_and_says_what_to_do(
    film: House, error: str, words: str
) -> None:
    channel = await new_channel(film, f"ask-{error}".replace("_", "-"))
    asked = await film.asked()
    await film.trouble(INFO, "error", error=error)
    answer = await film.asks("Nobody: a cook", LENA, channel)
    assert words in answer
    assert await film.door.messages(channel) == []
    assert await film.asked() == asked


@pytest.mark.parametrize(
    "trouble",
    [{"kind": "ratelimited", "seconds": 1}, {"kind": "status", "status": 503}, {"kind": "cut_before"}],
    ids=lambda trouble: str(trouble["kind"]),
)
async def test_a_question_slack_answers_at_the_second_try_holds_nothing_up(film: House, trouble: Json) -> None:
    channel = await new_channel(film, f"again-{trouble['kind'].replace('_', '-')}")
    await film.trouble(INFO, **trouble)
    await ballot(film, f"Second {trouble['kind']}", channel)


@pytest.mark.parametrize("error", ["user_not_in_channel", "not_in_channel", "channel_not_found", "is_archived"])
async def test_a_face_that_cannot_be_whispered_into_the_channel_is_told_by_the_answer_to_the_command(
    film: House, error: str
) -> None:
    now = time.time()
    await film.trouble(WHISPER, "error", error=error)
    await film.door.command(MEI, FILM, "Maya")
    assert "candidate 1" in text_of(await film.told(MEI, "Maya", after=now))


@pytest.mark.parametrize(
    ("method", "error", "words"),
    [
        (WHISPER, "internal_error", AGAIN),
        (WHISPER, "missing_scope", DOCTOR),
        (WHISPER, "restricted_action", "Slack does not let me do this (restricted_action)."),
        ("chat.postMessage", "internal_error", AGAIN),
    ],
)
async def test_a_face_that_cannot_be_shown_at_all_is_apologised_for(
    film: House, method: str, error: str, words: str
) -> None:
    now = time.time()
    await film.trouble(method, "error", error=error)
    if method == WHISPER:
        await film.door.command(MEI, FILM, "Maya")
    else:
        await film.door.mention(MEI, FILM, "who is Maya?")
    answer = text_of(await film.told(MEI, words, after=now))
    assert "\n" not in answer
    assert "internal_error" not in answer


async def test_a_mention_that_cannot_be_whispered_leads_to_the_command_in_the_persons_own_messages(
    film: House,
) -> None:
    await film.trouble(WHISPER, "error", error="user_not_in_channel")
    await film.door.mention(MEI, FERRY, "who is Sable?")

    async def written() -> str | None:
        return next((text_of(m) for m in await film.door.messages("D0MEITANAKA") if "/cast" in text_of(m)), None)

    told = await film.door.until(written, "a message to Mei")
    assert "Sable" not in told


async def test_a_slack_too_slow_for_the_command_opens_nothing_and_says_so_in_time(film: House) -> None:
    channel = await new_channel(film, "slow-to-tell")
    await film.trouble(INFO, "ratelimited", seconds=5)
    assert AGAIN in await film.asks("Nobody: a cook", LENA, channel)
    assert await film.door.messages(channel) == []
    assert "Traceback" not in film.log


async def test_without_its_link_an_answer_is_still_an_answer(film: House, otto: str) -> None:
    await film.trouble("chat.getPermalink", "error", error="message_not_found", times=2)
    assert "Otto is being cast right now." in await film.asks("Otto: another cook", MEI)
    now = time.time()
    await film.door.command(MEI, FILM, "Maya")
    face = text_of(await film.told(MEI, "Maya", after=now))
    assert "candidate 1" in face
    assert "its round" not in face


async def test_while_slack_does_not_say_who_is_where_a_private_face_stays_private(film: House) -> None:
    await film.trouble("users.conversations", "error", error="internal_error", times=0)
    assert "No Sable here that you may see" in await film.asks("Sable", DANIEL, FERRY)
    await film.calm("users.conversations")
    assert "Sable" in text_of(await _shown(film, DANIEL, "Sable", FERRY))


async def _shown(film: House, person: str, name: str, channel: str) -> Json:
    now = time.time()
    await film.door.command(person, channel, name)
    return await film.told(person, "candidate 1", after=now)


@pytest.mark.parametrize(
    "trouble",
    [{"kind": "error", "error": "expired_url"}, {"kind": "error", "error": "used_url"}, {"kind": "status"}],
    ids=["expired", "used up", "503"],
)
async def test_a_vote_whose_receipt_cannot_be_given_counts(film: House, otto: str, trouble: Json) -> None:
    before = len(await film.door.private(DANIEL))
    voted = "·" in buttons_of(await film.door.message(FILM, otto))["vote:1"]
    await film.trouble("response_url", **trouble)
    await film.press(DANIEL, otto, "vote:1")
    await film.labelled(otto, {"vote:1": "1" if voted else "1 · 1"})
    assert len(await film.door.private(DANIEL)) == before


@pytest.mark.parametrize("error", ["hash_conflict", "view_too_large", "internal_error", "missing_scope"])
async def test_a_home_slack_does_not_take_stays_as_it_was_until_the_next_visit(
    film: House, otto: str, error: str
) -> None:
    assert "Otto" in await _home(film)
    await film.trouble(PUBLISH, "error", error=error)
    await film.door.post(f"people/{MEI}/home", {"tab": "home"})

    async def refused() -> bool:
        return any(call["error"] == error for call in await film.door.calls(PUBLISH))

    await film.door.until(refused, "the refusal")
    assert "Otto" in text_of((await film.door.get("state", user=MEI))["homes"][MEI])
    assert "Otto" in await _home(film)


async def _home(film: House) -> str:
    """Mei's home, once it is published anew."""
    published = len(await film.door.calls(PUBLISH))
    await film.door.post(f"people/{MEI}/home", {"tab": "home"})

    async def anew() -> bool:
        return len(await film.door.calls(PUBLISH)) > published

    await film.door.until(anew, "a new home")
    return text_of((await film.door.get("state", user=MEI))["homes"][MEI])
