"""A webhook's answer: target states are read strictly, and an answer about something else is none."""

import json

import pytest

from bot.domain.target import TARGET_LIMIT, TargetInput, TargetState
from bot.domain.webhook_answer import AnswerRefused, parse_answer

JSON = "application/json; charset=utf-8"


def parse(answer: object, content_type: str = JSON) -> tuple[TargetInput, ...]:
    return parse_answer(json.dumps(answer).encode(), content_type)


def test_states_of_targets_are_read() -> None:
    answer = {"targets": [{"target": "runway", "state": "accepted", "external_id": "asset://1"}]}
    answer["targets"].append({"target": "In-house", "state": "needs_approval"})
    assert parse(answer) == (
        TargetInput("Runway", TargetState.ACCEPTED, "asset://1"),
        TargetInput("In-house", TargetState.NEEDS_APPROVAL, ""),
    )


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"null", b"[]", b'{"ok": true}', b'"targets"', b"\xff\xfe", b'{"targets"']
)
def test_an_answer_about_something_else_says_nothing(body: bytes) -> None:
    assert parse_answer(body, JSON) == ()


def test_only_json_is_read() -> None:
    answer = {"targets": [{"target": "Runway", "state": "accepted"}]}
    assert parse(answer, "text/html") == ()
    assert parse(answer, "") == ()
    assert len(parse(answer, "Application/JSON")) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"targets": {"Runway": "accepted"}},
        {"targets": None},
        {"targets": [{"target": "Runway", "state": "accepted"}], "note": "hi"},
        {"targets": [{"target": "Runway", "state": "accepted", "by": "U1"}]},
        {"targets": [{"target": "Runway"}]},
        {"targets": [{"target": 7, "state": "accepted"}]},
        {"targets": [{"target": "Runway", "state": "Accepted"}]},
        {"targets": [{"target": "", "state": "accepted"}]},
        {"targets": [{"target": "Runway", "state": "accepted", "external_id": "<!channel>"}]},
        {"targets": [{"target": f"t{n}", "state": "refused"} for n in range(TARGET_LIMIT + 1)]},
    ],
)
def test_a_wrong_answer_is_refused_as_a_whole_without_repeating_it(answer: object) -> None:
    with pytest.raises(AnswerRefused) as refused:
        parse(answer)
    assert "Runway" not in str(refused.value)
    assert "channel" not in str(refused.value)
