"""The history of a character: its events, pages and suggestions."""

import json

from bot.domain.face import Character
from bot.usecases.history import CharacterHistory
from bot.usecases.recall import RecallResult
from handlers.views.history import PAGE_SIZE, history
from tests.support.builders import (
    LEAD,
    PLACE,
    make_event,
    make_history,
    make_record,
)
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_harness import listener_harness
from tests.support.rendered_views import action_ids, blocks_json
from tests.support.slack_limits import iter_objects
from tests.support.slack_payloads import message_press, slash_command


def test_history_lists_events_newest_first() -> None:
    events = (
        make_event(0, kind="unlocked", version=1, detail="too young"),
        make_event(1, kind="decided", version=1, number=3),
        make_event(2, kind="voted", people=("U1", "U2"), count=2),
        make_event(3, kind="voted", people=(), count=3),
        make_event(4, kind="spent", count=4),
        make_event(5, kind="recast", detail="eyes"),
        make_event(6, kind="went_fishing", detail="with <@U9>"),
        make_event(7, lead="U3"),
    )
    view = history(make_history(*events), 0, {"r1": "https://x/1"})
    lines = [line.split(" · ", 1)[1] for line in view.blocks[2]["text"]["text"].splitlines()]
    assert lines == [
        "Version 1 unlocked by <@U0LEAD>: too young.",
        "Version 1 decided by <@U0LEAD>: candidate 3",
        "2 people voted: <@U1> and <@U2>",
        "3 people voted, sealed",
        "$0.20 spent by <@U0LEAD> for 4 pictures",
        "<https://x/1|Re-cast> by <@U0LEAD>: eyes · up to $0.20",
        "Went fishing by <@U0LEAD>: with &lt;@U9&gt;",
        "<https://x/1|Started> by <@U0LEAD>, led by <@U3> · up to $0.20",
    ]
    assert "1 face · $0.38 spent · version 1 is the face" in blocks_json(view)


def test_long_history_is_paged() -> None:
    events = tuple(make_event(n) for n in range(PAGE_SIZE + 5))
    first, last = (history(make_history(*events), page, {}) for page in (0, 1))
    assert "5 earlier" in blocks_json(first)
    assert [p["value"] for p in iter_objects(first) if p.get("action_id") == "earlier"] == ["c1 1"]
    assert blocks_json(last).count("Started") == 5
    assert "earlier" not in action_ids(last)


def test_history_of_an_ambiguous_name_offers_suggestions() -> None:
    found = RecallResult(
        "unsure", "Mara", (Character("c1", "Maya", PLACE, None, "r1"), Character("c2", "Mia", PLACE, None, "r2"))
    )
    assert action_ids(history(CharacterHistory(found), 0, {})) == ["history:1", "history:2"]
    assert "No one called Mara here" in blocks_json(history(CharacterHistory(RecallResult("nothing", "Mara")), 0, {}))


async def test_earlier_button_shows_the_next_history_page() -> None:
    character_history = make_history(*(make_event(n) for n in range(PAGE_SIZE + 2)))
    async with listener_harness(InMemoryRepositories(make_record()), history__get_by_id=character_history) as harness:
        await harness.send(message_press("earlier", "c1 1", is_ephemeral=True))
        (ephemeral,) = harness.slack.calls_to("chat.postEphemeral")
        assert json.dumps(ephemeral["blocks"]).count("Started") == 2
        assert harness.use_cases.calls[0] == ("history.get_by_id", "c1", LEAD, PLACE)


async def test_history_command_falls_back_to_recall_of_the_name() -> None:
    nothing = CharacterHistory(RecallResult("nothing", "teacher"))
    async with listener_harness(history__get_by_name=make_history(make_event(1))) as harness:
        await harness.send(slash_command("history Maya"))
        assert "Started" in json.dumps(harness.slack.calls_to("chat.postEphemeral"))
    found = make_history().recall_result
    async with listener_harness(
        history__get_by_name=nothing, recall__recall=found, recall__can_share_in=False
    ) as harness:
        await harness.send(slash_command("history teacher"))
        assert harness.use_cases.calls[1] == ("recall.recall", "history teacher", LEAD, PLACE)
        assert "Cast in" in json.dumps(harness.slack.calls_to("chat.postEphemeral"))
