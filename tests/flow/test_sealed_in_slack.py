"""A sealed round as people in Slack see it: the message, the ballot, what leaks before the close, and the reveal."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import Json, buttons_of, pictures_of, text_of
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house

_TIMES = re.compile(r"<!date[^>]*>")

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


async def sealed(film: House, line: str) -> str:
    """A sealed round with its pictures in the thread, ready for ballots."""
    ts = await film.cast(f"{line} --ballot sealed --for 1h")
    await film.shows(ts, "paper")

    async def hung() -> bool:
        return sum(len(m.get("files", [])) for m in await film.door.thread(FILM, ts)) >= 5

    await film.door.until(hung, "the pictures in the thread")
    return ts


async def paper(film: House, ts: str, user: str) -> Json:
    return await film.opens(user, ts, "paper", "Candidate 1")


def asked_in(view: Json) -> dict[int, str]:
    """The slot each candidate's boxes stand for, in the order of the ballot."""
    labels = {b["label"]["text"]: b["block_id"] for b in view["blocks"] if b["type"] == "input"}
    found = ((label, block) for label, block in labels.items() if label.startswith("Candidate"))
    return {int(label.split()[1]): block.removeprefix("ticks ") for label, block in found}


def votes_for(view: Json, *numbers: int) -> dict[str, list[str]]:
    slots = asked_in(view)
    return {f"ticks {slots[n]}": ["human", "likeness"] for n in numbers}


async def test_a_sealed_vote_from_the_ballot_to_the_reveal(film: House) -> None:
    ts = await sealed(film, "Maya: a fisherwoman")
    message = await film.door.message(FILM, ts)
    assert "nobody, the lead included, sees a count before the close" in text_of(message)
    assert not {"lock", "vote:1"} & set(buttons_of(message))
    assert not message.get("reactions")
    view = await paper(film, ts, DANIEL)
    assert len(pictures_of(view)) == 4
    slots = asked_in(view)
    sent = votes_for(view, 2) | {f"tells {slots[1]}": ["too_smooth", "eyes"]}
    assert (await film.door.submit(DANIEL, view["id"], sent))["ok"]
    assert "a vote for 2" in text_of(await film.dialog(DANIEL, "is in"))
    view = await paper(film, ts, MEI)
    await film.door.submit(MEI, view["id"], votes_for(view, 2, 3))
    await film.reads(ts, "2 people voted")
    await film.press(LENA, ts, "close")
    told = await film.reads(ts, "2 leads: 2 of 2 people voted for it")
    assert "too smooth 1" in told
    assert "reads human 2, as Maya 2" in told
    await film.press(LENA, ts, "lock")
    assert "too smooth 1" in await film.reads(ts, "Maya is cast")


async def test_nothing_that_anybody_is_sent_before_the_close_tells_how_people_voted(film: House) -> None:
    ts, other = await sealed(film, "Ines: a pilot"), await sealed(film, "Otto: a pilot")
    for round_, number in ((ts, 1), (other, 4)):
        for user in (DANIEL, MEI):
            view = await paper(film, round_, user)
            await film.door.submit(user, view["id"], votes_for(view, number))
        await film.reads(round_, "2 people voted")
    said = [_TIMES.sub("", text_of(await film.door.message(FILM, at))) for at in (ts, other)]
    assert said[0].replace("Ines", "Otto") == said[1], "one candidate leads here and another there"
    labels = [buttons_of(await film.door.message(FILM, at)) for at in (ts, other)]
    assert labels[0] == labels[1]


async def test_orders_differ_by_person_and_numbers_do_not(film: House) -> None:
    ts = await sealed(film, "Sable: a spokesperson")
    views = {user: await paper(film, ts, user) for user in (DANIEL, MEI, LENA)}
    orders = {tuple(asked_in(view)) for view in views.values()}
    assert len(orders) > 1
    assert len({frozenset(asked_in(view).items()) for view in views.values()}) == 1


async def test_a_ballot_can_be_changed_and_says_what_is_unclear(film: House) -> None:
    ts = await sealed(film, "Juno: a baker")
    view = await paper(film, ts, DANIEL)
    answer = await film.door.submit(DANIEL, view["id"], {})
    assert (answer["error"], list(answer["errors"])) == ("invalid_input", ["none"])
    answer = await film.door.submit(DANIEL, view["id"], votes_for(view, 1) | {"none": ["none"]})
    assert "Untick this" in answer["errors"]["none"]
    nothing: dict[str, list[str]] = {block: [] for block in votes_for(view, 1)}
    assert (await film.door.submit(DANIEL, view["id"], nothing | {"none": ["none"]}))["ok"]
    again = await paper(film, ts, DANIEL)
    held = next(b["element"] for b in again["blocks"] if b.get("block_id") == "none")
    assert [option["value"] for option in held["initial_options"]] == ["none"]
    await film.press(LENA, ts, "close")
    told = await film.reads(ts, "Nothing here reads human and right")
    assert "1 person found nobody" in told
    late = await film.door.submit(DANIEL, again["id"], votes_for(again, 1) | {"none": []})
    assert late["ok"], "the modal says it"
    assert "is closed" in text_of(await film.dialog(DANIEL, "closed"))


async def test_a_tie_is_run_off_under_the_old_numbers_without_a_count_before_its_close(film: House) -> None:
    ts = await sealed(film, "Vera: a captain")
    for user, number in ((DANIEL, 2), (MEI, 3)):
        view = await paper(film, ts, user)
        await film.door.submit(user, view["id"], votes_for(view, number))
    await film.reads(ts, "2 people voted")
    await film.press(LENA, ts, "close")
    await film.reads(ts, "2 and 3 are level with 1 vote each. A run-off can tell")
    await film.press(LENA, ts, "run_off")
    await film.reads(ts, "run-off: 2 or 3?")
    for user in (DANIEL, MEI):
        await film.press(user, ts, "choose:3")
        await film.told(user, "Your choice for Vera is 3")
    told = await film.reads(ts, "2 people voted")
    assert "so this is not blind" in told
    buttons = buttons_of(await film.door.message(FILM, ts))
    assert (buttons["choose:2"], buttons["choose:3"], "lock" in buttons) == ("2", "3", False)
    await film.press(LENA, ts, "close")
    await film.reads(ts, "3 leads: 2 of 2 people voted for it")
    await film.press(LENA, ts, "lock")
    assert "First ballot: 2 had 1 vote, 3 had 1 vote." in await film.reads(ts, "Vera is cast")


async def test_a_reaction_is_answered_once_and_counts_nothing(film: House) -> None:
    ts = await sealed(film, "Rafi: a diver")
    await film.door.react(MEI, FILM, ts, "one")
    told = await film.told(MEI, "reactions do not count")
    await film.door.react(MEI, FILM, ts, "two")
    view = await paper(film, ts, DANIEL)
    await film.door.submit(DANIEL, view["id"], votes_for(view, 3))
    await film.reads(ts, "1 person voted")
    notes = [m for m in await film.door.private(MEI) if "reactions do not count" in text_of(m)]
    assert [m["ts"] for m in notes] == [told["ts"]]
    await film.press(LENA, ts, "close")
    await film.reads(ts, "3 leads: 1 of 1 person voted for it")
