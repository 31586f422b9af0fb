"""Latency of roster queries at ten, a thousand and a hundred thousand characters: real use cases on SQLite, with
channel access in memory.
"""

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

from benchmarks.harness.roster_data import (
    HOME_CHANNEL,
    OTHER_PRODUCTION,
    PERSON,
    TEAM,
    RosterEntry,
    insert_roster,
    make_roster,
)
from benchmarks.report import Row, RunSize
from bot.domain.brief import Brief
from bot.domain.budget import Caps
from bot.domain.catalogue import Size
from bot.domain.ids import ChannelRef, preview_key
from bot.domain.users import User
from bot.imaging.poster import Caption
from bot.passport import C2paReader, C2paSigner
from bot.ports.rounds import RoundDraft
from bot.runtime.process_tuning import freeze_startup_objects
from bot.settings import Settings
from bot.usecases.casting import Casting
from bot.usecases.home import RosterFilter
from bot.usecases.ports import Ports
from providers.accounts import open_models
from providers.http.webhook_sender import HttpWebhookSender
from storage import Storage, migrate, open_storage

_GOAL = "growth under 3 times, p99 under 50 ms"
_LIST_LIMIT = 20
_LAG_INTERVAL = 0.001

Query = Callable[[int], Awaitable[object]]


class _PublicChannels:
    """Channel access and users in memory: all channels are public, and everyone is a member of the workspace."""

    async def get_user(self, team: str, person: str) -> User:  # noqa: ARG002 - a port's arguments
        return User()

    async def can_see(self, person: str, place: ChannelRef) -> bool:  # noqa: ARG002 - a port's arguments
        return True

    async def has_outsiders(self, place: ChannelRef) -> bool:  # noqa: ARG002 - the same
        return False

    async def is_private(self, place: ChannelRef) -> bool:  # noqa: ARG002 - the same
        return False

    async def can_post(self, place: ChannelRef) -> bool:  # noqa: ARG002 - the same
        return True

    async def channel_name(self, place: ChannelRef) -> str:  # noqa: ARG002 - the same
        return ""

    async def list_channels(self, team: str, person: str) -> Mapping[str, str]:  # noqa: ARG002 - the same
        return {}


class _IdlePublisher:
    """A round publisher without work for the scheduler."""

    def take_deleted(self) -> Sequence[str]:
        return ()

    async def retry_closed_channels(self) -> None: ...


@dataclass(frozen=True)
class Timings:
    """Milliseconds of each query by name, and the loop's worst lag."""

    query_ms: Mapping[str, Sequence[float]]
    poster_ms: float
    lag_ms: float
    megabytes: float


async def measure_roster_scaling(data: Path, run_size: RunSize) -> tuple[list[Row], list[str]]:
    """Return rows for all sizes, and notes on them."""
    sizes = (10, 1_000, 10_000) if run_size is RunSize.QUICK else (10, 1_000, 100_000)
    timings = {size: await measure_roster(data / f"{size}", size, run_size.pick(15, 80)) for size in sizes}
    return timing_rows(timings), timing_notes(timings)


async def measure_roster(data: Path, size: int, times: int) -> Timings:
    """Fill a database with `size` characters, and run each query `times` times."""
    async with _open_casting(data) as (storage, casting):
        # As the bot does when it starts: a full garbage collection of the roster would stop the loop.
        with freeze_startup_objects():
            members = make_roster(size)
            await insert_roster(storage, members)
        form = await casting.start_round.save_draft(RoundDraft("", HOME_CHANNEL, PERSON, Brief("", "")), "form:growth")
        queries = _build_queries(casting, members, form.id)
        worst_lag: list[float] = [0.0]
        lag_task = asyncio.create_task(_watch_lag(worst_lag))
        query_ms = {what: await _time_query(query, times) for what, query in queries.items()}
        poster_ms = await _time_poster(storage, casting)
        lag_task.cancel()
        database_bytes = (data / "castroom.sqlite").stat().st_size
        return Timings(query_ms, poster_ms, max(worst_lag), database_bytes / 1_000_000)


def timing_rows(timings: Mapping[int, Timings]) -> list[Row]:
    """Return a row for each query: medians at each size, their growth, and the 99th percentile."""
    sizes = " / ".join(f"{size:,}" for size in timings)
    rows = []
    for label in next(iter(timings.values())).query_ms:
        medians = [median(w.query_ms[label]) for w in timings.values()]
        p99s = [_p99(w.query_ms[label]) for w in timings.values()]
        figure = f"{_join_figures(medians)} ms, {medians[-1] / medians[0]:.1f} times; p99 {_join_figures(p99s)} ms"
        rows.append(Row(f"{label}, at {sizes} characters", figure, _GOAL if label.startswith("recall by") else ""))
    posters = " / ".join(f"{w.poster_ms:.0f}" for w in timings.values())
    lags = " / ".join(f"{w.lag_ms:.0f}" for w in timings.values())
    rows.append(Row(f"the picture of 40 characters, at {sizes} characters", f"{posters} ms"))
    rows.append(Row(f"the event loop's worst lag, at {sizes} characters", f"{lags} ms", "under 50 ms"))
    return rows


def timing_notes(timings: Mapping[int, Timings]) -> list[str]:
    largest = max(timings)
    return [
        f"A database of {largest:,} characters (each with a locked round of two candidates, a tenth with an alias) is "
        f"{timings[largest].megabytes:.0f} MB. The benchmark calls the use cases directly, without Slack's time and "
        "the bot's own response; channel access is in memory.",
    ]


def _build_queries(casting: Casting, members: Sequence[RosterEntry], form: str) -> dict[str, Query]:
    """Return the queries by name; a query's number selects the character."""
    recall, home, round_form, roster_poster = casting.recall, casting.home, casting.round_form, casting.roster_poster
    with_alias = [m for m in members if m.alias]

    async def recall_by_name(name: str) -> None:
        recalled = await recall.recall(name, PERSON, HOME_CHANNEL)
        assert recalled.kind in ("face", "several", "unsure"), f"{name} has no match"

    def pick_member(number: int, candidates: Sequence[RosterEntry] = members) -> RosterEntry:
        return candidates[number * 7919 % len(candidates)]

    middle_page = max(1, len(members) // 15 // 2)
    return {
        "recall by name": lambda n: recall_by_name(pick_member(n).name),
        "recall by alias": lambda n: recall_by_name(pick_member(n, with_alias).alias),
        "recall by a misspelt name (“did you mean”)": lambda n: recall_by_name(_misspell(pick_member(n).name)),
        "the list of the cast": lambda _: recall.list_visible(PERSON, HOME_CHANNEL, _LIST_LIMIT),
        "the roster of one production of 40": lambda _: roster_poster.visible_to(PERSON, HOME_CHANNEL),
        "home opens": lambda _: home.view(TEAM, PERSON),
        "home, a page in the middle": lambda _: home.view(TEAM, PERSON, RosterFilter(page=middle_page)),
        "home, one production": lambda _: home.view(TEAM, PERSON, RosterFilter(production=OTHER_PRODUCTION)),
        "home, a search for part of a name": lambda n: home.view(
            TEAM, PERSON, RosterFilter(pick_member(n).name[1:6].strip())
        ),
        "home, a search for a misspelt name": lambda n: home.view(
            TEAM, PERSON, RosterFilter(_misspell(pick_member(n).name))
        ),
        "the form's suggestions after three letters": lambda n: round_form.suggest_names(
            form, PERSON, pick_member(n).name[:3]
        ),
        "a tick of the scheduler": lambda _: casting.run_due(),
    }


def _misspell(name: str) -> str:
    """Swap two letters in the middle of a name."""
    position = len(name) // 2 - 2
    return f"{name[:position]}{name[position + 1]}{name[position]}{name[position + 2 :]}"


async def _time_query(query: Query, times: int) -> list[float]:
    await query(0)
    durations = []
    for number in range(times):
        start = perf_counter()
        await query(number)
        durations.append((perf_counter() - start) * 1000)
    return durations


async def _time_poster(storage: Storage, casting: Casting) -> float:
    visible_roster = await casting.roster_poster.visible_to(PERSON, HOME_CHANNEL)
    picture = await asyncio.to_thread(_portrait_bytes)
    for character in visible_roster.characters:
        assert character.face
        await storage.portraits.put(preview_key(character.face.round_id, character.face.slot_id), picture)
    captions = [(character, Caption(character.name, "cast")) for character in visible_roster.characters]
    start = perf_counter()
    await casting.roster_poster.render(captions, "The cast")
    return (perf_counter() - start) * 1000


def _portrait_bytes() -> bytes:
    noise = Image.frombytes("RGB", (96, 128), Random(1).randbytes(96 * 128 * 3))
    out = BytesIO()
    noise.resize((1536, 2048), Image.Resampling.BICUBIC).save(out, "JPEG", quality=92)
    return out.getvalue()


async def _watch_lag(worst_lag: list[float]) -> None:
    """Record the loop's worst lag in milliseconds."""
    while True:
        start = perf_counter()
        await asyncio.sleep(_LAG_INTERVAL)
        worst_lag.append(max(worst_lag.pop(), (perf_counter() - start - _LAG_INTERVAL) * 1000))


@asynccontextmanager
async def _open_casting(data: Path) -> AsyncIterator[tuple[Storage, Casting]]:
    """Open the bot's storage and use cases with in-memory fakes of Slack."""
    await asyncio.to_thread(data.mkdir, parents=True)
    url = f"sqlite+aiosqlite:///{data / 'castroom.sqlite'}"
    settings = Settings(database_url=url, engine_url=url, portraits_url="memory:///")
    await migrate(url)
    storage = await open_storage(settings)
    models = open_models(settings)
    directory: Any = _PublicChannels()
    idle_publisher: Any = _IdlePublisher()
    try:
        yield (
            storage,
            Casting(
                Ports(
                    storage=storage,
                    model_clients=models,
                    model_health=models,
                    publisher=idle_publisher,
                    channel_access=directory,
                    user_directory=directory,
                    job_queue=idle_publisher,
                    retirement_source=models,
                    direct_messages=idle_publisher,
                    slack_files=idle_publisher,
                    slack_messages=idle_publisher,
                    credentials_reader=C2paReader(),
                    passport_signer=C2paSigner(None),
                    webhook_sender=HttpWebhookSender(),
                    caps=Caps(Decimal(2), Decimal(20)),
                    patience={Size.DRAFT: 120.0, Size.FOUR_K: 600.0},
                )
            ),
        )
    finally:
        await models.close()
        await storage.close()


def _p99(durations: Sequence[float]) -> float:
    return sorted(durations)[min(len(durations) - 1, round(len(durations) * 0.99))]


def _join_figures(values: Sequence[float]) -> str:
    return " / ".join(f"{time:.1f}" for time in values)
