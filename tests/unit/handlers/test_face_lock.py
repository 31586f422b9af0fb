"""[Lock]: the leader that was shown, what to do without one, and the lead's decision."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.ballot import Tally
from bot.domain.errors import NotLead, NoWinner
from bot.usecases.face_lock import LockChoices
from handlers.views import face_lock
from tests.support.builders import TITLES, make_closed_round, make_voting_round
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_harness import listener_harness
from tests.support.rendered_views import actions_by_id, visible_text
from tests.support.slack_payloads import message_press, view_submission

CLOSED = make_closed_round({1: 2, 2: 2, 3: 0}, 3)


async def test_lock_passes_the_leader_that_was_shown() -> None:
    async with listener_harness() as harness:
        await harness.send(message_press("lock", "r1 r1-0"))
    assert harness.use_cases.calls == [("lock_face.lock", "r1", "r1-0", "U0LEAD")]
    assert harness.slack.responses == []


async def test_lock_without_a_winner_is_explained_to_the_lead() -> None:
    async with listener_harness(lock_face__lock=NoWinner((1, 4))) as harness:
        await harness.send(message_press("lock", "r1 r1-0"))
    assert harness.slack.responses[0]["text"].startswith("1 and 4 are tied, so nothing is locked.")


async def test_lock_without_a_leader_asks_what_to_do() -> None:
    choices = LockChoices(make_voting_round(), Tally({1: 1, 2: 0, 3: 0, 4: 1}, 2), can_run_off=True)
    async with listener_harness(lock_face__choices_without_leader=choices) as harness:
        await harness.send(message_press("lock", "r1"))
    assert harness.use_cases.calls == [("lock_face.choices_without_leader", "r1", "U0LEAD")]
    (answer,) = harness.slack.responses
    assert answer["text"].startswith("1 and 4 are tied with 1 vote each, so there is no face for Maya to lock yet.")
    assert "run-off" in answer["text"]


async def test_only_the_lead_is_asked() -> None:
    async with listener_harness(lock_face__choices_without_leader=NotLead("lock", "U0LENA")) as harness:
        await harness.send(message_press("lock", "r1"))
    (answer,) = harness.slack.responses
    assert "<@U0LENA>" in answer["text"]
    assert "tied" not in answer["text"]


@pytest.mark.parametrize(
    ("tally", "quorum", "expected"),
    [
        (Tally({1: 0, 2: 0}, 0), None, "No votes yet"),
        (Tally({1: 2, 2: 0}, 2), 3, "1 vote missing for a result"),
        (Tally({1: 2, 2: 2}, 3), None, "1 and 2 are tied with 2 votes each"),
    ],
)
def test_question_says_why_there_is_no_face(tally: Tally, quorum: int | None, expected: str) -> None:
    round_ = make_voting_round(2)
    choices = LockChoices(replace(round_, brief=replace(round_.brief, quorum=quorum)), tally, can_run_off=False)
    shown = face_lock.no_leader(choices)
    assert expected in visible_text(shown)
    assert "run-off" not in visible_text(shown)
    assert actions_by_id(shown)["close"]["value"] == "r1"
    assert actions_by_id(shown)["more"]["value"].startswith("r1 extend ")


def choice_of(slot_id: str) -> dict[str, Any]:
    body = message_press("decide", "-")
    body["actions"][0] |= {"type": "static_select", "selected_option": {"value": slot_id}}
    return body


async def test_choice_from_the_menu_names_its_number_before_the_lock() -> None:
    slot = CLOSED.candidate_by_number(3)
    async with listener_harness(InMemoryRepositories(CLOSED), lock_face__get_choice=(CLOSED, slot)) as harness:
        await harness.send(choice_of("r1-2"))
        (opened,) = harness.slack.calls_to("views.open")
    assert harness.use_cases.calls == [("lock_face.get_choice", "r1-2", "U0LEAD")]
    modal = opened["view"]
    assert modal["title"]["text"] == "Lock candidate 3"
    assert modal["submit"]["text"] == "Lock 3"
    assert modal["private_metadata"] == "r1-2"
    text = str(modal["blocks"])
    assert "Lock candidate 3 as *Maya*?" in text
    assert f"{TITLES(slot.model)} · 0 votes" in text


async def test_confirmed_choice_is_locked() -> None:
    async with listener_harness(InMemoryRepositories(CLOSED)) as harness:
        await harness.send(view_submission(face_lock.DECIDE_CALLBACK_ID, "r1-2"))
    assert harness.use_cases.calls == [("lock_face.decide", "r1-2", "U0LEAD")]


async def test_refused_choice_is_explained_in_the_channel() -> None:
    async with listener_harness(InMemoryRepositories(CLOSED), lock_face__decide=NotLead("decide", "U0LENA")) as harness:
        await harness.send(view_submission(face_lock.DECIDE_CALLBACK_ID, "r1-2"))
        (answer,) = harness.slack.calls_to("chat.postEphemeral")
    assert (answer["channel"], answer["user"]) == ("C1", "U0LEAD")
    assert "<@U0LENA>" in answer["text"]


async def test_choice_of_another_workspace_is_ignored() -> None:
    async with listener_harness(InMemoryRepositories(CLOSED)) as harness:
        await harness.send(view_submission(face_lock.DECIDE_CALLBACK_ID, "r1-2", team="T2"))
    assert harness.use_cases.calls == []
