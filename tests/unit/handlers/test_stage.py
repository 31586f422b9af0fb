"""The stage over a loopback Slack: posts once, uploads in three steps, redraws the latest state, reads reactions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.ballot import Mark, Reaction, Way
from bot.errors import MessageGone, Unreachable
from bot.ports import Picture
from bot.round import Round, State
from handlers.stage import SlackStage
from handlers.visibility import SlackVisibility
from tests.unit.handlers.little_slack import Json, LittleSlack, little_slack
from tests.unit.handlers.memory import Memory
from tests.unit.handlers.stories import CATALOGUE, a_face, a_round, closed, voting

REFUSED_PICTURE = {"error": "invalid_blocks", "errors": ["invalid slack file [json-pointer:/blocks/1/slack_file]"]}


@asynccontextmanager
async def staged(memory: Memory) -> AsyncIterator[tuple[LittleSlack, SlackStage]]:
    async with little_slack() as slack:
        stage = hurried(slack, memory)
        yield slack, stage
        await stage.close()


def hurried(slack: LittleSlack, memory: Memory) -> SlackStage:
    """A stage that waits for pictures only for a moment."""
    return SlackStage(
        slack.clients,
        memory.rounds,
        memory.roster,
        memory.finishes,
        CATALOGUE,
        SlackVisibility(slack.clients),
        looks=(0.001, 0.001, 0.001),
        file_waits=(0.001, 0.001),
    )


def only(round_: Round) -> Memory:
    return Memory(round_)


async def test_a_round_is_posted_once_with_an_opaque_id_and_a_fallback() -> None:
    memory = only(a_round(message_ts=None))
    async with staged(memory) as (slack, stage):
        await stage.post("r1")
        await stage.post("r1")
        (sent,) = slack.called("chat.postMessage")
    assert memory.kept["r1"].message_ts == "1764000000.000900"
    assert sent["metadata"] == {"event_type": "castroom_round", "event_payload": {"round": "r1"}}
    assert sent["text"].startswith("Casting Maya: ")


async def test_a_post_that_slack_refuses_is_unreachable_and_leaves_no_address() -> None:
    memory = only(a_round(message_ts=None))
    async with staged(memory) as (slack, stage):
        slack.says["chat.postMessage"] = [{"error": "not_in_channel"}]
        with pytest.raises(Unreachable, match="not_in_channel"):
            await stage.post("r1")
    assert memory.kept["r1"].message_ts is None


async def test_a_message_posted_again_goes_by_the_same_name_until_that_one_is_known_to_be_deleted() -> None:
    async with staged(only(a_round(message_ts=None))) as (slack, stage):
        slack.says["chat.postMessage"] = [
            {"plain": "text/html", "status": 502},
            {"error": "duplicate_message_not_found"},
            {"ts": "1764000000.000900"},
        ]
        with pytest.raises(Unreachable):
            await stage.post("r1")
        await stage.post("r1")
        names = [call["client_msg_id"] for call in slack.called("chat.postMessage")]
    assert names[0] == names[1] != names[2]


async def test_a_sheet_is_uploaded_into_the_thread_and_waited_for() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["files.info"] = [{"file": {"mimetype": ""}}, {"file": {}}, {"file": {"mimetype": "image/jpeg"}}]
        file_id = await stage.hang("r1", Picture(b"sheet", "Maya-sheet-4.jpg"))
        (asked,) = slack.called("files.getUploadURLExternal")
        (done,) = slack.called("files.completeUploadExternal")
        looks = len(slack.called("files.info"))
    assert slack.uploaded == {file_id: b"sheet"}
    assert asked["length"] == "5"
    assert (
        asked["alt_txt"] == "A fisherwoman, 60, blood on her sleeve: contact sheet for Maya, candidates 1, 2, 3 and 4"
    )
    assert (done["channel_id"], done["thread_ts"]) == ("C1", "1764000000.000100")
    assert done["files"] == [{"id": file_id, "title": "Maya: contact sheet"}]
    assert looks == 3


async def test_a_sheet_that_never_gets_ready_is_hung_all_the_same() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["files.info"] = [{"file": {"mimetype": ""}}]
        assert await stage.hang("r1", Picture(b"sheet", "sheet.jpg"))


async def test_candidates_go_into_the_thread_as_one_message_in_their_order_without_their_models() -> None:
    async with staged(only(voting())) as (slack, stage):
        pictures = [Picture(f"{n}".encode(), f"Maya-{n}.jpg", n) for n in range(1, 5)]
        ids = await stage.pin("r1", pictures)
        (done,) = slack.called("files.completeUploadExternal")
        told = str(slack.called("files.getUploadURLExternal"))
    assert [slack.uploaded[i] for i in ids] == [b"1", b"2", b"3", b"4"]
    assert [f["title"] for f in done["files"]] == ["1", "2", "3", "4"]
    assert not any(model.title in told for model in CATALOGUE.models)


async def test_originals_are_named_after_the_close() -> None:
    async with staged(only(closed({1: 1, 2: 0, 3: 0, 4: 0}, 1))) as (slack, stage):
        await stage.pin("r1", [Picture(b"x", "Maya-3-lumen.png", 3)])
        (done,) = slack.called("files.completeUploadExternal")
    assert done["files"][0]["title"] == "3 · Lumen Two · lumen:lumen-wire"


async def test_a_refresh_draws_the_marks_as_they_are_stored() -> None:
    memory = only(voting())
    memory.the_marks = (Mark("r1", "U0MEI", "r1-0", Way.BUTTON, True, 1),)
    async with staged(memory) as (slack, stage):
        stage.refresh("r1")
        await stage.close()
        (drawn,) = slack.called("chat.update")
    assert "1 person voted" in drawn["text"]
    assert (drawn["channel"], drawn["ts"]) == ("C1", "1764000000.000100")


async def test_a_refresh_before_the_post_draws_nothing() -> None:
    async with staged(only(a_round(message_ts=None))) as (slack, stage):
        await stage.show("r1")
        assert slack.called("chat.update") == []


async def test_a_picture_slack_does_not_know_yet_is_tried_again() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["chat.update"] = [REFUSED_PICTURE, {}]
        await stage.show("r1")
        drawn = slack.called("chat.update")
    assert len(drawn) == 2
    assert any(b["type"] == "image" for b in drawn[-1]["blocks"])


async def test_without_its_picture_the_ballot_is_shown_all_the_same_and_the_next_change_tries_again() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["chat.update"] = [REFUSED_PICTURE, REFUSED_PICTURE, REFUSED_PICTURE, {}]
        await stage.show("r1")
        stage.refresh("r1")
        await stage.close()
        await stage.show("r1")
        pictures = [any(b["type"] == "image" for b in call["blocks"]) for call in slack.called("chat.update")]
    assert pictures == [True, True, True, False, False, True]


async def test_a_change_during_a_redraw_that_is_refused_its_picture_is_drawn_with_its_own() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["chat.update"] = [REFUSED_PICTURE, REFUSED_PICTURE, {**REFUSED_PICTURE, "after": 0.1}, {}]
        before = asyncio.create_task(stage.show("r1"))
        while len(slack.called("chat.update")) < 3:
            await asyncio.sleep(0.005)
        await stage.show("r1")
        await before
        pictures = [any(b["type"] == "image" for b in call["blocks"]) for call in slack.called("chat.update")]
    assert pictures == [True, True, True, False, True]


async def test_a_change_while_a_redraw_reads_the_state_before_is_drawn_with_its_own_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory, read, go = only(voting()), asyncio.Event(), asyncio.Event()
    marks = memory.rounds.marks

    async def slowly(round_id: str) -> object:
        read.set()
        await go.wait()
        return await marks(round_id)

    monkeypatch.setattr(memory.rounds, "marks", slowly)
    async with staged(memory) as (slack, stage):
        slack.says["chat.update"] = [REFUSED_PICTURE, REFUSED_PICTURE, REFUSED_PICTURE, {}]
        before = asyncio.create_task(stage.show("r1"))
        await read.wait()
        after = asyncio.create_task(stage.show("r1"))
        await asyncio.sleep(0.05)
        go.set()
        await asyncio.gather(before, after)
        last = slack.called("chat.update")[-1]
    assert any(b["type"] == "image" for b in last["blocks"])


async def test_a_message_that_is_gone_is_not_drawn_for_ever() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["chat.update"] = [{"error": "message_not_found"}]
        await stage.show("r1")
        await stage.close()
        assert len(slack.called("chat.update")) == 1


GONE = {"error": "message_not_found"}


@pytest.mark.parametrize("looked", [GONE, {"message": {"subtype": "tombstone"}}], ids=["gone", "gravestone"])
async def test_a_message_somebody_deleted_is_lost_and_posted_anew(looked: Json) -> None:
    memory = only(voting())
    async with staged(memory) as (slack, stage):
        slack.says |= {"chat.update": [GONE], "reactions.get": [looked]}
        await stage.show("r1")
        assert stage.lost() == ("r1",)
        assert stage.lost() == ()
        assert await stage.post_again("r1")
        (sent,) = slack.called("chat.postMessage")
    assert memory.kept["r1"].message_ts == "1764000000.000900"
    assert any(block["type"] == "image" for block in sent["blocks"])


async def test_a_change_refused_for_another_reason_loses_nothing() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says |= {"chat.update": [GONE], "reactions.get": [{"message": {"reactions": []}}]}
        await stage.show("r1")
        assert stage.lost() == ()
        assert not await stage.post_again("r1")
        assert slack.called("chat.postMessage") == []


async def test_a_record_that_somebody_deleted_is_let_be() -> None:
    async with staged(only(closed({1: 3}, 3, state=State.LOCKED, locked_slot="r1-0"))) as (slack, stage):
        slack.says |= {"chat.update": [GONE], "reactions.get": [GONE]}
        await stage.show("r1")
        assert stage.lost() == ()


async def test_reactions_on_a_message_that_is_gone_are_not_taken_for_none() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["reactions.get"] = [GONE]
        with pytest.raises(MessageGone):
            await stage.reactions("r1")
        assert stage.lost() == ("r1",)


async def test_who_reacted_to_the_message_before_is_still_counted_as_shown() -> None:
    memory = only(voting(message_ts="1764000500.000000"))
    early, late = 1_764_000_100_000_000, 1_764_000_600_000_000
    memory.the_marks = (
        Mark("r1", "U0MEI", "r1-0", Way.REACTION, True, early),
        Mark("r1", "U0DAN", "r1-0", Way.REACTION, True, late),
        Mark("r1", "U0EVE", "r1-1", Way.REACTION, False, early),
    )
    async with staged(memory) as (slack, stage):
        slack.says["reactions.get"] = [{"message": {}}]
        assert await stage.reactions("r1") == (Reaction(1, frozenset({"U0MEI"}), True),)


async def test_pictures_for_the_thread_of_a_deleted_message_wait_for_the_next_one() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says |= {"files.completeUploadExternal": [GONE], "reactions.get": [GONE]}
        with pytest.raises(MessageGone):
            await stage.hang("r1", Picture(b"sheet", "sheet.jpg"))
        assert stage.lost() == ("r1",)


async def test_the_lead_is_told_in_their_own_messages_once() -> None:
    round_ = a_round(state=State.VOID, why_void="refused:is_archived", message_ts=None)
    async with staged(only(round_)) as (slack, stage):
        await stage.tell_lead("r1", "called_off")
        await stage.tell_lead("r1", "called_off")
        first, again = slack.called("chat.postMessage")
    assert first["channel"] == "U0LEAD"
    assert first["text"] == (
        "The round for Maya in <#C1> is called off: the channel is archived. "
        "No model was asked, and nothing was charged. The name is free again."
    )
    assert first["client_msg_id"] == again["client_msg_id"]


async def test_pictures_whose_sharing_was_cut_are_looked_for_before_they_are_brought_again() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["files.completeUploadExternal"] = [{"plain": "text/html", "status": 502}]
        slack.says["files.info"] = [
            {"plain": "text/html", "status": 502},
            {"file": {"mimetype": "image/jpeg"}},
        ]
        with pytest.raises(Unreachable):
            await stage.hang("r1", Picture(b"sheet", "sheet.jpg"))
        await stage.hang("r1", Picture(b"sheet", "sheet.jpg"))
        assert len(slack.uploaded) == 1


async def test_after_a_crash_what_was_shared_but_not_noted_is_found_again() -> None:
    memory = only(voting())
    sheet, pictures = Picture(b"sheet", "sheet.jpg"), [Picture(b"1", "Maya-1.jpg", 1), Picture(b"2", "Maya-2.jpg", 2)]
    async with staged(memory) as (slack, stage):
        hung, pinned = await stage.hang("r1", sheet), await stage.pin("r1", pictures)
        started_again = hurried(slack, memory)
        assert (await started_again.hang("r1", sheet), await started_again.pin("r1", pictures)) == (hung, pinned)
        assert len(slack.called("files.completeUploadExternal")) == 2
        other = await started_again.hang("r1", replace(sheet, data=b"a newer sheet"))
        assert other != hung
        await started_again.close()


async def test_what_was_shared_and_deleted_since_is_brought_again() -> None:
    async with staged(only(voting())) as (slack, stage):
        sheet = Picture(b"sheet", "sheet.jpg")
        hung = await stage.hang("r1", sheet)
        slack.says["files.info"] = [{"error": "file_deleted"}, {"file": {"mimetype": "image/jpeg"}}]
        assert await stage.hang("r1", sheet) != hung


async def test_pictures_that_were_not_shared_are_brought_again() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["files.completeUploadExternal"] = [{"error": "internal_error"}, {}]
        lost = {"error": "file_not_found"}
        slack.says["files.info"] = [lost, lost, {"file": {"mimetype": "image/jpeg"}}]
        with pytest.raises(Unreachable):
            await stage.hang("r1", Picture(b"sheet", "sheet.jpg"))
        await stage.hang("r1", Picture(b"sheet", "sheet.jpg"))
        assert len(slack.uploaded) == 2


async def test_a_hung_sheet_that_slack_does_not_tell_of_is_not_hung_again() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["files.info"] = [{"error": "file_not_found"}]
        assert await stage.hang("r1", Picture(b"sheet", "sheet.jpg"))
        assert len(slack.uploaded) == 1


async def test_a_record_is_drawn_with_its_face() -> None:
    memory = only(closed({1: 3, 2: 1}, 4, state=State.LOCKED, locked_slot="r1-0"))
    memory.the_face = a_face()
    async with staged(memory) as (slack, stage):
        await stage.show("r1")
        (drawn,) = slack.called("chat.update")
    assert drawn["text"].startswith("Maya is cast. Candidate 1 · Easel Four · 3 of 4 votes")


async def test_number_emoji_are_added_in_order_and_those_that_stand_there_are_fine() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["reactions.add"] = [{}, {"error": "already_reacted"}, {}]
        await stage.seed("r1", [1, 2, 3])
        assert [call["name"] for call in slack.called("reactions.add")] == ["one", "two", "three"]


async def test_a_ballot_does_without_emoji_that_slack_refuses() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["reactions.add"] = [{"error": "too_many_emoji"}]
        await stage.seed("r1", [1, 2, 3])
        assert len(slack.called("reactions.add")) == 1


async def test_only_peoples_number_reactions_are_read_and_short_lists_are_known_as_short() -> None:
    shown = [
        {"name": "one", "users": ["U0BOT", "U0MEI"], "count": 2},
        {"name": "two", "users": ["U0BOT"], "count": 60},
        {"name": "heart", "users": ["U0MEI"], "count": 1},
    ]
    async with staged(only(voting())) as (slack, stage):
        slack.says["reactions.get"] = [{"message": {"reactions": shown}}]
        slack.says["users.info"] = [{"user": {"is_bot": True}}, {"user": {"is_bot": False}}]
        read = await stage.reactions("r1")
        (asked,) = slack.called("reactions.get")
    assert read == (Reaction(1, frozenset({"U0MEI"}), True), Reaction(2, frozenset(), False))
    assert asked["full"] in ("true", "1", True)


async def test_a_message_without_reactions_has_none() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["reactions.get"] = [{"message": {}}]
        assert await stage.reactions("r1") == ()


@pytest.mark.parametrize("method", ["reactions.get", "users.info"])
async def test_reactions_that_cannot_be_told_apart_are_not_guessed(method: str) -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["reactions.get"] = [{"message": {"reactions": [{"name": "one", "users": ["U1"], "count": 1}]}}]
        slack.says[method] = [{"error": "internal_error"}]
        with pytest.raises(Unreachable):
            await stage.reactions("r1")


async def test_a_reminder_goes_into_the_thread() -> None:
    async with staged(only(voting())) as (slack, stage):
        await stage.remark("r1", "reminder")
        (sent,) = slack.called("chat.postMessage")
    assert sent["thread_ts"] == "1764000000.000100"
    assert sent["text"].startswith("Voting on Maya closes ")


async def test_an_upload_that_breaks_off_is_unreachable() -> None:
    async with staged(only(voting())) as (slack, stage):
        slack.says["files.getUploadURLExternal"] = [{"upload_url": "http://127.0.0.1:9/gone", "file_id": "F1"}]
        with pytest.raises(Unreachable, match="upload"):
            await stage.hang("r1", Picture(b"sheet", "sheet.jpg"))
        assert slack.called("files.completeUploadExternal") == []
