"""The bot's listeners over real use cases and a real database: rounds in every state, two workspaces, no models.

Every case starts from the same stored state, which is restored after a change.
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

from benchmarks.fuzz.runner import UnexpectedChange
from benchmarks.harness.log_capture import LogCapture, capture_logs
from bot.domain.catalogue import Catalogue
from bot.domain.errors import AlreadyCast
from bot.domain.ids import ChannelRef
from bot.runtime.slack_server import TrackedSocketHandler
from handlers import register
from handlers.slack.clients import make_authorize
from handlers.slack.directory import SlackDirectory
from handlers.slack.middleware import EnvelopeValidation
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, CastingHarness, casting_harness
from tests.support.fake_slack_server import FakeSlackServer, fake_slack_server
from tests.support.scripted_models import BANANA, LITERAL, SKIN, UPSCALER

OTHER_CHANNEL = ChannelRef("T2", "C9")
_CATALOGUE = Catalogue((SKIN, LITERAL, BANANA), frozenset({"recraft", "openai", "gemini"}), (UPSCALER,))
# Unconfirmed drafts are stored before a round starts and cost nothing.
_IGNORED_TABLES = ("round_drafts", "alembic_version")
_TEAMS = frozenset({"T1", "T2"})


@dataclass(frozen=True)
class StoredIds:
    """Ids of everything stored; `foreign` are those of the other workspace."""

    drawing: str
    voting: str
    sealed: str
    closed: str
    locked: str
    recast_draft: str
    form_draft: str
    digest: str
    slots: tuple[str, ...]
    ballot_slots: tuple[str, ...]
    characters: tuple[str, ...]
    foreign: tuple[str, ...]

    @property
    def rounds(self) -> tuple[str, ...]:
        return self.drawing, self.voting, self.sealed, self.closed, self.locked

    @property
    def all(self) -> tuple[str, ...]:
        own = (*self.rounds, *self.slots, *self.characters, self.recast_draft, self.form_draft, self.digest)
        return (*own, *self.foreign, "T1", "T2", "T9", "C1", "C2", "C9", LEAD, DIRECTOR, "nobody")


class FuzzApp:
    """The bot's app with its database; `run_case` sends it a payload."""

    def __init__(
        self, app: AsyncApp, ids: StoredIds, database: Path, slack: FakeSlackServer, log_capture: LogCapture
    ) -> None:
        self._socket_handler = TrackedSocketHandler.__new__(TrackedSocketHandler)  # without a socket
        self._socket_handler.app = app
        self.ids = ids
        self.log_capture = log_capture
        self._slack = slack
        self._connection = sqlite3.connect(database)
        self._snapshot = sqlite3.connect(":memory:")
        self._connection.backup(self._snapshot)
        self._baseline = {team: self._dump_rows(team) for team in ("", *_TEAMS)}
        self._version = self._data_version()

    async def run_case(self, body: Any) -> bool:
        """Return whether the app accepted the payload.

        Raises AssertionError for a crash, UnexpectedChange if a refused payload changed the database.
        """
        self.log_capture.clear()
        sent: list[Any] = []

        async def send(response: Any) -> None:
            sent.append(response)

        if isinstance(body, dict) and str(body.get("response_url")).startswith("http"):
            body["response_url"] = self._slack.response_url
        client = SimpleNamespace(send_socket_mode_response=send, logger=SimpleNamespace(level=30, info=lambda *_: None))
        await self._socket_handler.handle(client, SocketModeRequest(type="any", envelope_id="e1", payload=body))
        await asyncio.gather(*_listener_tasks())
        self._slack.calls.clear()
        self._slack.responses.clear()
        crashes = self.log_capture.crashes
        is_accepted = bool(sent) and not self.log_capture.is_refused
        problem = self._find_unexpected_change(body, is_accepted=is_accepted)
        assert not crashes, crashes
        if problem:
            raise UnexpectedChange(problem)
        return is_accepted

    def close(self) -> None:
        self._connection.close()
        self._snapshot.close()

    def _find_unexpected_change(self, body: Any, *, is_accepted: bool) -> str:
        """Describe an unexpected change of the database, "" without one; restore the state."""
        if self._data_version() == self._version:
            return ""
        current = {team: self._dump_rows(team) for team in self._baseline}
        self._snapshot.backup(self._connection)
        self._connection.commit()
        self._version = self._data_version()
        untouched_teams = _TEAMS - _texts_in(body)
        changed = {team for team in untouched_teams if current[team] != self._baseline[team]}
        if changed:
            return f"{changed} changed by what names it nowhere"
        if not is_accepted and current[""] != self._baseline[""]:
            return f"stored by what was refused ({[line['event'] for line in self.log_capture.events]})"
        return ""

    def _data_version(self) -> int:
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def _dump_rows(self, team: str) -> list[Any]:
        """Dump all stored rows, or those of one workspace."""
        tables = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
        dump: list[Any] = []
        for (table,) in tables:
            if table in _IGNORED_TABLES:
                continue
            columns = [row[1] for row in self._connection.execute(f"PRAGMA table_info('{table}')")]
            if team and "team" not in columns:
                continue
            where, parameters = ("WHERE team = ?", [team]) if team else ("", [])
            rows = self._connection.execute(f"SELECT * FROM {table} {where}", parameters)  # noqa: S608 - the schema's own names
            dump.append((table, sorted(map(repr, rows))))
        return dump


@asynccontextmanager
async def open_fuzz_app(data: Path) -> AsyncIterator[FuzzApp]:
    """Open the app over a database with rounds in every state."""
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    with capture_logs() as log_capture:
        async with (
            casting_harness(data, catalogue=_CATALOGUE, keys=("recraft", "openai", "gemini")) as harness,
            fake_slack_server() as slack,
        ):
            slack.replies["views.push"] = [{"view": {"id": "V0ABOVE"}}]
            ids = await _seed_rounds(harness)
            clients = slack.clients
            authorize: Any = make_authorize(clients)
            app = AsyncApp(client=slack.client(), authorize=authorize, before_authorize=EnvelopeValidation())
            visibility = SlackDirectory(clients)
            register(app, harness.casting, harness.storage, visibility, clients)
            fuzz_app = FuzzApp(app, ids, data / "castroom.sqlite", slack, log_capture)
            try:
                yield fuzz_app
            finally:
                fuzz_app.close()


async def _seed_rounds(harness: CastingHarness) -> StoredIds:
    locked = await harness.run_to_lock("Maya: a fisherwoman")
    voting = await harness.run_to_voting("Otto: a signalman")
    await harness.vote(voting, U2=1, U3=2)
    sealed = await harness.run_to_voting("Ines: a pilot --ballot sealed")
    closed = await harness.run_to_voting("Wren: a lock keeper")
    await harness.casting.round_controls.close(closed.id, LEAD)
    drawing = await harness.start_round("Zora: a deckhand")
    foreign = await harness.audition(await harness.start_round("Abel: a cook", "U9", OTHER_CHANNEL))
    foreign_locked = await harness.audition(await harness.start_round("Sable: a nurse", "U9", OTHER_CHANNEL))
    await harness.casting.voting.click(foreign_locked.candidate_by_number(1).id, "U9", 1)
    await harness.casting.lock_face.lock(foreign_locked.id, foreign_locked.slot_id_by_number[1], "U9")
    form = await harness.casting.round_form.create(FILM, LEAD, "t1")
    foreign_form = await harness.casting.round_form.create(OTHER_CHANNEL, "U9", "t2")
    try:
        await harness.start_round("Maya: a fisherwoman again")
    except AlreadyCast as error:
        recast = error.draft_id
    production = await harness.storage.productions.get(FILM)
    rounds = [await harness.get_round(round_id) for round_id in (drawing, voting.id, sealed.id, closed.id, locked)]
    return StoredIds(
        drawing,
        voting.id,
        sealed.id,
        closed.id,
        locked,
        recast,
        form.id,
        production.digest,
        tuple(slot.id for round_ in rounds for slot in round_.slots),
        tuple(slot.id for slot in sealed.candidates),
        tuple(round_.character_id for round_ in rounds),
        (
            foreign.id,
            foreign_locked.id,
            foreign.slots[0].id,
            foreign_locked.slots[0].id,
            foreign.character_id,
            foreign_form.id,
        ),
    )


def _texts_in(body: Any) -> set[str]:
    """Return every string of a payload."""
    pending, found = [body], set[str]()
    while pending:
        part = pending.pop()
        if isinstance(part, str):
            found.add(part)
        elif isinstance(part, dict):
            pending += part.values()
        elif isinstance(part, list):
            pending += part[:50]
    return found


def _listener_tasks() -> set[asyncio.Task[Any]]:
    """Find the tasks of running listeners: Bolt runs each in its own task, which goes on after the ack."""
    return {task for task in asyncio.all_tasks() if "run_ack_function" in getattr(task.get_coro(), "__qualname__", "")}
