"""A held ballot is blind: who knows only what the channel shows before the close guesses models no better than chance.

Rounds by the real bot, from the practice models, which answer as the vendors do: in their wire formats,
sizes, types, prices and with latencies that differ by model. One voter recognises a model in every round and tags its
candidate; such tags must stay inside until the close. The reader gets texts, alt texts, file names and titles,
files' sizes and types, the pictures' pixels as figures of sharpness and grain, the sheet's halves, numbers and prices,
what two private forms show, and when the message changed; it learns from nine tenths of the rounds and guesses the
rest. All models draw in one hand here: the claim is about everything around a drawing, not about a style, which anybody
may recognise.
"""

import asyncio
import io
import json
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import pytest
import pytest_asyncio
from PIL import Image

from playground.control.client import Json, buttons_of, text_of
from playground.faces import MAX_DRAWN_SIDE
from tests.support.blind_guesser import ObservedRound, chance_probability, count_correct_guesses, image_features
from tests.support.practice_environment import (
    DANIEL,
    DRAWN_SIDE,
    FILM,
    LENA,
    MEI,
    PracticeEnvironment,
    practice_environment,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Rounds, how surely the originals must tell the models apart, and the side at which faces are drawn before they are
# enlarged.
SAMPLES = [(14, 1e-3, DRAWN_SIDE), pytest.param((200, 1e-12, MAX_DRAWN_SIDE), marks=pytest.mark.heavy)]
MAX_CONCURRENT_ROUNDS = 6
# After so many rounds the practice workspace forgets calls.
CALL_LOG_ROUNDS = 25
# How likely a blind ballot may fail this test by bad luck.
ALPHA = 0.001
BUDGET_CAPS = ("DAY", "PERSON_DAY", "PRODUCTION_MONTH", "WORKSPACE_MONTH")
# Else it would take a quarter of an hour to show all of this.
UNTHROTTLED_BOT = {"UPDATES_PER_MINUTE": "1000000", "MESSAGE_UPDATE_SECONDS": "0"}
MessageUpdates = dict[str, dict[float, str]]


@dataclass(frozen=True)
class ObservedRounds:
    """All that the rounds show before their close, and what they hide; `max_p_value` as in SAMPLES."""

    blind: tuple[ObservedRound, ...]
    originals: tuple[ObservedRound, ...]
    max_p_value: float
    tagged_models: dict[str, int]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SAMPLES, ids=lambda sample: f"{sample[0]} rounds")
async def observed_rounds(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ObservedRounds]:
    rounds, max_p_value, drawn_side = request.param
    # One person leads every round, and none of them closes.
    limits = {f"MAX_USD_PER_{cap}": "1000" for cap in BUDGET_CAPS} | {"MAX_OPEN_ROUNDS_PER_PERSON": "1000"}
    folder = tmp_path_factory.mktemp("blind")
    async with practice_environment(folder, limits | UNTHROTTLED_BOT, drawn_side=drawn_side) as workspace:
        await workspace.control_client.post("slack/rates", {"enabled": False})
        await workspace.control_client.post("slack/settings", {"file_ready_seconds": 0})
        await workspace.control_client.post("hand", {"of": "recraftv4_1"})
        await workspace.control_client.post("models/gpt-image-2/latency", {"least": 3, "most": 9})
        await workspace.control_client.post("models/recraftv4_1/latency", {"least": 1, "most": 4})
        # Faces of a model without seeds follow its words: the same words gave each run the same faces, and their luck.
        unique = token_hex(4)
        updates: MessageUpdates = {}
        for number in range(rounds):
            while number % 2 == 0 and await _count_generating(workspace) > MAX_CONCURRENT_ROUNDS:
                await asyncio.sleep(0.4)
            if number % CALL_LOG_ROUNDS == 0:
                await _collect_updates(workspace, updates)
            brief = f"a cook of {20 + number % 60}, salt on the hands, by window {unique} {number}"
            command_text = f"Extra {number}: {brief} --each 1 --models recraft,gpt-image-2"
            while not _has_started(await workspace.control_client.command(LENA, FILM, command_text)):
                await asyncio.sleep(1)  # slower than Slack's three seconds, on a machine with much to do
        while not (state := await _state_when_all_uploaded(workspace, rounds)):
            await asyncio.sleep(0.5)
        forms = await _tag_a_model_in_each_round(workspace, state)
        state = await workspace.control_client.get("state", channel=FILM, limit=1000)
        await _collect_updates(workspace, updates)
        blind, originals = await _observe_rounds(workspace, state, updates, forms)
        tagged = _tagged_models(workspace.data / "bot" / "castroom.sqlite")
        yield ObservedRounds(blind, originals, max_p_value, tagged)


def _has_started(answer: Json) -> bool:
    """Whether the command was acknowledged, and not with the answer that the database took too long."""
    return bool(answer["ok"]) and "Nothing was changed" not in str(answer["ack"])


async def _count_generating(workspace: PracticeEnvironment) -> int:
    newest = (await workspace.control_client.get("state", channel=FILM, limit=2 * MAX_CONCURRENT_ROUNDS))[
        "messages"
    ].get(FILM, [])
    return sum("vote:1" not in buttons_of(message) for message in newest)


async def _collect_updates(workspace: PracticeEnvironment, updates: MessageUpdates) -> None:
    """When messages changed and what they said then, as everybody who looks at the channel could note."""
    for call in (await workspace.control_client.get("calls", method="chat.update", limit=10_000))["calls"]:
        updates.setdefault(str(call["arguments"]["ts"]), {})[call["at"]] = text_of(call["arguments"])


async def _state_when_all_uploaded(workspace: PracticeEnvironment, rounds: int) -> Json | None:
    """Everything the channel shows, once each round has its sheet and both pictures."""
    if await _count_generating(workspace):
        return None
    state = await workspace.control_client.get("state", channel=FILM, limit=1000)
    file_counts = [sum(len(m.get("files", [])) for m in thread) for thread in state["threads"][FILM].values()]
    return state if len(file_counts) == rounds and min(file_counts) == 3 else None


@dataclass(frozen=True)
class ObservedForms:
    """What others are shown after a person tagged candidates: another voter's form, and the lead's form of a brief."""

    flaws: Json
    refine: Json

    @property
    def differences(self) -> tuple[float, ...]:
        """Candidate 1 against candidate 2: which comes first, and what stands there."""
        blocks = [block for block in self.flaws["blocks"] if block["type"] in ("image", "input")]
        own = [[block for block in blocks if f"Candidate {number}" in json.dumps(block)] for number in (1, 2)]
        places = [min((blocks.index(block) for block in mine), default=-1) for mine in own]
        lengths = [
            [len(json.dumps([b.get(key) for b in mine])) for key in ("label", "alt_text", "title")] for mine in own
        ]
        elements = [len(json.dumps([b.get("element") for b in mine])) for mine in own]
        return (
            float(places[0] - places[1]),
            float(elements[0] - elements[1]),
            *(_relative_difference(a, b) for a, b in zip(*lengths, strict=True)),
        )

    @property
    def context(self) -> tuple[float, ...]:
        return float(len(self.flaws["blocks"])), float(len(text_of(self.refine))), float(len(self.refine["blocks"]))


async def _tag_a_model_in_each_round(workspace: PracticeEnvironment, state: Json) -> dict[str, ObservedForms]:
    """Mei tags the portrait of one model in each round, as a voter with a sharp eye; return what others see then."""
    models = _models_by_message(workspace.data / "bot" / "castroom.sqlite")
    forms = {}
    for message in state["messages"][FILM]:
        ts = str(message["ts"])
        number = next(n for n, (model, _) in enumerate(models[ts], start=1) if "recraft" in model)
        for user in (MEI, DANIEL):
            await workspace.press(user, ts, "vote_none")
        view = await workspace.open_modal(MEI, ts, "flaws", "Tag what looks artificial")
        field = next(b["block_id"] for b in view["blocks"] if b.get("label", {}).get("text") == f"Candidate {number}")
        assert (await workspace.control_client.submit(MEI, view["id"], {field: ["too_smooth", "eyes"]}))["ok"]
        read = await workspace.open_modal(DANIEL, ts, "flaws", "Tag what looks artificial")
        before = {answer["ts"] for answer in await workspace.control_client.ephemerals(LENA)}
        await workspace.press(LENA, ts, "reroll")
        answer = await _new_answer(workspace, before)
        forms[ts] = ObservedForms(read, await workspace.open_modal(LENA, answer["ts"], "refine", "A new round for"))
    return forms


async def _new_answer(workspace: PracticeEnvironment, before: set[str]) -> Json:
    async def probe() -> Json | None:
        answers = await workspace.control_client.ephemerals(LENA)
        return next((a for a in answers if a["ts"] not in before and "refine" in buttons_of(a)), None)

    return await workspace.control_client.wait_for(probe, "what can be drawn again", 10)


async def _observe_rounds(
    workspace: PracticeEnvironment, state: Json, updates: MessageUpdates, forms: dict[str, ObservedForms]
) -> tuple[tuple[ObservedRound, ...], tuple[ObservedRound, ...]]:
    originals_by_ts = _models_by_message(workspace.data / "bot" / "castroom.sqlite")
    blind, originals = [], []
    for message in state["messages"][FILM]:
        ts, model_portraits = str(message["ts"]), originals_by_ts[str(message["ts"])]
        is_first_model = "recraft" in model_portraits[0][0]
        files = [f for m in state["threads"][FILM][ts] for f in m.get("files", [])]
        differences = await _candidate_differences(workspace, message, files)
        context = (*_round_context(message, files, updates[ts]), *forms[ts].context)
        blind.append(ObservedRound((*differences, *forms[ts].differences), context, is_first_model))
        portraits = [json.loads(portrait) for _, portrait in model_portraits]
        portrait_differences = [_relative_difference(p["length"], q["length"]) for p, q in [portraits]]
        portrait_differences += [
            _relative_difference(p["width"] / p["height"], q["width"] / q["height"]) for p, q in [portraits]
        ]
        types = [
            float(p["media_type"] == "image/webp") - float(q["media_type"] == "image/webp") for p, q in [portraits]
        ]
        originals.append(ObservedRound((*portrait_differences, *types), (), is_first_model))
    return tuple(blind), tuple(originals)


async def _candidate_differences(workspace: PracticeEnvironment, message: Json, files: list[Json]) -> tuple[float, ...]:
    """Candidate 1 against candidate 2: files by their number, buttons, and the halves of the sheet."""
    sheet = next(f for f in files if "-sheet-" in f["name"])
    one, two = sorted((f for f in files if f is not sheet), key=lambda file: str(file["name"]))
    assert one["mimetype"] == two["mimetype"] == "image/jpeg"
    pixels = [image_features(await workspace.control_client.download_file(file["id"])) for file in (one, two)]
    halves = [image_features(half) for half in _sheet_halves(await workspace.control_client.download_file(sheet["id"]))]
    text_lengths = [tuple(float(len(file[name])) for name in ("name", "title", "alt_txt")) for file in (one, two)]
    labels = buttons_of(message)
    label_difference = (float(len(labels["vote:1"]) - len(labels["vote:2"])),)
    pairs = [
        *zip(*pixels, strict=True),
        *zip(*halves, strict=True),
        *zip(*text_lengths, strict=True),
        (one["size"], two["size"]),
    ]
    return (*(_relative_difference(a, b) for a, b in pairs), *label_difference)


def _round_context(message: Json, files: list[Json], updates: dict[float, str]) -> tuple[float, ...]:
    """The round as a whole: when its message changed, how long its words are, how large the sheet is."""
    posted = float(message["ts"])
    times = [at - posted for at in sorted(updates)]
    halfway = [at - posted for at, text in sorted(updates.items()) if "1 of 2 in" in text]
    sheet = next(f for f in files if "-sheet-" in f["name"])
    return (
        times[-1],
        halfway[0] if halfway else times[-1],
        float(len(updates)),
        float(len(text_of(message))),
        sheet["size"],
    )


def _sheet_halves(sheet: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(sheet)) as picture:
        middle = picture.width // 2
        parts = [picture.crop((0, 0, middle, picture.height)), picture.crop((picture.width - middle, 0, *picture.size))]
    encoded = []
    for part in parts:
        buffer = io.BytesIO()
        part.save(buffer, "PNG", compress_level=0)
        encoded.append(buffer.getvalue())
    return encoded


def _relative_difference(one: float, two: float) -> float:
    return 2 * (one - two) / (abs(one) + abs(two)) if one or two else 0.0


def _models_by_message(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Model and original of each candidate, by number, for each message: what nobody in the channel knows."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute(
            "SELECT message_ts, model, portrait FROM slots JOIN rounds ON rounds.id = round_id ORDER BY number"
        ).fetchall()
    by_ts = defaultdict(list)
    for ts, model, portrait in rows:
        by_ts[str(ts)].append((model, portrait))
    return by_ts


def _tagged_models(path: Path) -> dict[str, int]:
    """Count the tagged candidates by model."""
    query = "SELECT model, count(*) FROM flaw_answers JOIN slots ON slots.id = slot_id GROUP BY model"
    with closing(sqlite3.connect(path)) as database:
        return dict(database.execute(query).fetchall())


async def test_channel_content_does_not_reveal_the_models(observed_rounds: ObservedRounds) -> None:
    rounds = len(observed_rounds.blind)
    correct = count_correct_guesses(observed_rounds.blind)
    assert chance_probability(correct, rounds) > ALPHA, f"{correct} of {rounds}"


async def test_classifier_identifies_models_from_the_originals(observed_rounds: ObservedRounds) -> None:
    """So that the test above can fail."""
    rounds = len(observed_rounds.blind)
    correct = count_correct_guesses(observed_rounds.originals)
    assert chance_probability(correct, rounds) < observed_rounds.max_p_value, f"{correct} of {rounds}"


async def test_candidate_order_is_unbiased(observed_rounds: ObservedRounds) -> None:
    rounds = len(observed_rounds.blind)
    first = sum(observed.is_first_model for observed in observed_rounds.blind)
    assert chance_probability(max(first, rounds - first), rounds) > ALPHA


async def test_a_model_was_tagged_in_every_round(observed_rounds: ObservedRounds) -> None:
    """So that the first test covers tags: the stored ones name the model of each round, and no lead saw a number."""
    assert observed_rounds.tagged_models == {"recraft:recraftv4_1": len(observed_rounds.blind)}
