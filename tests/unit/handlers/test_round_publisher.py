"""The publisher over a loopback Slack: posts once, redraws the latest state, reads reactions."""

import asyncio

import pytest

from bot.domain.ballot import Reaction, VoteInput, VoteSource
from bot.domain.round_state import RoundState
from bot.domain.service_errors import MessageDeleted, SlackUnavailable
from tests.support.builders import make_closed_round, make_face, make_round, make_voting_round
from tests.support.fake_slack_server import Json
from tests.support.in_memory import InMemoryRepositories
from tests.support.round_publisher_harness import open_publisher

REJECTED_PICTURE = {"error": "invalid_blocks", "errors": ["invalid slack file [json-pointer:/blocks/2/slack_file]"]}


async def test_a_round_is_posted_once_with_an_opaque_id_and_a_fallback() -> None:
    repositories = InMemoryRepositories(make_round(message_ts=None))
    async with open_publisher(repositories) as (slack, publisher):
        await publisher.post("r1")
        await publisher.post("r1")
        (sent,) = slack.calls_to("chat.postMessage")
    assert repositories.rounds_by_id["r1"].message_ts == "1764000000.000900"
    assert sent["metadata"] == {"event_type": "castroom_round", "event_payload": {"round": "r1"}}
    assert sent["text"].startswith("Casting Maya: ")


async def test_rejected_post_raises_and_stores_no_message_ts() -> None:
    repositories = InMemoryRepositories(make_round(message_ts=None))
    async with open_publisher(repositories) as (slack, publisher):
        slack.replies["chat.postMessage"] = [{"error": "not_in_channel"}]
        with pytest.raises(SlackUnavailable, match="not_in_channel"):
            await publisher.post("r1")
    assert repositories.rounds_by_id["r1"].message_ts is None


async def test_repost_reuses_client_msg_id_until_the_message_is_deleted() -> None:
    async with open_publisher(InMemoryRepositories(make_round(message_ts=None))) as (slack, publisher):
        slack.replies["chat.postMessage"] = [
            {"plain": "text/html", "status": 502},
            {"error": "duplicate_message_not_found"},
            {"ts": "1764000000.000900"},
        ]
        with pytest.raises(SlackUnavailable):
            await publisher.post("r1")
        await publisher.post("r1")
        names = [call["client_msg_id"] for call in slack.calls_to("chat.postMessage")]
    assert names[0] == names[1] != names[2]


async def test_redraw_shows_the_stored_votes() -> None:
    repositories = InMemoryRepositories(make_voting_round())
    repositories.stored_vote_inputs = (VoteInput("r1", "U0MEI", "r1-0", VoteSource.BUTTON, True, 1),)
    async with open_publisher(repositories) as (slack, publisher):
        publisher.schedule_redraw("r1")
        await publisher.close()
        (updates,) = slack.calls_to("chat.update")
    assert "1 person voted" in updates["text"]
    assert (updates["channel"], updates["ts"]) == ("C1", "1764000000.000100")


async def test_redraw_before_the_post_does_nothing() -> None:
    async with open_publisher(InMemoryRepositories(make_round(message_ts=None))) as (slack, publisher):
        await publisher.redraw_now("r1")
        assert slack.calls_to("chat.update") == []


async def test_rejected_picture_is_retried() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["chat.update"] = [REJECTED_PICTURE, {}]
        await publisher.redraw_now("r1")
        updates = slack.calls_to("chat.update")
    assert len(updates) == 2
    assert any(b["type"] == "image" for b in updates[-1]["blocks"])


async def test_ballot_is_shown_without_picture_and_retried_on_next_change() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["chat.update"] = [REJECTED_PICTURE, REJECTED_PICTURE, REJECTED_PICTURE, {}]
        await publisher.redraw_now("r1")
        publisher.schedule_redraw("r1")
        await publisher.close()
        await publisher.redraw_now("r1")
        pictures = [any(b["type"] == "image" for b in call["blocks"]) for call in slack.calls_to("chat.update")]
    assert pictures == [True, True, True, False, False, True]


async def test_change_during_a_rejected_redraw_includes_its_picture() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["chat.update"] = [REJECTED_PICTURE, REJECTED_PICTURE, {**REJECTED_PICTURE, "after": 0.1}, {}]
        before = asyncio.create_task(publisher.redraw_now("r1"))
        while len(slack.calls_to("chat.update")) < 3:
            await asyncio.sleep(0.005)
        await publisher.redraw_now("r1")
        await before
        pictures = [any(b["type"] == "image" for b in call["blocks"]) for call in slack.calls_to("chat.update")]
    assert pictures == [True, True, True, False, True]


async def test_change_while_a_redraw_loads_state_includes_its_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repositories, read, go = InMemoryRepositories(make_voting_round()), asyncio.Event(), asyncio.Event()
    list_vote_inputs = repositories.ballots.list_vote_inputs

    async def slowly(round_id: str) -> object:
        read.set()
        await go.wait()
        return await list_vote_inputs(round_id)

    monkeypatch.setattr(repositories, "list_vote_inputs", slowly)
    async with open_publisher(repositories) as (slack, publisher):
        slack.replies["chat.update"] = [REJECTED_PICTURE, REJECTED_PICTURE, REJECTED_PICTURE, {}]
        before = asyncio.create_task(publisher.redraw_now("r1"))
        await read.wait()
        after = asyncio.create_task(publisher.redraw_now("r1"))
        await asyncio.sleep(0.05)
        go.set()
        await asyncio.gather(before, after)
        last = slack.calls_to("chat.update")[-1]
    assert any(b["type"] == "image" for b in last["blocks"])


async def test_deleted_message_is_not_redrawn_again() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["chat.update"] = [{"error": "message_not_found"}]
        await publisher.redraw_now("r1")
        await publisher.close()
        assert len(slack.calls_to("chat.update")) == 1


MESSAGE_NOT_FOUND = {"error": "message_not_found"}


@pytest.mark.parametrize(
    "reply", [MESSAGE_NOT_FOUND, {"message": {"subtype": "tombstone"}}], ids=["gone", "gravestone"]
)
async def test_deleted_message_is_reposted(reply: Json) -> None:
    repositories = InMemoryRepositories(make_voting_round())
    async with open_publisher(repositories) as (slack, publisher):
        slack.replies |= {"chat.update": [MESSAGE_NOT_FOUND], "reactions.get": [reply]}
        await publisher.redraw_now("r1")
        assert publisher.take_deleted() == ("r1",)
        assert publisher.take_deleted() == ()
        assert await publisher.repost("r1")
        (sent,) = slack.calls_to("chat.postMessage")
    assert repositories.rounds_by_id["r1"].message_ts == "1764000000.000900"
    assert any(block["type"] == "image" for block in sent["blocks"])


async def test_existing_message_is_not_reposted() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies |= {"chat.update": [MESSAGE_NOT_FOUND], "reactions.get": [{"message": {"reactions": []}}]}
        await publisher.redraw_now("r1")
        assert publisher.take_deleted() == ()
        assert not await publisher.repost("r1")
        assert slack.calls_to("chat.postMessage") == []


async def test_deleted_record_is_not_reposted() -> None:
    async with open_publisher(
        InMemoryRepositories(make_closed_round({1: 3}, 3, state=RoundState.LOCKED, locked_slot="r1-0"))
    ) as (slack, publisher):
        slack.replies |= {"chat.update": [MESSAGE_NOT_FOUND], "reactions.get": [MESSAGE_NOT_FOUND]}
        await publisher.redraw_now("r1")
        assert publisher.take_deleted() == ()


async def test_reactions_of_a_deleted_message_raise() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["reactions.get"] = [MESSAGE_NOT_FOUND]
        with pytest.raises(MessageDeleted):
            await publisher.get_reactions("r1")
        assert publisher.take_deleted() == ("r1",)


async def test_reactions_on_the_previous_message_still_count() -> None:
    repositories = InMemoryRepositories(make_voting_round(message_ts="1764000500.000000"))
    early, late = 1_764_000_100_000_000, 1_764_000_600_000_000
    repositories.stored_vote_inputs = (
        VoteInput("r1", "U0MEI", "r1-0", VoteSource.REACTION, True, early),
        VoteInput("r1", "U0DAN", "r1-0", VoteSource.REACTION, True, late),
        VoteInput("r1", "U0EVE", "r1-1", VoteSource.REACTION, False, early),
    )
    async with open_publisher(repositories) as (slack, publisher):
        slack.replies["reactions.get"] = [{"message": {}}]
        assert await publisher.get_reactions("r1") == (Reaction(1, frozenset({"U0MEI"}), True),)


async def test_lead_is_notified_by_dm_with_one_client_msg_id() -> None:
    round_ = make_round(state=RoundState.VOID, void_reason="refused:is_archived", message_ts=None)
    async with open_publisher(InMemoryRepositories(round_)) as (slack, publisher):
        await publisher.notify_lead("r1", "called_off")
        await publisher.notify_lead("r1", "called_off")
        first, again = slack.calls_to("chat.postMessage")
    assert first["channel"] == "U0LEAD"
    assert first["text"] == (
        "The round for Maya in <#C1> is cancelled: the channel is archived. "
        "No model was called, and nothing was charged. You can start another round for the name."
    )
    assert first["client_msg_id"] == again["client_msg_id"]


async def test_record_shows_its_face() -> None:
    repositories = InMemoryRepositories(make_closed_round({1: 3, 2: 1}, 4, state=RoundState.LOCKED, locked_slot="r1-0"))
    repositories.stored_face = make_face()
    async with open_publisher(repositories) as (slack, publisher):
        await publisher.redraw_now("r1")
        (updates,) = slack.calls_to("chat.update")
    assert updates["text"].startswith("Maya is cast. Candidate 1 · Easel Four · 3 of 4 votes")


async def test_vote_reactions_are_added_in_order_and_may_exist() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["reactions.add"] = [{}, {"error": "already_reacted"}, {}]
        await publisher.add_vote_reactions("r1", [1, 2, 3])
        assert [call["name"] for call in slack.calls_to("reactions.add")] == ["one", "two", "three"]


async def test_rejected_vote_reactions_are_skipped() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["reactions.add"] = [{"error": "too_many_emoji"}]
        await publisher.add_vote_reactions("r1", [1, 2, 3])
        assert len(slack.calls_to("reactions.add")) == 1


async def test_only_number_reactions_of_users_are_read() -> None:
    shown = [
        {"name": "one", "users": ["U0BOT", "U0MEI"], "count": 2},
        {"name": "two", "users": ["U0BOT"], "count": 60},
        {"name": "heart", "users": ["U0MEI"], "count": 1},
    ]
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["reactions.get"] = [{"message": {"reactions": shown}}]
        slack.replies["users.info"] = [{"user": {"is_bot": True}}, {"user": {"is_bot": False}}]
        read = await publisher.get_reactions("r1")
        (request,) = slack.calls_to("reactions.get")
    assert read == (Reaction(1, frozenset({"U0MEI"}), True), Reaction(2, frozenset(), False))
    assert request["full"] in ("true", "1", True)


async def test_a_message_without_reactions_has_none() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["reactions.get"] = [{"message": {}}]
        assert await publisher.get_reactions("r1") == ()


@pytest.mark.parametrize("method", ["reactions.get", "users.info"])
async def test_failed_reaction_lookup_raises(method: str) -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["reactions.get"] = [{"message": {"reactions": [{"name": "one", "users": ["U1"], "count": 1}]}}]
        slack.replies[method] = [{"error": "internal_error"}]
        with pytest.raises(SlackUnavailable):
            await publisher.get_reactions("r1")


async def test_reminder_is_posted_in_the_thread() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        await publisher.post_thread_note("r1", "reminder")
        (sent,) = slack.calls_to("chat.postMessage")
    assert sent["thread_ts"] == "1764000000.000100"
    assert sent["text"].startswith("Voting on Maya closes ")


@pytest.mark.parametrize("code", ["user_not_found", "user_not_visible"])
async def test_reactions_are_read_without_people_whom_slack_does_not_show(code: str) -> None:
    repositories = InMemoryRepositories(make_voting_round())
    async with open_publisher(repositories) as (slack, publisher):
        slack.replies["reactions.get"] = [
            {"message": {"reactions": [{"name": "one", "users": ["U0GONE", "U0MEI", "U0BOT2"], "count": 3}]}}
        ]
        slack.replies["users.info"] = [{"error": code}, {"user": {}}, {"user": {"is_bot": True}}]
        assert await publisher.get_reactions("r1") == (Reaction(1, frozenset({"U0MEI"}), True),)


async def test_reactions_are_not_read_while_slack_does_not_say_who_reacted() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["reactions.get"] = [{"message": {"reactions": [{"name": "one", "users": ["U0MEI"], "count": 1}]}}]
        slack.replies["users.info"] = [{"error": "internal_error"}]
        with pytest.raises(SlackUnavailable):
            await publisher.get_reactions("r1")
