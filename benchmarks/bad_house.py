"""The listeners over the real use cases and a real database: rounds in every state, in two workspaces, and no model.

Every case starts from the same stored state; whatever one changes is put back.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.request import SocketModeRequest

from benchmarks.overheard import Overheard, overhearing
from benchmarks.trying import Lost
from bot.catalogue import Catalogue
from bot.errors import AlreadyCast
from bot.face import Place
from bot.listening import Ear
from handlers import register
from handlers.clients import authorizing
from handlers.guard import Guard
from handlers.visibility import SlackVisibility
from tests.flow.theatre import BANANA, DIRECTOR, FILM, LEAD, LITERAL, SKIN, UPSCALER, Theatre, theatre
from tests.unit.handlers.little_slack import LittleSlack, little_slack

ELSEWHERE = Place("T2", "C9")
_CATALOGUE = Catalogue((SKIN, LITERAL, BANANA), frozenset({"recraft", "openai", "gemini"}), (UPSCALER,))
# What somebody was asked and has not answered is kept without being cast, and costs nothing.
_UNCOUNTED = ("wishes", "alembic_version")
_TEAMS = frozenset({"T1", "T2"})


@dataclass(frozen=True)
class Ids:
    """What is stored, by its opaque ids; `foreign` are those of the other workspace."""

    drawing: str
    voting: str
    sealed: str
    closed: str
    locked: str
    recast_wish: str
    form_wish: str
    digest: str
    slots: tuple[str, ...]
    papers: tuple[str, ...]
    characters: tuple[str, ...]
    foreign: tuple[str, ...]

    @property
    def rounds(self) -> tuple[str, ...]:
        return self.drawing, self.voting, self.sealed, self.closed, self.locked

    @property
    def all(self) -> tuple[str, ...]:
        own = (*self.rounds, *self.slots, *self.characters, self.recast_wish, self.form_wish, self.digest)
        return (*own, *self.foreign, "T1", "T2", "T9", "C1", "C2", "C9", LEAD, DIRECTOR, "nobody")


class House:
    """One app that listens; `case` brings it a payload."""

    def __init__(self, app: AsyncApp, ids: Ids, database: Path, slack: LittleSlack, heard: Overheard) -> None:
        self._ear = Ear.__new__(Ear)  # a handler without a socket
        self._ear.app = app
        self.ids = ids
        self.heard = heard
        self._slack = slack
        self._live = sqlite3.connect(database)
        self._as_it_was = sqlite3.connect(":memory:")
        self._live.backup(self._as_it_was)
        self._known = {team: self._told(team) for team in ("", *_TEAMS)}
        self._version = self._at()

    async def case(self, body: Any) -> bool:
        """Whether it was taken; raises AssertionError for a crash, Lost where what was refused changed anything."""
        self.heard.clear()
        sent: list[Any] = []

        async def send(response: Any) -> None:
            sent.append(response)

        if isinstance(body, dict) and str(body.get("response_url")).startswith("http"):
            body["response_url"] = self._slack.response_url
        client = SimpleNamespace(send_socket_mode_response=send, logger=SimpleNamespace(level=30, info=lambda *_: None))
        await self._ear.handle(client, SocketModeRequest(type="any", envelope_id="e1", payload=body))
        await asyncio.gather(*_listeners())
        self._slack.calls.clear()
        self._slack.responses.clear()
        crashes = self.heard.crashes
        taken = bool(sent) and not self.heard.refused
        lost = self._lost(body, taken=taken)
        assert not crashes, crashes
        if lost:
            raise Lost(lost)
        return taken

    def close(self) -> None:
        self._live.close()
        self._as_it_was.close()

    def _lost(self, body: Any, *, taken: bool) -> str:
        """What changed that should not have; the state is as before afterwards."""
        if self._at() == self._version:
            return ""
        now = {team: self._told(team) for team in self._known}
        self._as_it_was.backup(self._live)
        self._live.commit()
        self._version = self._at()
        spared = _TEAMS - _texts_in(body)
        changed = {team for team in spared if now[team] != self._known[team]}
        if changed:
            return f"{changed} changed by what names it nowhere"
        if not taken and now[""] != self._known[""]:
            return f"stored by what was refused ({[line['event'] for line in self.heard.lines]})"
        return ""

    def _at(self) -> int:
        (version,) = self._live.execute("PRAGMA data_version").fetchone()
        return int(version)

    def _told(self, team: str) -> list[Any]:
        """Everything stored, or what is stored of one workspace."""
        tables = self._live.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        told: list[Any] = []
        for (table,) in tables:
            if table in _UNCOUNTED:
                continue
            columns = [row[1] for row in self._live.execute(f"PRAGMA table_info('{table}')")]
            if team and "team" not in columns:
                continue
            where, given = ("WHERE team = ?", [team]) if team else ("", [])
            rows = self._live.execute(f"SELECT * FROM {table} {where}", given)  # noqa: S608 - the schema's own names
            told.append((table, sorted(map(repr, rows))))
        return told


@asynccontextmanager
async def open_house(data: Path) -> AsyncIterator[House]:
    """A house with a story behind it."""
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    with overhearing() as heard:
        async with (
            theatre(data, catalogue=_CATALOGUE, keys=("recraft", "openai", "gemini")) as stage,
            little_slack() as slack,
        ):
            slack.says["views.push"] = [{"view": {"id": "V0ABOVE"}}]
            ids = await _story(stage)
            clients = slack.clients
            authorize: Any = authorizing(clients)
            app = AsyncApp(client=slack.client(), authorize=authorize, before_authorize=Guard())
            visibility = SlackVisibility(clients)
            register(app, stage.casting, stage.storage.rounds, visibility, clients)
            house = House(app, ids, data / "castroom.sqlite", slack, heard)
            try:
                yield house
            finally:
                house.close()


async def _story(stage: Theatre) -> Ids:
    locked = await stage.locked("Maya: a fisherwoman")
    voting = await stage.voting("Otto: a signalman")
    await stage.vote(voting, U2=1, U3=2)
    sealed = await stage.voting("Ines: a pilot --ballot sealed")
    closed = await stage.voting("Wren: a lock keeper")
    await stage.casting.voting.close(closed.id, LEAD)
    drawing = await stage.open("Zora: a deckhand")
    foreign = await stage.audition(await stage.open("Abel: a cook", "U9", ELSEWHERE))
    abroad = await stage.audition(await stage.open("Sable: a nurse", "U9", ELSEWHERE))
    await stage.casting.voting.click(abroad.numbered(1).id, "U9", 1)
    await stage.casting.locking.lock(abroad.id, abroad.slot_of[1], "U9")
    form = await stage.casting.drafting.begin(FILM, LEAD, "t1")
    away = await stage.casting.drafting.begin(ELSEWHERE, "U9", "t2")
    try:
        await stage.open("Maya: a fisherwoman again")
    except AlreadyCast as asked:
        recast = asked.wish_id
    production = await stage.storage.productions.of(FILM)
    rounds = [await stage.round(round_id) for round_id in (drawing, voting.id, sealed.id, closed.id, locked)]
    return Ids(
        drawing, voting.id, sealed.id, closed.id, locked, recast, form.id, production.digest,
        tuple(slot.id for round_ in rounds for slot in round_.slots),
        tuple(slot.id for slot in sealed.candidates),
        tuple(round_.character_id for round_ in rounds),
        (foreign.id, abroad.id, foreign.slots[0].id, abroad.slots[0].id, foreign.character_id, away.id),
    )  # fmt: skip


def _texts_in(body: Any) -> set[str]:
    """Every text of a payload, whole."""
    waiting, found = [body], set[str]()
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            found.add(part)
        elif isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part[:50]
    return found


def _listeners() -> set[asyncio.Task[Any]]:
    """Bolt runs each listener as a task of its own, which goes on after the ack."""
    return {task for task in asyncio.all_tasks() if "run_ack_function" in getattr(task.get_coro(), "__qualname__", "")}
