"""Durable execution by DBOS: a round's errands survive the process. The only importer of dbos.

An errand `round`, `slot`, `close`, `again` or `finish` with its key is one DBOS workflow. Every step calls a use case
that first looks at what is already there, so a step that ran but was not recorded may run again. The application
version is pinned: by default DBOS derives it from the source, and any edit would strand the rounds under way. Arguments
are plain text in portable JSON; the default serializer would be pickle.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID, StepOptions

from bot import logs, measures
from bot.casting import Casting
from bot.errors import NotKept, PortraitLost
from bot.holding import Holding

log = structlog.get_logger()

VERSION = "castroom-1"
_RUNNING = frozenset({"PENDING", "ENQUEUED", "DELAYED"})
_RECOVERIES = 100
_SHORTEST_REST, _LONGEST_REST = 5.0, 3_600.0

R = TypeVar("R")
Errand = Callable[[str], Coroutine[Any, Any, None]]


class Engine:
    """Runs errands; implements the port Errands. One engine a process, since DBOS is one a process."""

    def __init__(self, url: str, executor_id: str) -> None:
        self._url = url
        self._executor_id = executor_id
        self._errands: dict[str, Errand] = {}

    async def launch(self, casting: Casting) -> None:
        """Open the engine's own database and take up what a crash left behind; inside the loop the errands run on.

        Raises NotKept.
        """
        if self._url.startswith("sqlite:///"):
            await asyncio.to_thread(_write_ahead, Path(self._url.removeprefix("sqlite:///")))
        config: DBOSConfig = {
            "name": "castroom",
            "system_database_url": self._url,
            "application_version": VERSION,
            "executor_id": self._executor_id,
            "serializer": DBOSPortableJSONSerializer(),
            "max_executor_threads": 16,
            "log_level": "WARNING",
        }
        DBOS(config=config)
        self._errands = _errands_of(casting)
        DBOS.launch()

    async def start(self, kind: str, key: str) -> None:
        """See that the errand runs: nothing happens while it does; one that has ended is started afresh.

        One that failed rests first, longer each time, so that what Slack never takes does not keep the bot busy. Where
        the engine's own database does not take it, the clock's next tick starts it: what it is for is saved already.
        """
        try:
            await self._start(kind, key)
        except Exception:
            log.exception("not_started", errand=kind, key=key)

    async def _start(self, kind: str, key: str) -> None:
        attempt, last = 0, None
        while status := await DBOS.get_workflow_status_async(_id(kind, key, attempt)):
            if status.status in _RUNNING:
                return
            attempt, last = attempt + 1, status
        if last and last.status != "SUCCESS" and time.time() < _rested(attempt, last.updated_at or 0):
            return
        with SetWorkflowID(_id(kind, key, attempt)):
            await DBOS.start_workflow_async(self._errands[kind], key)

    async def close(self) -> None:
        """Stop without waiting: what is unfinished stays pending and is taken up at the next launch."""
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)


def _errands_of(casting: Casting) -> dict[str, Errand]:
    """The errands as workflows. Their bodies decide nothing, so that a replay takes the same way."""
    posting, audition, presenting, voting = casting.posting, casting.audition, casting.presenting, casting.voting
    patiently = partial(_patiently, casting.holding)

    @DBOS.workflow(name="slot", max_recovery_attempts=_RECOVERIES)
    async def slot(slot_id: str) -> None:
        with _under_way("slot", slot_id):
            await _step(audition.draw, slot_id)

    @DBOS.workflow(name="round", max_recovery_attempts=_RECOVERIES)
    async def round_(round_id: str) -> None:
        with _under_way("round", round_id):
            await patiently(posting.post, round_id)
            for slot_id in await _step(audition.slots, round_id):
                with SetWorkflowID(_id("slot", slot_id, 0)):
                    await DBOS.start_workflow_async(slot, slot_id)
            await _step(audition.settle, round_id)
            await patiently(audition.open_ballot, round_id)
            await patiently(presenting.catch_up, round_id)

    @DBOS.workflow(name="close", max_recovery_attempts=_RECOVERIES)
    async def close(round_id: str) -> None:
        with _under_way("close", round_id):
            await patiently(voting.close_due, round_id)
            await patiently(presenting.catch_up, round_id)

    @DBOS.workflow(name="again", max_recovery_attempts=_RECOVERIES)
    async def again(round_id: str) -> None:
        with _under_way("again", round_id):
            await patiently(posting.post_again, round_id)

    @DBOS.workflow(name="finish", max_recovery_attempts=_RECOVERIES)
    async def finish(finish_id: str) -> None:
        with _under_way("finish", finish_id):
            await _step(casting.enlarging.enlarge, finish_id)
            await patiently(casting.enlarging.show, finish_id)

    return {"round": round_, "slot": slot, "close": close, "again": again, "finish": finish}


@contextmanager
def _under_way(kind: str, key: str) -> Iterator[None]:
    """The errand is counted, and what is logged for it, also by DBOS, carries its round's id."""
    with measures.errand(kind), logs.during(round_of(key)):
        yield


async def _step(use_case: Callable[[str], Coroutine[Any, Any, R]], key: str) -> R:
    """A recorded step, not repeated on error: what costs money says itself what may be asked again."""
    return await DBOS.run_step_async({"name": use_case.__name__}, use_case, key)


async def _patiently(holding: Holding, use_case: Callable[[str], Coroutine[Any, Any, R]], key: str) -> R:
    """A recorded step that tries again for about two minutes: Slack may be away for a while. Where it is database or
    portraits that fail, the lead is told of it.
    """

    async def told(key: str) -> R:
        try:
            return await use_case(key)
        except (NotKept, PortraitLost) as error:
            await holding.tell(round_of(key), error)
            raise

    options = StepOptions(
        name=use_case.__name__, retries_allowed=True, max_attempts=9, interval_seconds=0.5, backoff_rate=2.0
    )
    return await DBOS.run_step_async(options, told, key)


def round_of(key: str) -> str:
    """The round's id in that of one of its slots or finishes, which begin with it."""
    return key.partition("-")[0]


def _rested(attempts: int, failed_at: int) -> float:
    """When an errand that failed so often may be tried again, as seconds since 1970; `failed_at` in milliseconds."""
    return failed_at / 1000 + min(_SHORTEST_REST * (1 << min(attempts, 12)), _LONGEST_REST)


def _id(kind: str, key: str, attempt: int) -> str:
    return f"{kind}:{key}:{attempt}"


def _write_ahead(path: Path) -> None:
    """DBOS leaves its SQLite file on a rollback journal; write-ahead logging stays with the file once set.

    Raises NotKept for a file that cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except (OSError, sqlite3.Error) as error:
        why = "damaged" if type(error) is sqlite3.DatabaseError else "away"
        raise NotKept("engine", why, str(error), str(path)) from error
    if said != "ok":
        raise NotKept("engine", "damaged", " ".join(str(said).split()), str(path))
