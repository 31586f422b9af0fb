"""Every fault a model can have: what the team reads while it votes, what after the close, and what the vendor bills."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.catalogue import ModelFacts
from playground.door import Json, text_of
from providers.registry import MODELS
from tests.flow.house import LENA, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")

FREE, MAYBE, PAID = "Nothing was charged for it.", "It may have been charged: up to $", "It was charged all the same"


@dataclass(frozen=True)
class Fate:
    """What is told of a fault, whether it cost something, and how often the model is asked."""

    words: str
    charge: str
    asked: int = 1


NO_PICTURE, FAILED = "sent something that is not a usable picture", "failed on its side"
MISSES = {
    "refusal": Fate("declined the brief", FREE),
    "rate_limit": Fate("had too many requests at once", FREE, asked=2),
    "no_money": Fate("has no credit left; whoever runs Castroom can top it up", FREE),
    "bad_key": Fate("did not take our key; whoever runs Castroom can renew it", FREE),
    "retired": Fate("is no longer served; whoever runs Castroom can name its successor", FREE),
    "bad_request": Fate("did not understand what we sent", FREE),
    "error_500": Fate(FAILED, MAYBE),
    "error_503": Fate(FAILED, FREE, asked=3),
    "redirect": Fate(FAILED, FREE),
    "cut_before": Fate(FAILED, MAYBE),
    "cut_during": Fate(FAILED, MAYBE),
    "cut_after": Fate(FAILED, MAYBE),
    "no_image": Fate(NO_PICTURE, MAYBE),
    "html": Fate(NO_PICTURE, MAYBE),
    "truncated": Fate(NO_PICTURE, PAID),
    "broken_base64": Fate(NO_PICTURE, PAID),
    "not_an_image": Fate(NO_PICTURE, PAID),
    "enormous": Fate(NO_PICTURE, PAID),
}
LATE = {"drip", "hang"}
NO_HARM = {"latency", "wrong_type"}
# Seven slots to a round, one of them sound.
PLAYED = {
    "recraft",
    "recraft-pro",
    "gpt-image-2",
    "gpt-image-2.5",
    "gpt-image-2.5-sunburst",
    "nano-banana",
    "nano-banana-pro",
}
SOUND, PRO, *OTHERS = (m for m in MODELS if m.name in PLAYED)
FAULTY = (*OTHERS, PRO)


@dataclass(frozen=True)
class Told:
    """What people read of one fault, and what the vendor wrote down."""

    model: ModelFacts
    blind: str
    named: str
    calls: list[Json]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film"), PATIENCE_SECONDS="6") as opened:
        await opened.at_ease()
        yield opened
        await opened.kill()  # a bot asked kindly would wait some seconds for the model that hangs


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(film: House) -> dict[str, Told]:
    """Every fault that ends in a miss, six to a round."""
    found: dict[str, Told] = {}
    for first in range(0, len(MISSES), len(FAULTY)):
        found |= await play(film, dict(zip([*MISSES][first:], FAULTY, strict=False)))
    return found


async def play(film: House, faults: dict[str, ModelFacts]) -> dict[str, Told]:
    for kind, model in faults.items():
        await strike(film, model, kind)
    ts = await film.cast(line(f"With {' '.join(faults)}", *faults.values()))
    voting = text_of(await film.ballot(ts))
    await film.press(LENA, ts, "close")
    closed = await film.reads(ts, "voting is closed")
    for model in faults.values():
        await strike(film, model, "none")
    return {kind: await told_of(film, kind, model, voting, closed) for kind, model in faults.items()}


async def strike(film: House, model: ModelFacts, kind: str, times: int = 0, seconds: float = 1) -> None:
    answer = await film.door.post(f"models/{model.wire_id}/faults", {"kind": kind, "times": times, "seconds": seconds})
    assert answer["ok"], answer


def line(name: str, *models: ModelFacts) -> str:
    return f"{name[:80]}: a signalman --each 1 --models {','.join(m.name for m in (SOUND, *models))}"


async def told_of(film: House, kind: str, model: ModelFacts, voting: str, closed: str) -> Told:
    """A miss stands in the same place before and after the close."""
    named = next(text for text in closed.splitlines() if text.startswith("Missing") and f"{model.title} " in text)
    place = named.partition(":")[0]
    blind = next(text for text in voting.splitlines() if text.startswith(f"{place}:"))
    calls = (await film.door.get("bill", model=model.wire_id))["calls"]
    return Told(model, blind, named, [c for c in calls if c["fault"] == kind])


async def test_every_fault_the_practice_models_know_is_here(film: House) -> None:
    known = (await film.door.get("models"))["kinds"]
    assert {*MISSES, *LATE, *NO_HARM, "none"} == {*known}


@pytest.mark.parametrize("kind", MISSES)
async def test_while_people_vote_a_fault_is_told_without_its_model(told: dict[str, Told], kind: str) -> None:
    blind = told[kind].blind
    assert MISSES[kind].words in blind
    assert MISSES[kind].charge in blind
    assert " a model " in f"{blind} "
    assert not any(word in blind.lower() for word in ("recraft", "gpt", "openai", "banana", "gemini", "google"))


@pytest.mark.parametrize("kind", MISSES)
async def test_after_the_close_the_same_fault_names_its_model(told: dict[str, Told], kind: str) -> None:
    assert MISSES[kind].words in told[kind].named
    assert MISSES[kind].charge in told[kind].named
    assert told[kind].model.title in told[kind].named


@pytest.mark.parametrize("kind", MISSES)
async def test_a_fault_is_told_as_the_vendor_bills_it_and_never_paid_twice(told: dict[str, Told], kind: str) -> None:
    calls = told[kind].calls
    charged = [c for c in calls if c["charged"]]
    assert len(calls) == MISSES[kind].asked
    assert len(charged) <= 1
    if MISSES[kind].charge == FREE:
        assert not charged, "nobody is told that a portrait was free which was not"
    if MISSES[kind].charge == PAID:
        assert charged


async def test_what_a_filter_flagged_is_told_after_the_close_only(told: dict[str, Told]) -> None:
    assert "flagged" not in told["refusal"].blind
    assert "its filter flagged “violence”" in told["refusal"].named


async def test_a_short_wait_a_vendor_asks_for_is_waited_out_in_sight_of_everybody(film: House) -> None:
    model = FAULTY[0]
    await strike(film, model, "rate_limit", times=1, seconds=3)
    ts = await film.cast(line("Patience", model))
    await film.reads(ts, "A model asks for patience; it is asked again")
    voting = text_of(await film.ballot(ts))
    assert "missing" not in voting.lower()
    calls = (await film.door.get("bill", model=model.wire_id))["calls"][-2:]
    assert [(c["fault"], c["charged"]) for c in calls] == [("rate_limit", False), (None, True)]


async def test_models_that_come_late_or_never_do_not_hold_up_the_vote(film: House) -> None:
    dripping, hanging, slow, mistaken = FAULTY[:4]
    await strike(film, dripping, "drip", seconds=160)
    await strike(film, hanging, "hang")
    await strike(film, slow, "latency")
    await strike(film, mistaken, "wrong_type")
    ts = await film.cast(line("Late", dripping, hanging, slow, mistaken))
    message = await film.ballot(ts)
    assert "2 still being drawn" in text_of(message)
    assert "issing" not in text_of(message), "slow or mislabelled, a portrait is a portrait"
    await film.reads(ts, "1 portrait came too late for this ballot and can be taken after the close")
    await film.press(LENA, ts, "close")
    closed = await film.reads(ts, "voting is closed")
    assert closed.count(" · 0 votes") == 3
    assert closed.count(" · came after the vote") == 1, "nobody could vote for it, which is not the same as no votes"
    assert "1 still being drawn" in closed
