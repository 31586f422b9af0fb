"""A sealed round as people in Slack see it: the message, the ballot, what leaks before the close, and the reveal."""

import re

import pytest

from playground.control.client import Json, buttons_of, pictures_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

_TIMES = re.compile(r"<!date[^>]*>")


async def start_sealed_round(workspace: PracticeEnvironment, line: str) -> str:
    """A sealed round with its pictures in the thread, ready for ballots."""
    ts = await workspace.cast(f"{line} --ballot sealed --for 1h")
    await workspace.wait_for_button(ts, "paper")

    async def uploaded() -> bool:
        return sum(len(m.get("files", [])) for m in await workspace.control_client.thread(FILM, ts)) >= 5

    await workspace.control_client.wait_for(uploaded, "the pictures in the thread")
    return ts


async def open_ballot_form(workspace: PracticeEnvironment, ts: str, user: str) -> Json:
    return await workspace.open_modal(user, ts, "paper", "Candidate 1")


def slots_by_number(view: Json) -> dict[int, str]:
    """The slot each candidate's boxes stand for, in the order of the ballot."""
    labels = {b["label"]["text"]: b["block_id"] for b in view["blocks"] if b["type"] == "input"}
    found = ((label, block) for label, block in labels.items() if label.startswith("Candidate"))
    return {int(label.split()[1]): block.removeprefix("ticks ") for label, block in found}


def vote_values(view: Json, *numbers: int) -> dict[str, list[str]]:
    slots = slots_by_number(view)
    return {f"ticks {slots[n]}": ["human", "likeness"] for n in numbers}


async def test_sealed_vote_from_ballot_to_reveal(workspace: PracticeEnvironment) -> None:
    ts = await start_sealed_round(workspace, "Maya: a fisherwoman")
    message = await workspace.control_client.message(FILM, ts)
    assert "counts stay hidden until voting closes, also for the lead" in text_of(message)
    assert not {"lock", "vote:1"} & set(buttons_of(message))
    assert not message.get("reactions")
    view = await open_ballot_form(workspace, ts, DANIEL)
    assert len(pictures_of(view)) == 4
    slots = slots_by_number(view)
    sent = vote_values(view, 2) | {f"tells {slots[1]}": ["too_smooth", "eyes"]}
    assert (await workspace.control_client.submit(DANIEL, view["id"], sent))["ok"]
    assert "a vote for 2" in text_of(await workspace.wait_for_modal(DANIEL, "Ballot submitted"))
    view = await open_ballot_form(workspace, ts, MEI)
    await workspace.control_client.submit(MEI, view["id"], vote_values(view, 2, 3))
    await workspace.wait_for_text(ts, "2 people voted")
    await workspace.press(LENA, ts, "close")
    text = await workspace.wait_for_text(ts, "2 leads: 2 of 2 people voted for it")
    assert "too smooth 1" in text
    assert "looks human 2, right for Maya 2" in text
    await workspace.press(LENA, ts, "lock")
    assert "too smooth 1" in await workspace.wait_for_text(ts, "Maya is cast")


async def test_messages_before_the_close_do_not_depend_on_votes(workspace: PracticeEnvironment) -> None:
    ts, other = (
        await start_sealed_round(workspace, "Ines: a pilot"),
        await start_sealed_round(workspace, "Otto: a pilot"),
    )
    for round_ts, number in ((ts, 1), (other, 4)):
        for user in (DANIEL, MEI):
            view = await open_ballot_form(workspace, round_ts, user)
            await workspace.control_client.submit(user, view["id"], vote_values(view, number))
        await workspace.wait_for_text(round_ts, "2 people voted")
    texts = [_TIMES.sub("", text_of(await workspace.control_client.message(FILM, at))) for at in (ts, other)]
    assert texts[0].replace("Ines", "Otto") == texts[1], "one candidate leads here and another there"
    labels = [buttons_of(await workspace.control_client.message(FILM, at)) for at in (ts, other)]
    assert labels[0] == labels[1]


async def test_candidate_order_differs_by_user_but_numbers_do_not(workspace: PracticeEnvironment) -> None:
    ts = await start_sealed_round(workspace, "Sable: a spokesperson")
    views = {user: await open_ballot_form(workspace, ts, user) for user in (DANIEL, MEI, LENA)}
    orders = {tuple(slots_by_number(view)) for view in views.values()}
    assert len(orders) > 1
    assert len({frozenset(slots_by_number(view).items()) for view in views.values()}) == 1


async def test_ballot_can_be_changed_and_reports_unclear_answers(workspace: PracticeEnvironment) -> None:
    ts = await start_sealed_round(workspace, "Juno: a baker")
    view = await open_ballot_form(workspace, ts, DANIEL)
    answer = await workspace.control_client.submit(DANIEL, view["id"], {})
    assert (answer["error"], list(answer["errors"])) == ("invalid_input", ["none"])
    answer = await workspace.control_client.submit(DANIEL, view["id"], vote_values(view, 1) | {"none": ["none"]})
    assert "Untick one" in answer["errors"]["none"]
    nothing: dict[str, list[str]] = {block: [] for block in vote_values(view, 1)}
    assert (await workspace.control_client.submit(DANIEL, view["id"], nothing | {"none": ["none"]}))["ok"]
    again = await open_ballot_form(workspace, ts, DANIEL)
    element = next(b["element"] for b in again["blocks"] if b.get("block_id") == "none")
    assert [option["value"] for option in element["initial_options"]] == ["none"]
    await workspace.press(LENA, ts, "close")
    text = await workspace.wait_for_text(ts, "No portrait convinced")
    assert "1 person found no convincing" in text
    late = await workspace.control_client.submit(DANIEL, again["id"], vote_values(again, 1) | {"none": []})
    assert late["ok"], "the modal says it"
    assert "is closed" in text_of(await workspace.wait_for_modal(DANIEL, "closed"))


async def test_run_off_after_a_tie_hides_counts_and_keeps_numbers(workspace: PracticeEnvironment) -> None:
    ts = await start_sealed_round(workspace, "Vera: a captain")
    for user, number in ((DANIEL, 2), (MEI, 3)):
        view = await open_ballot_form(workspace, ts, user)
        await workspace.control_client.submit(user, view["id"], vote_values(view, number))
    await workspace.wait_for_text(ts, "2 people voted")
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_text(ts, "2 and 3 are tied with 1 vote each. Hold a run-off")
    await workspace.press(LENA, ts, "run_off")
    await workspace.wait_for_text(ts, "run-off: 2 or 3?")
    await workspace.wait_for_text(ts, "contact sheet for Vera, candidates 2 and 3")
    assert len(pictures_of(await workspace.control_client.message(FILM, ts))) == 1
    await workspace.control_client.react(MEI, FILM, ts, "two")
    await workspace.wait_for_ephemeral(MEI, "Reactions do not count in the run-off for Vera. Press 2 or 3")
    for user in (DANIEL, MEI):
        await workspace.press(user, ts, "choose:3")
        await workspace.wait_for_ephemeral(user, "Your choice for Vera is 3")
    text = await workspace.wait_for_text(ts, "2 people voted")
    assert "so this is not blind" in text
    buttons = buttons_of(await workspace.control_client.message(FILM, ts))
    assert (buttons["choose:2"], buttons["choose:3"], "lock" in buttons) == ("2", "3", False)
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_text(ts, "3 leads: 2 of 2 people voted for it")
    await workspace.press(LENA, ts, "lock")
    assert "First ballot: 2 had 1 vote, 3 had 1 vote." in await workspace.wait_for_text(ts, "Vera is cast")


async def test_reaction_in_a_sealed_round_is_answered_once_and_ignored(workspace: PracticeEnvironment) -> None:
    ts = await start_sealed_round(workspace, "Rafi: a diver")
    await workspace.control_client.react(MEI, FILM, ts, "one")
    answer = await workspace.wait_for_ephemeral(MEI, "reactions do not count")
    await workspace.control_client.react(MEI, FILM, ts, "two")
    view = await open_ballot_form(workspace, ts, DANIEL)
    await workspace.control_client.submit(DANIEL, view["id"], vote_values(view, 3))
    await workspace.wait_for_text(ts, "1 person voted")
    notes = [m for m in await workspace.control_client.ephemerals(MEI) if "reactions do not count" in text_of(m)]
    assert [m["ts"] for m in notes] == [answer["ts"]]
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_text(ts, "3 leads: 1 of 1 person voted for it")
