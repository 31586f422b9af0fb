"""Slack refuses a question or an answer to one person: they are told in plain words, and nothing is lost or spent.

trigger_expired, exchanged_trigger_id and what views.open, views.push and views.update refuse meet no path of the bot:
it opens no modal. hash_conflict can only be played, since the bot publishes homes without a hash.
"""

import time

import pytest
import pytest_asyncio

from playground.control.client import Json, buttons_of, text_of
from tests.support.practice_environment import (
    DANIEL,
    FERRY,
    FILM,
    LENA,
    MEI,
    QUIET,
    PracticeEnvironment,
)

pytestmark = pytest.mark.heavy

RETRY_TEXT, DOCTOR_TEXT = "Try again in a minute.", "python -m bot doctor"
INFO, POST_EPHEMERAL, PUBLISH = "conversations.info", "chat.postEphemeral", "views.publish"


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def cast_faces(workspace: PracticeEnvironment) -> None:
    """Maya is cast where all may see her, Sable in private; the round for Otto is open."""
    for name, channel in (("Maya", FILM), ("Sable", QUIET)):
        ts = await start_ballot(workspace, name, channel)
        await workspace.press(DANIEL, ts, "vote:1", channel)
        await workspace.wait_for_text(ts, "1 person voted", channel)
        await workspace.press(LENA, ts, "lock", channel)
        await workspace.wait_for_text(ts, f"{name} is cast", channel)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def otto_ts(workspace: PracticeEnvironment) -> str:
    return await start_ballot(workspace, "Otto", FILM)


async def start_ballot(workspace: PracticeEnvironment, name: str, channel: str) -> str:
    ts = await workspace.cast(f"{name}: a cook --each 1 --models recraft,gpt-image-2", LENA, channel)
    await workspace.wait_for_ballot(ts, channel)
    return ts


async def new_channel(workspace: PracticeEnvironment, name: str) -> str:
    """A channel the bot has never asked about."""
    created = await workspace.control_client.post("channels", {"name": name, "members": ["lena", "U0CASTROOM"]})
    return str(created["channel"]["id"])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("internal_error", RETRY_TEXT),
        ("missing_scope", DOCTOR_TEXT),
        ("invalid_auth", DOCTOR_TEXT),
        ("account_inactive", DOCTOR_TEXT),
        ("channel_not_found", "/invite @Castroom"),
    ],
)
async def test_failed_channel_lookup_starts_nothing_and_explains(
    workspace: PracticeEnvironment, error: str, words: str
) -> None:
    channel = await new_channel(workspace, f"ask-{error}".replace("_", "-"))
    calls_before = await workspace.count_model_calls()
    await workspace.inject_fault(INFO, "error", error=error)
    answer = await workspace.run_command("Nobody: a cook", LENA, channel)
    assert words in answer
    assert await workspace.control_client.messages(channel) == []
    assert await workspace.count_model_calls() == calls_before


@pytest.mark.parametrize(
    "trouble",
    [{"kind": "ratelimited", "seconds": 1}, {"kind": "status", "status": 503}, {"kind": "cut_before"}],
    ids=lambda trouble: str(trouble["kind"]),
)
async def test_retried_channel_lookup_does_not_stop_the_round(workspace: PracticeEnvironment, trouble: Json) -> None:
    channel = await new_channel(workspace, f"again-{trouble['kind'].replace('_', '-')}")
    await workspace.inject_fault(INFO, **trouble)
    await start_ballot(workspace, f"Second {trouble['kind']}", channel)


@pytest.mark.parametrize("error", ["not_in_channel", "channel_not_found", "is_archived"])
async def test_recall_falls_back_to_the_response_url(workspace: PracticeEnvironment, error: str) -> None:
    now = time.time()
    await workspace.inject_fault(POST_EPHEMERAL, "error", error=error)
    await workspace.control_client.command(MEI, FILM, "Maya")
    assert "candidate 1" in text_of(await workspace.wait_for_ephemeral(MEI, "Maya", after=now))


async def test_recall_by_a_person_outside_the_channel_is_refused(workspace: PracticeEnvironment) -> None:
    now = time.time()
    await workspace.inject_fault(POST_EPHEMERAL, "error", error="user_not_in_channel")
    await workspace.control_client.command(MEI, FILM, "Maya")
    assert "candidate 1" not in text_of(await workspace.wait_for_ephemeral(MEI, "no longer in this channel", after=now))


@pytest.mark.parametrize(
    ("method", "error", "words"),
    [
        (POST_EPHEMERAL, "internal_error", RETRY_TEXT),
        (POST_EPHEMERAL, "missing_scope", DOCTOR_TEXT),
        (POST_EPHEMERAL, "restricted_action", "Slack does not let me do this (restricted_action)."),
        ("chat.postMessage", "internal_error", RETRY_TEXT),
    ],
)
async def test_failed_recall_is_reported_in_plain_words(
    workspace: PracticeEnvironment, method: str, error: str, words: str
) -> None:
    now = time.time()
    await workspace.inject_fault(method, "error", error=error)
    if method == POST_EPHEMERAL:
        await workspace.control_client.command(MEI, FILM, "Maya")
    else:
        await workspace.control_client.mention(MEI, FILM, "who is Maya?")
    answer = text_of(await workspace.wait_for_ephemeral(MEI, words, after=now))
    assert "\n" not in answer
    assert "internal_error" not in answer


async def test_mention_without_ephemeral_is_answered_by_direct_message(
    workspace: PracticeEnvironment,
) -> None:
    await workspace.inject_fault(POST_EPHEMERAL, "error", error="user_not_in_channel")
    await workspace.control_client.mention(MEI, FERRY, "who is Sable?")

    async def written() -> str | None:
        return next(
            (text_of(m) for m in await workspace.control_client.messages("D0MEITANAKA") if "/cast" in text_of(m)), None
        )

    text = await workspace.control_client.wait_for(written, "a message to Mei")
    assert "Sable" not in text


async def test_slow_channel_lookup_is_reported_in_time(workspace: PracticeEnvironment) -> None:
    channel = await new_channel(workspace, "slow-to-tell")
    await workspace.inject_fault(INFO, "ratelimited", seconds=5)
    assert RETRY_TEXT in await workspace.run_command("Nobody: a cook", LENA, channel)
    assert await workspace.control_client.messages(channel) == []
    assert "Traceback" not in workspace.log


async def test_answer_without_permalink_is_still_sent(workspace: PracticeEnvironment, otto_ts: str) -> None:
    await workspace.inject_fault("chat.getPermalink", "error", error="message_not_found", times=2)
    assert "Otto is being cast right now." in await workspace.run_command("Otto: another cook", MEI)
    now = time.time()
    await workspace.control_client.command(MEI, FILM, "Maya")
    face = text_of(await workspace.wait_for_ephemeral(MEI, "Maya", after=now))
    assert "candidate 1" in face
    assert "voting record" not in face


async def test_private_face_stays_hidden_while_membership_is_unknown(workspace: PracticeEnvironment) -> None:
    await workspace.inject_fault("users.conversations", "error", error="internal_error", times=0)
    assert "No one called Sable here" in await workspace.run_command("Sable", DANIEL, FERRY)
    await workspace.clear_faults("users.conversations")
    assert "Sable" in text_of(await _recall_face(workspace, DANIEL, "Sable", FERRY))


async def _recall_face(workspace: PracticeEnvironment, person: str, name: str, channel: str) -> Json:
    now = time.time()
    await workspace.control_client.command(person, channel, name)
    return await workspace.wait_for_ephemeral(person, "candidate 1", after=now)


@pytest.mark.parametrize(
    "trouble",
    [{"kind": "error", "error": "expired_url"}, {"kind": "error", "error": "used_url"}, {"kind": "status"}],
    ids=["expired", "used up", "503"],
)
async def test_vote_counts_even_if_its_receipt_fails(
    workspace: PracticeEnvironment, otto_ts: str, trouble: Json
) -> None:
    before = len(await workspace.control_client.ephemerals(DANIEL))
    voted = "·" in buttons_of(await workspace.control_client.message(FILM, otto_ts))["vote:1"]
    await workspace.inject_fault("response_url", **trouble)
    await workspace.press(DANIEL, otto_ts, "vote:1")
    await workspace.wait_for_labels(otto_ts, {"vote:1": "1" if voted else "1 · 1"})
    assert len(await workspace.control_client.ephemerals(DANIEL)) == before


@pytest.mark.parametrize("error", ["hash_conflict", "view_too_large", "internal_error", "missing_scope"])
async def test_rejected_home_stays_unchanged_until_the_next_visit(
    workspace: PracticeEnvironment, otto_ts: str, error: str
) -> None:
    assert "Otto" in await _reload_home(workspace)
    await workspace.inject_fault(PUBLISH, "error", error=error)
    await workspace.control_client.post(f"people/{MEI}/home", {"tab": "home"})

    async def refused() -> bool:
        return any(call["error"] == error for call in await workspace.control_client.calls(PUBLISH))

    await workspace.control_client.wait_for(refused, "the refusal")
    assert "Otto" in text_of((await workspace.control_client.get("state", user=MEI))["homes"][MEI])
    assert "Otto" in await _reload_home(workspace)


async def _reload_home(workspace: PracticeEnvironment) -> str:
    """Mei's home, once it is published anew."""
    published = len(await workspace.control_client.calls(PUBLISH))
    await workspace.control_client.post(f"people/{MEI}/home", {"tab": "home"})

    async def home_published() -> bool:
        return len(await workspace.control_client.calls(PUBLISH)) > published

    await workspace.control_client.wait_for(home_published, "a new home")
    return text_of((await workspace.control_client.get("state", user=MEI))["homes"][MEI])
