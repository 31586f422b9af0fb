"""The versions of a face, two at a time."""

import json
from typing import Any

from handlers.views.history import versions
from tests.support.builders import (
    TITLES,
    make_face,
    make_record,
)
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_harness import listener_harness
from tests.support.slack_payloads import message_press


def test_versions_modal_compares_two_versions() -> None:
    first, second, third = (make_face(round_id=f"r{n}", version=n) for n in (1, 2, 3))
    files = {"r1": "F0ONEONEONE", "r3": None}
    modal = versions((third, second, first), (third, first), files, {"r3": "too young"}, TITLES)
    assert [b["block_id"] for b in modal["blocks"] if "accessory" in b] == ["version_left", "version_right"]
    assert not any(b["type"] == "input" for b in modal["blocks"]), "Slack takes inputs only above a submit button"
    assert [b["slack_file"]["id"] for b in modal["blocks"] if b["type"] == "image"] == ["F0ONEONEONE"]
    text = json.dumps(modal, ensure_ascii=False)
    assert text.index("*Version 1* · 3 of 4 votes") < text.index("*Version 3*") < text.index("Re-cast: too young.")
    assert "version_left" not in json.dumps(versions((second, first), (second, first), {}, {}, TITLES))


def test_two_versions_are_one_picture_with_each_large_on_request() -> None:
    first, second = (make_face(round_id=f"r{n}", version=n) for n in (1, 2))
    files = {"r1": "F0ONEONEONE", "r2": "F0TWOTWOTWO"}
    modal = versions((second, first), (second, first), files, {}, TITLES, "F0BOTHBOTH")
    assert [b["slack_file"]["id"] for b in modal["blocks"] if b["type"] == "image"] == ["F0BOTHBOTH"]
    menu = next(b for b in modal["blocks"] if b.get("block_id") == "version_large:1:2")
    assert [option["text"]["text"] for option in menu["accessory"]["options"]] == ["Version 1", "Version 2"]
    large = versions((second, first), (second, first), files, {}, TITLES, "F0BOTHBOTH", ("r2",))
    shown = [b["slack_file"]["id"] for b in large["blocks"] if b["type"] == "image"]
    assert shown == ["F0BOTHBOTH", "F0TWOTWOTWO"]


THREE_VERSIONS = tuple(make_face(round_id=f"r{n}", version=n) for n in (3, 2, 1))


def version_choice(left: str, right: str, team: str = "T1") -> dict[str, Any]:
    chosen = {"version_left": left, "version_right": right}
    values = {name: {name: {"selected_option": {"value": value}}} for name, value in chosen.items()}
    view = {"id": "V7", "type": "modal", "hash": "h1", "private_metadata": "r3", "state": {"values": values}}
    action = {"action_id": "version_left", "block_id": "version_left", "selected_option": {"value": left}}
    user = {"id": "U0MEI", "team_id": team}
    return {"type": "block_actions", "team": {"id": team}, "user": user, "view": view, "actions": [action]}


async def test_choosing_versions_updates_the_modal() -> None:
    rounds = [make_record(id=f"r{n}") for n in (1, 2, 3)]
    async with listener_harness(
        InMemoryRepositories(*rounds), recall__list_versions=THREE_VERSIONS, recall__get_recast_reason=""
    ) as harness:
        await harness.send(message_press("versions", "r3", person="U0MEI"))
        (opened,) = harness.slack.calls_to("views.open")
        text = json.dumps(opened)
        assert "*Version 2*" in text
        assert "*Version 3*" in text
        assert "*Version 1*" not in text
        await harness.send(version_choice("r1", "r3"))
        (updated,) = harness.slack.calls_to("views.update")
        assert (updated["view_id"], updated["hash"]) == ("V7", "h1")
        text = json.dumps(updated["view"])
        assert text.index("*Version 1*") < text.index("*Version 3*")
        await harness.send(version_choice("r1", "r3", team="T2"))
        assert len(harness.slack.calls_to("views.update")) == 1, "an action of another workspace is ignored"


async def test_missing_version_picture_is_uploaded_again() -> None:
    rounds = [make_record(id=f"r{n}") for n in (2, 3)]
    results = {
        "recall__list_versions": THREE_VERSIONS[:2],
        "recall__get_recast_reason": "",
        "recall__reupload_portrait": "F0BROUGHTAGAIN",
    }
    async with listener_harness(InMemoryRepositories(*rounds), **results) as harness:
        harness.slack.replies["files.info"] = [{"error": "file_deleted"}]
        await harness.send(message_press("versions", "r3"))
        assert json.dumps(harness.slack.calls_to("views.open")).count("F0BROUGHTAGAIN") == 2
