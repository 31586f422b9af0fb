"""How long people wait for a roster of ten, a thousand and a hundred thousand characters: the bot's own use cases on
SQLite, with Slack's answers about who may see what in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from PIL import Image

from benchmarks.people import HERE, OTHERS_FILM, PERSON, TEAM, Member, crowd, fill
from benchmarks.section import Amount, Row
from bot.brief import Brief
from bot.budget import Caps
from bot.casting import Casting
from bot.catalogue import Size
from bot.face import Place
from bot.home import Browsing
from bot.memory import start_to_keep
from bot.poster import Caption
from bot.presenting import preview_key
from bot.settings import Settings
from providers import open_models
from storage import Storage, migrate, open_storage

_GOAL = "growth under 3 times, p99 under 50 ms"
_LISTED = 20
_LOOK = 0.001

Ask = Callable[[int], Awaitable[object]]


class _Anybody:
    """Slack's answers, in memory: a workspace whose channels are all public."""

    async def sees(self, person: str, place: Place) -> bool:  # noqa: ARG002 - a port's arguments
        return True

    async def is_private(self, place: Place) -> bool:  # noqa: ARG002 - the same
        return False

    async def channels_of(self, team: str, person: str) -> Mapping[str, str]:  # noqa: ARG002 - the same
        return {}


class _Quiet:
    """Where a tick of the clock finds nothing to do."""

    def lost(self) -> Sequence[str]:
        return ()

    async def look_again(self) -> None: ...


@dataclass(frozen=True)
class Waits:
    """How long each ask took, in milliseconds, in the order of `ASKS`; how late the loop was at worst meanwhile."""

    asked: Mapping[str, Sequence[float]]
    poster_ms: float
    lag_ms: float
    megabytes: float


async def growth(data: Path, amount: Amount) -> tuple[list[Row], list[str]]:
    """Rows for all sizes, and what must be said about them."""
    sizes = (10, 1_000, 10_000) if amount is Amount.QUICK else (10, 1_000, 100_000)
    waits = {size: await waited(data / f"{size}", size, amount.of(15, 80)) for size in sizes}
    return rows(waits), notes(waits)


async def waited(data: Path, size: int, times: int) -> Waits:
    """Fill a database with `size` characters, and ask each question `times` times."""
    async with _opened(data) as (storage, casting):
        # As the bot does when it starts: a full collection, here of the crowd too, would stop the loop.
        with start_to_keep():
            members = crowd(size)
            await fill(storage, members)
        form = await casting.opening.keep(Brief("", ""), HERE, PERSON, "form:growth")
        asks = _asks(casting, members, form.id)
        late: list[float] = [0.0]
        watching = asyncio.create_task(_watch(late))
        asked = {what: await _timed(ask, times) for what, ask in asks.items()}
        poster = await _poster(storage, casting)
        watching.cancel()
        length = (data / "castroom.sqlite").stat().st_size
        return Waits(asked, poster, max(late), length / 1_000_000)


def rows(waits: Mapping[int, Waits]) -> list[Row]:
    """A row for each ask: medians at each size, how they grow, and the 99th percentile at each size."""
    sizes = " / ".join(f"{size:,}" for size in waits)
    found = []
    for what in next(iter(waits.values())).asked:
        middle = [median(w.asked[what]) for w in waits.values()]
        worst = [_p99(w.asked[what]) for w in waits.values()]
        figure = f"{_spread(middle)} ms, {middle[-1] / middle[0]:.1f} times; p99 {_spread(worst)} ms"
        found.append(Row(f"{what}, at {sizes} characters", figure, _GOAL if what.startswith("recall by") else ""))
    posters = " / ".join(f"{w.poster_ms:.0f}" for w in waits.values())
    lags = " / ".join(f"{w.lag_ms:.0f}" for w in waits.values())
    found.append(Row(f"the picture of 40 of them, at {sizes} characters", f"{posters} ms"))
    found.append(Row(f"the event loop's worst lag meanwhile, at {sizes} characters", f"{lags} ms", "under 50 ms"))
    return found


def notes(waits: Mapping[int, Waits]) -> list[str]:
    largest = max(waits)
    return [
        f"A database of {largest:,} characters (each with a locked round of two candidates, a tenth with an alias) is "
        f"{waits[largest].megabytes:.0f} MB. The use cases are asked directly, without Slack's time and the bot's own "
        "answer; who may see what is told from memory.",
    ]


def _asks(casting: Casting, members: Sequence[Member], form: str) -> dict[str, Ask]:
    """Each way to look for somebody; the number of an ask chooses whom."""
    recall, home, drafting, lineup = casting.recall, casting.home, casting.drafting, casting.lineup
    known = [m for m in members if m.alias]

    async def found(name: str) -> None:
        seen = await recall.recall(name, PERSON, HERE)
        assert seen.kind in ("face", "several", "unsure"), f"{name} finds nobody"

    def one(number: int, of: Sequence[Member] = members) -> Member:
        return of[number * 7919 % len(of)]

    middle = max(1, len(members) // 15 // 2)
    return {
        "recall by name": lambda n: found(one(n).name),
        "recall by alias": lambda n: found(one(n, known).alias),
        "recall by a name with a slip (“did you mean”)": lambda n: found(_slip(one(n).name)),
        "the list of the cast": lambda _: recall.listing(PERSON, HERE, _LISTED),
        "the roster of one production of 40": lambda _: lineup.mine(PERSON, HERE),
        "home opens": lambda _: home.home(TEAM, PERSON),
        "home, a page in the middle": lambda _: home.home(TEAM, PERSON, Browsing(page=middle)),
        "home, one production": lambda _: home.home(TEAM, PERSON, Browsing(production=OTHERS_FILM)),
        "home, a search for part of a name": lambda n: home.home(TEAM, PERSON, Browsing(one(n).name[1:6].strip())),
        "home, a search with a slip": lambda n: home.home(TEAM, PERSON, Browsing(_slip(one(n).name))),
        "the form's suggestions after three letters": lambda n: drafting.suggest(form, PERSON, one(n).name[:3]),
        "a tick of the clock": lambda _: casting.tick(),
    }


def _slip(name: str) -> str:
    """Two letters of the name's middle in each other's place."""
    at = len(name) // 2 - 2
    return f"{name[:at]}{name[at + 1]}{name[at]}{name[at + 2 :]}"


async def _timed(ask: Ask, times: int) -> list[float]:
    await ask(0)
    spent = []
    for number in range(times):
        start = perf_counter()
        await ask(number)
        spent.append((perf_counter() - start) * 1000)
    return spent


async def _poster(storage: Storage, casting: Casting) -> float:
    cast = await casting.lineup.mine(PERSON, HERE)
    picture = await asyncio.to_thread(_portrait)
    for character in cast.characters:
        assert character.face
        await storage.portraits.put(preview_key(character.face.round_id, character.face.slot_id), picture)
    captions = [(character, Caption(character.name, "cast")) for character in cast.characters]
    start = perf_counter()
    await casting.lineup.posters(captions, "The cast")
    return (perf_counter() - start) * 1000


def _portrait() -> bytes:
    noise = Image.frombytes("RGB", (96, 128), Random(1).randbytes(96 * 128 * 3))
    out = BytesIO()
    noise.resize((1536, 2048), Image.Resampling.BICUBIC).save(out, "JPEG", quality=92)
    return out.getvalue()


async def _watch(late: list[float]) -> None:
    """Note how many milliseconds late the loop is, whenever that is a new worst."""
    while True:
        start = perf_counter()
        await asyncio.sleep(_LOOK)
        late.append(max(late.pop(), (perf_counter() - start - _LOOK) * 1000))


@asynccontextmanager
async def _opened(data: Path) -> AsyncIterator[tuple[Storage, Casting]]:
    """The bot's storage and use cases; nobody is asked who is not in memory."""
    await asyncio.to_thread(data.mkdir, parents=True)
    url = f"sqlite+aiosqlite:///{data / 'castroom.sqlite'}"
    settings = Settings(database_url=url, engine_url=url, portraits_url="memory:///")
    await migrate(url)
    storage = await open_storage(settings)
    models = open_models(settings)
    anybody: Any = _Anybody()
    quiet: Any = _Quiet()
    try:
        yield (
            storage,
            Casting.of(
                storage,
                models=models,
                stage=quiet,
                visibility=anybody,
                people=anybody,
                errands=quiet,
                accounts=models,
                messenger=quiet,
                caps=Caps(Decimal(2), Decimal(20)),
                patience={Size.DRAFT: 120.0, Size.FOUR_K: 600.0},
            ),
        )
    finally:
        await models.close()
        await storage.close()


def _p99(spent: Sequence[float]) -> float:
    return sorted(spent)[min(len(spent) - 1, round(len(spent) * 0.99))]


def _spread(times: Sequence[float]) -> str:
    return " / ".join(f"{time:.1f}" for time in times)
