"""A held ballot is blind: who knows only what the channel shows before the close guesses models no better than chance.

Two hundred rounds by the real bot from the practice models, which answer as the vendors do: in their wire formats,
sizes, types, prices and with latencies that differ by model. The reader gets texts, alt texts, file names and titles,
files' sizes and types, the pictures' pixels as figures of sharpness and grain, the sheet's halves, numbers and prices,
and when the message changed; it learns from nine tenths of the rounds and guesses the rest. All models draw in one hand
here: the claim is about everything around a drawing, not about a style, which anybody may recognise.
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

from playground.door import Json, buttons_of, text_of
from tests.flow.house import FILM, LENA, House, house
from tests.scale.blindness import Seen, by_luck, guessed, looks

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

ROUNDS = 200
AT_ONCE = 6
# After so many rounds the practice workspace forgets calls.
REMEMBERED = 25
# How likely a blind ballot may fail this test by bad luck; and how surely the originals must tell, to trust the reader.
ALPHA, SURE = 0.001, 1e-12
MONEY = ("DAY", "PERSON_DAY", "PRODUCTION_MONTH", "WORKSPACE_MONTH")
# Else it would take a quarter of an hour to show all of this.
UNPACED = {"UPDATES_PER_MINUTE": "1000000", "MESSAGE_UPDATE_SECONDS": "0"}
Updates = dict[str, dict[float, str]]


@dataclass(frozen=True)
class Told:
    """All that two hundred rounds show before their close, and what they hide."""

    blind: tuple[Seen, ...]
    originals: tuple[Seen, ...]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
    caps = {f"MAX_USD_PER_{cap}": "1000" for cap in MONEY}
    async with house(tmp_path_factory.mktemp("blind"), speed=20.0, **caps, **UNPACED) as film:
        await film.door.post("slack/rates", {"enabled": False})
        await film.door.post("slack/settings", {"file_ready_seconds": 0})
        await film.door.post("hand", {"of": "recraftv4_1"})
        await film.door.post("models/gpt-image-2/latency", {"least": 3, "most": 9})
        await film.door.post("models/recraftv4_1/latency", {"least": 1, "most": 4})
        # Faces of a model without seeds follow its words: the same words gave each run the same faces, and their luck.
        fresh = token_hex(4)
        updates: Updates = {}
        for number in range(ROUNDS):
            while number % 2 == 0 and await _drawing(film) > AT_ONCE:
                await asyncio.sleep(0.4)
            if number % REMEMBERED == 0:
                await _overhear(film, updates)
            brief = f"a cook of {20 + number % 60}, salt on the hands, by window {fresh} {number}"
            line = f"Extra {number}: {brief} --each 1 --models recraft,gpt-image-2"
            while not (await film.door.command(LENA, FILM, line))["ok"]:
                await asyncio.sleep(1)  # slower than Slack's three seconds, on a machine with much to do
        while not (shown := await _all_hung(film)):
            await asyncio.sleep(0.5)
        await _overhear(film, updates)
        yield await _read(film, shown, updates)


async def _drawing(film: House) -> int:
    newest = (await film.door.get("state", channel=FILM, limit=2 * AT_ONCE))["messages"].get(FILM, [])
    return sum("vote:1" not in buttons_of(message) for message in newest)


async def _overhear(film: House, updates: Updates) -> None:
    """When messages changed and what they said then, as everybody who looks at the channel could note."""
    for call in (await film.door.get("calls", method="chat.update", limit=10_000))["calls"]:
        updates.setdefault(str(call["arguments"]["ts"]), {})[call["at"]] = text_of(call["arguments"])


async def _all_hung(film: House) -> Json | None:
    """Everything the channel shows, once each round has its sheet and both pictures."""
    if await _drawing(film):
        return None
    state = await film.door.get("state", channel=FILM, limit=1000)
    hung = [sum(len(m.get("files", [])) for m in thread) for thread in state["threads"][FILM].values()]
    return state if len(hung) == ROUNDS and min(hung) == 3 else None


async def _read(film: House, shown: Json, updates: Updates) -> Told:
    truth = _truth(film.data / "bot" / "castroom.sqlite")
    blind, originals = [], []
    for message in shown["messages"][FILM]:
        ts, hidden = str(message["ts"]), truth[str(message["ts"])]
        first = "recraft" in hidden[0][0]
        files = [f for m in shown["threads"][FILM][ts] for f in m.get("files", [])]
        apart = await _apart(film, message, files)
        blind.append(Seen(apart, _around(message, files, updates[ts]), first))
        portraits = [json.loads(portrait) for _, portrait in hidden]
        differ = [_difference(p["length"], q["length"]) for p, q in [portraits]]
        differ += [_difference(p["width"] / p["height"], q["width"] / q["height"]) for p, q in [portraits]]
        types = [
            float(p["media_type"] == "image/webp") - float(q["media_type"] == "image/webp") for p, q in [portraits]
        ]
        originals.append(Seen((*differ, *types), (), first))
    return Told(tuple(blind), tuple(originals))


async def _apart(film: House, message: Json, files: list[Json]) -> tuple[float, ...]:
    """Candidate 1 against candidate 2: files by their number, buttons, and the halves of the sheet."""
    sheet = next(f for f in files if "-sheet-" in f["name"])
    one, two = sorted((f for f in files if f is not sheet), key=lambda file: str(file["name"]))
    assert one["mimetype"] == two["mimetype"] == "image/jpeg"
    pixels = [looks(await film.door.bytes_of(file["id"])) for file in (one, two)]
    halves = [looks(half) for half in _halves(await film.door.bytes_of(sheet["id"]))]
    words = [tuple(float(len(file[name])) for name in ("name", "title", "alt_txt")) for file in (one, two)]
    labels = buttons_of(message)
    said = (float(len(labels["vote:1"]) - len(labels["vote:2"])),)
    pairs = [
        *zip(*pixels, strict=True),
        *zip(*halves, strict=True),
        *zip(*words, strict=True),
        (one["size"], two["size"]),
    ]
    return (*(_difference(a, b) for a, b in pairs), *said)


def _around(message: Json, files: list[Json], updates: dict[float, str]) -> tuple[float, ...]:
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


def _halves(sheet: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(sheet)) as picture:
        middle = picture.width // 2
        parts = [picture.crop((0, 0, middle, picture.height)), picture.crop((picture.width - middle, 0, *picture.size))]
    found = []
    for part in parts:
        held = io.BytesIO()
        part.save(held, "PNG", compress_level=0)
        found.append(held.getvalue())
    return found


def _difference(one: float, two: float) -> float:
    return 2 * (one - two) / (abs(one) + abs(two)) if one or two else 0.0


def _truth(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Model and original of each candidate, by number, for each message: what nobody in the channel knows."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute(
            "SELECT message_ts, model, portrait FROM slots JOIN rounds ON rounds.id = round_id ORDER BY number"
        ).fetchall()
    found = defaultdict(list)
    for ts, model, portrait in rows:
        found[str(ts)].append((model, portrait))
    return found


async def test_whoever_knows_only_what_the_channel_shows_guesses_models_by_luck_alone(told: Told) -> None:
    right = guessed(told.blind)
    assert by_luck(right, ROUNDS) > ALPHA, f"{right} of {ROUNDS}"


async def test_the_same_reader_tells_the_models_from_the_originals(told: Told) -> None:
    """So that the test above can fail."""
    right = guessed(told.originals)
    assert by_luck(right, ROUNDS) < SURE, f"{right} of {ROUNDS}"


async def test_which_candidate_comes_first_is_even(told: Told) -> None:
    first = sum(seen.first for seen in told.blind)
    assert by_luck(max(first, ROUNDS - first), ROUNDS) > ALPHA
