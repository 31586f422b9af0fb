"""The record after its lock, the form of a re-cast, versions and histories, as Slack takes them."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.ballot import Answers, Tally, Tell
from bot.brief import NAME_LIMIT, REASON_LIMIT, TEXT_LIMIT, Brief, Secrecy
from bot.errors import AlreadyCasting, Barred, BriefError, Dearer, NotYours, OverBudget, RoundClosed
from bot.face import Character, Face, Release
from bot.history import Event, Told
from bot.recall import Recalled
from bot.recasting import Done, How, Offer, Wanting
from bot.round import RECAST, Round, State
from handlers.blocks.history import PAGE, history, versions
from handlers.blocks.recall import Sight, recalled
from handlers.blocks.recasting import form
from handlers.blocks.rounds import message
from handlers.blocks.shown import Shown
from handlers.blocks.view import View
from handlers.payloads import Filled
from handlers.recast import wanting_from
from tests.unit.handlers.envelopes import command, press
from tests.unit.handlers.limits import parts, problems
from tests.unit.handlers.memory import Memory
from tests.unit.handlers.play import a_play
from tests.unit.handlers.stories import (
    HOSTILE,
    LEAD,
    NOW,
    PLACE,
    TITLES,
    a_face,
    closed,
    shown,
    voting,
)

GONE = Release("U2", NOW + timedelta(days=1), "too young for act three")
VOTES = {1: 3, 2: 0, 3: 1, 4: 2}


def locked(**changes: object) -> Round:
    return closed(
        VOTES, 4, **{"state": State.LOCKED, "locked_slot": "r1-0", "record_file": "F0RECORDRECORD", **changes}
    )


def words(view: View) -> str:
    return json.dumps(view.blocks, ensure_ascii=False)


def actions(view: View) -> list[str]:
    return [each["action_id"] for block in view.blocks if block["type"] == "actions" for each in block["elements"]]


def record(face: Face, **changes: Any) -> View:
    return message(replace(shown(locked(), face=face), **changes))


def test_a_sealed_record_tells_what_gave_the_faces_away() -> None:
    answers = Answers({1: 4, 4: 2}, {1: 3, 4: 2}, {1: {Tell.EYES: 1}, 4: {Tell.TOO_SMOOTH: 2}}, 0)
    brief = Brief("Maya", "a fisherwoman", ballot=Secrecy.SEALED)
    said = words(message(shown(locked(brief=brief, tally=Tally(VOTES, 4, answers)), face=a_face(tally=VOTES))))
    assert "reads human 4, as Maya 3 · eyes 1" in said
    assert "On hold: *4* · Lumen Two · 2 votes · $0.04\\nreads human 2, as Maya 2 · too smooth 2" in said


def test_a_face_the_lead_decided_has_nobody_on_hold() -> None:
    view = message(shown(locked(locked_slot="r1-2"), face=a_face(number=3, decided_by_lead=True)))
    assert "On hold" not in words(view)


def test_a_record_offers_what_can_still_be_done_with_its_face() -> None:
    first = a_face()
    second = a_face(round_id="r2", version=2)
    assert actions(record(first)) == ["full", "facts", "take", "recast_face"]
    assert actions(record(first, present=second, versions=2)) == ["full", "facts", "take", "versions"]
    gone = replace(first, released=GONE)
    assert actions(record(gone, present=None)) == ["full", "facts", "take", "recast_face"]
    assert actions(record(gone, present=second, versions=2)) == ["full", "facts", "take", "versions"]


def test_an_unlocked_record_says_who_when_why_and_who_is_the_face_now() -> None:
    gone = replace(a_face(version=2), released=GONE)
    said = words(record(gone, present=None))
    assert "Unlocked by <@U2> on <!date^" in said
    assert "too young for act three. Maya has no face now." in said
    assert "Maya is cast" not in said
    before = a_face(round_id="r0", version=1)
    said = words(record(gone, present=before, links={"r0": "https://x/1"}))
    assert "<https://x/1|Version 1> is Maya's face again." in said


def test_an_open_recast_says_why_and_what_stays() -> None:
    round_ = voting(origin=RECAST, parent="r0", because="too young <!channel>")
    before = a_face(round_id="r0")
    view = message(replace(shown(round_), before=before, links={"r0": "https://x/1"}))
    assert "Re-cast: too young &lt;!channel&gt; · <https://x/1|version 1> stays until another face" in words(view)
    view = message(replace(shown(round_), before=replace(before, released=GONE)))
    assert "version 1 was unlocked" in words(view)


def test_no_closed_door_is_asked_about_twice_for_an_ordinary_round() -> None:
    assert "Re-cast" not in words(message(Shown(voting(), Tally({}, 0), TITLES)))


def offered(**changes: Any) -> Offer:
    offer = Offer(locked(), a_face(), tuple(How), Decimal("0.20"))
    return replace(offer, **changes)


def test_the_form_has_a_reason_the_brief_and_three_ways_with_their_prices() -> None:
    modal = form(offered(), "17")
    assert modal["private_metadata"] == "r1 17 0.20"
    fields = {b["block_id"]: b for b in modal["blocks"] if b["type"] == "input"}
    assert list(fields) == ["how", "reason", "brief"]
    ways = [o["text"]["text"] for o in fields["how"]["element"]["options"]]
    assert ways == [
        "Keep it until a new one is locked (up to $0.20)",
        "Unlock it now, and re-cast (up to $0.20)",
        "Unlock it, and that is all ($0)",
    ]
    assert fields["brief"]["element"]["initial_value"] == locked().brief.text
    assert not fields["reason"]["optional"]


def test_where_no_round_can_be_opened_the_form_says_why_and_unlocks() -> None:
    refused = OverBudget("day", Decimal("0.20"), Decimal(1), Decimal("0.10"))
    modal = form(offered(ways=(How.ONLY_UNLOCK,), price=None, refused=refused), "17")
    assert [b["block_id"] for b in modal["blocks"] if b["type"] == "input"] == ["reason"]
    assert "of today's $1.00 there is $0.10 left" in json.dumps(modal)
    assert "Version 1 can be unlocked all the same." in json.dumps(modal)
    assert modal["submit"]["text"] == "Unlock"


@pytest.mark.parametrize(
    ("carried", "chosen", "how", "agreed"),
    [
        ("r1 17 0.20", {"how": ("unlock",), "reason": ("x",), "brief": ("y",)}, How.UNLOCK, "0.20"),
        ("r1 17 0.20", {"reason": ("x",), "brief": ("y",)}, How.KEEP, "0.20"),
        ("r1 17 -", {"reason": ("x",)}, How.ONLY_UNLOCK, "0"),
    ],
)
def test_a_form_comes_back_as_what_somebody_wants(
    carried: str, chosen: dict[str, tuple[str, ...]], how: How, agreed: str
) -> None:
    filled, wanting = wanting_from(Filled(PLACE, "U1", carried, chosen))
    assert (filled.id, wanting.round_id, wanting.key) == ("r1", "r1", "17")
    assert (wanting.how, wanting.agreed, wanting.reason) == (how, Decimal(agreed), "x")
    assert wanting.text == ("y" if "brief" in chosen else None)


def happened(ago: int, **changes: Any) -> Event:
    event = Event("started", NOW - timedelta(hours=ago), PLACE, "r1", (LEAD,), usd=Decimal("0.20"))
    return replace(event, **changes)


def tells(*events: Event, **changes: Any) -> Told:
    character = Character("c1", "Maya", PLACE, a_face(), None)
    found = Recalled("face", "Maya", (character,), (a_face(),))
    return Told(replace(found, **changes), events, 1, Decimal("0.38"))


def test_a_history_reads_newest_first_in_plain_sentences() -> None:
    events = (
        happened(0, kind="unlocked", version=1, note="too young"),
        happened(1, kind="decided", version=1, number=3),
        happened(2, kind="voted", people=("U1", "U2"), count=2),
        happened(3, kind="voted", people=(), count=3),
        happened(4, kind="spent", count=4),
        happened(5, kind="recast", note="eyes"),
        happened(6, kind="went_fishing", note="with <@U9>"),
        happened(7, lead="U3"),
    )
    view = history(tells(*events), 0, {"r1": "https://x/1"})
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
    assert "1 face · $0.38 spent · version 1 is the face" in words(view)


def test_a_long_history_comes_in_pages() -> None:
    events = tuple(happened(n) for n in range(PAGE + 5))
    first, last = (history(tells(*events), page, {}) for page in (0, 1))
    assert "and 5 more before" in words(first)
    assert [p["value"] for p in parts(first) if p.get("action_id") == "earlier"] == ["c1 1"]
    assert words(last).count("Started") == 5
    assert "earlier" not in actions(last)


def test_whom_a_name_may_mean_is_asked_for_the_history_too() -> None:
    found = Recalled(
        "unsure", "Mara", (Character("c1", "Maya", PLACE, None, "r1"), Character("c2", "Mia", PLACE, None, "r2"))
    )
    assert actions(history(Told(found), 0, {})) == ["history:1", "history:2"]
    assert "No Mara here" in words(history(Told(Recalled("nothing", "Mara")), 0, {}))


def test_two_versions_stand_one_above_the_other_and_of_more_two_are_picked() -> None:
    first, second, third = (a_face(round_id=f"r{n}", version=n) for n in (1, 2, 3))
    files = {"r1": "F0ONEONEONE", "r3": None}
    modal = versions((third, second, first), (third, first), files, {"r3": "too young"}, TITLES)
    assert [b["block_id"] for b in modal["blocks"] if b["type"] == "input"] == ["version_left", "version_right"]
    assert [b["slack_file"]["id"] for b in modal["blocks"] if b["type"] == "image"] == ["F0ONEONEONE"]
    said = json.dumps(modal, ensure_ascii=False)
    assert said.index("*Version 1* · 3 of 4 votes") < said.index("*Version 3*") < said.index("Re-cast: too young.")
    assert "version_left" not in json.dumps(versions((second, first), (second, first), {}, {}, TITLES))


def test_at_their_fullest_all_of_it_is_within_slacks_limits() -> None:
    name, reason = (HOSTILE * 2)[:NAME_LIMIT], (HOSTILE * 9)[:REASON_LIMIT]
    face = a_face(name, HOSTILE, released=replace(GONE, reason=reason))
    other = a_face(name, HOSTILE, round_id="r0", version=2)
    round_ = locked(name=name, because=reason)
    links = {"r0": "https://harbour.slack.com/archives/C1/p1764000000000100"}
    views = [
        message(replace(shown(round_, face=face), present=other, before=other, versions=9, links=links)),
        message(replace(shown(voting(because=reason)), before=other, links=links)),
        history(tells(*(happened(n, kind="recast", note=reason) for n in range(60))), 0, {"r1": links["r0"]}),
        recalled(
            Recalled("unlocked", name, (Character("c1", name, PLACE, None, None, former=face),), (face, other)),
            Sight(),
            TITLES,
            share=False,
        ),
    ]
    for view in views:
        assert problems(view) == []
        marked = [part["text"] for part in parts(view) if part.get("type") == "mrkdwn"]
        assert "<!channel>" not in " ".join([view.text, *marked])
    for modal in (
        form(offered(face=face, round=round_), "17", reason, "x" * TEXT_LIMIT),
        versions((other, face), (other, face), {}, {}, TITLES),
    ):
        assert problems(View("x", tuple(modal["blocks"])), most_text=None) == []
        assert len(modal["title"]["text"]) <= 24


# The listeners.


def sent(carried: str = "r1 17 0.20", team: str = "T1", **fields: str) -> dict[str, Any]:
    values: dict[str, Any] = {name: {"chosen": {"value": text}} for name, text in fields.items() if name != "how"}
    if "how" in fields:
        values |= {"how": {"chosen": {"selected_option": {"value": fields["how"]}}}}
    view: dict[str, Any] = {"id": "V1", "type": "modal", "callback_id": "recast_face", "private_metadata": carried}
    view |= {"state": {"values": values}}
    return {"type": "view_submission", "team": {"id": team}, "user": {"id": LEAD, "team_id": team}, "view": view}


def answered(response: Any) -> dict[str, Any]:
    return dict(json.loads(response.body)) if response.body else {}


FORM = {"how": "keep", "reason": "too young", "brief": "a fisherwoman"}


async def test_a_press_opens_the_form_and_somebody_elses_is_answered_privately() -> None:
    async with a_play(Memory(locked()), recasting__offer=offered()) as play:
        await play.send(press("recast_face", "r1"))
        (opened,) = [call for call in play.slack.calls if call[0] == "views.open"]
        assert "Re-cast Maya" in json.dumps(opened)
    async with a_play(Memory(locked()), recasting__offer=NotYours("recast_face", LEAD)) as play:
        await play.send(press("recast_face", "r1", person="U0MEI"))
        assert "Only <@U0LEAD> can re-cast or unlock this face." in json.dumps(play.slack.responses)


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (BriefError("reason", "missing"), "reason"),
        (BriefError("brief", "control"), "brief"),
        (OverBudget("day", Decimal("0.20"), Decimal(1), Decimal(0)), "how"),
        (AlreadyCasting("Maya", "r2"), "how"),
        (Barred("spend", ("U9",)), "how"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(error: Exception, field: str) -> None:
    async with a_play(Memory(locked()), recasting__do=error) as play:
        answer = answered(await play.send(sent(**FORM)))
        assert (answer["response_action"], list(answer["errors"])) == ("errors", [field])
        assert "recasting.show" not in [deed[0] for deed in play.script.asked]


async def test_a_price_that_rose_is_asked_about_with_everything_as_it_was_typed() -> None:
    async with a_play(
        Memory(locked()), recasting__do=Dearer(Decimal("0.30"), Decimal("0.20")), recasting__offer=offered()
    ) as play:
        answer = answered(await play.send(sent(**FORM | {"how": "unlock"})))
        assert answer["response_action"] == "update"
        modal = answer["view"]
        assert modal["private_metadata"] == "r1 17 0.30"
        said = json.dumps(modal)
        assert "the price is up to $0.30 now" in said
        assert '"initial_value": "too young"' in said
        assert (
            '"initial_option": {"text": {"type": "plain_text", "text": "Unlock it now, and re-cast (up to $0.30)"'
            in said
        )


async def test_a_face_that_went_meanwhile_is_told_in_place_of_the_form() -> None:
    error = RoundClosed("unlock", "unlocked", "Maya")
    async with a_play(Memory(locked()), recasting__do=error) as play:
        answer = answered(await play.send(sent(**FORM)))
        assert "This version of Maya was unlocked already." in json.dumps(answer["view"])


async def test_what_was_saved_is_shown_after_the_ack() -> None:
    done = Done(a_face(), None)
    async with a_play(Memory(locked()), recasting__do=done) as play:
        assert answered(await play.send(sent(**FORM))) == {}
        wanted = Wanting("r1", LEAD, How.KEEP, "too young", "a fisherwoman", "17", Decimal("0.20"))
        assert play.script.asked == [("recasting.do", wanted), ("recasting.show", done)]


async def test_a_form_of_another_workspace_is_gone() -> None:
    async with a_play(Memory(locked()), recasting__do=Done(a_face(), None)) as play:
        await play.send(sent(team="T2", **FORM))
        assert play.script.asked == []


THREE = tuple(a_face(round_id=f"r{n}", version=n) for n in (3, 2, 1))


def picked(left: str, right: str, team: str = "T1") -> dict[str, Any]:
    chosen = {"version_left": left, "version_right": right}
    values = {name: {name: {"selected_option": {"value": value}}} for name, value in chosen.items()}
    view = {"id": "V7", "hash": "h1", "private_metadata": "r3", "state": {"values": values}}
    action = {"action_id": "version_left", "block_id": "version_left", "selected_option": {"value": left}}
    user = {"id": "U0MEI", "team_id": team}
    return {"type": "block_actions", "team": {"id": team}, "user": user, "view": view, "actions": [action]}


async def test_other_versions_picked_take_the_place_of_the_two_that_were_shown() -> None:
    rounds = [locked(id=f"r{n}") for n in (1, 2, 3)]
    async with a_play(Memory(*rounds), recall__versions=THREE, recall__because="") as play:
        await play.send(press("versions", "r3", person="U0MEI"))
        (opened,) = play.slack.called("views.open")
        said = json.dumps(opened)
        assert "*Version 2*" in said
        assert "*Version 3*" in said
        assert "*Version 1*" not in said
        await play.send(picked("r1", "r3"))
        (updated,) = play.slack.called("views.update")
        assert (updated["view_id"], updated["hash"]) == ("V7", "h1")
        said = json.dumps(updated["view"])
        assert said.index("*Version 1*") < said.index("*Version 3*")
        await play.send(picked("r1", "r3", team="T2"))
        assert len(play.slack.called("views.update")) == 1, "another workspace's press finds nothing"


async def test_a_version_whose_picture_slack_lost_is_brought_again() -> None:
    rounds = [locked(id=f"r{n}") for n in (2, 3)]
    answers = {"recall__versions": THREE[:2], "recall__because": "", "recall__hang_again": "F0BROUGHTAGAIN"}
    async with a_play(Memory(*rounds), **answers) as play:
        play.slack.says["files.info"] = [{"error": "file_deleted"}]
        await play.send(press("versions", "r3"))
        assert json.dumps(play.slack.called("views.open")).count("F0BROUGHTAGAIN") == 2


async def test_a_press_brings_an_earlier_page_of_a_history() -> None:
    told = tells(*(happened(n) for n in range(PAGE + 2)))
    async with a_play(Memory(locked()), history__of=told) as play:
        await play.send(press("earlier", "c1 1", is_ephemeral=True))
        (whispered,) = play.slack.called("chat.postEphemeral")
        assert json.dumps(whispered["blocks"]).count("Started") == 2
        assert play.script.asked[0] == ("history.of", "c1", LEAD, PLACE)


async def test_a_history_typed_is_answered_privately_and_a_name_that_begins_so_is_recalled() -> None:
    nothing = Told(Recalled("nothing", "teacher"))
    async with a_play(history__named=tells(happened(1))) as play:
        await play.send(command("history Maya"))
        assert "Started" in json.dumps(play.slack.called("chat.postEphemeral"))
    found = tells().found
    async with a_play(history__named=nothing, recall__recall=found, recall__visible_answer=False) as play:
        await play.send(command("history teacher"))
        assert play.script.asked[1] == ("recall.recall", "history teacher", LEAD, PLACE)
        assert "Cast in" in json.dumps(play.slack.called("chat.postEphemeral"))
