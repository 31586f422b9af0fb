"""Durable jobs by DBOS: work on a round survives the process. The only importer of dbos.

A job (`round`, `slot`, `close`, `repost`, `upscale`, `sheet_view`, `passport`, `delete`, `webhook`) with its key is one
DBOS workflow. Each step calls a use case that first checks what exists, since a step that ran but was not recorded runs
again. The application version is pinned: by default DBOS derives it from the source, and an edit would strand rounds in
progress. Arguments are strings in portable JSON; the default serializer is pickle.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID, StepOptions

from bot.domain.errors import CastingError
from bot.domain.ids import round_id_of_key
from bot.domain.service_errors import NotInstalled, PortraitMissing, StorageUnavailable
from bot.telemetry import logs, metrics, tracing
from bot.usecases.casting import Casting
from bot.usecases.storage_retry import StorageRetry

log = structlog.get_logger()

VERSION = "castroom-1"
_ACTIVE_STATUSES = frozenset({"PENDING", "ENQUEUED", "DELAYED"})
_ENDED_STATUSES = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_PURGE_BATCH = 200
_MAX_RECOVERIES = 100
_STEP_ATTEMPTS, _FIRST_STEP_INTERVAL = 9, 0.5
_MIN_RETRY_SECONDS, _MAX_RETRY_SECONDS = 5.0, 3_600.0

R = TypeVar("R")
Workflow = Callable[[str], Coroutine[Any, Any, None]]


class JobRunner:
    """Runs jobs; implements the port JobQueue. One instance per process, as DBOS is a singleton."""

    def __init__(self, url: str, executor_id: str, pool_size: int = 20) -> None:
        """Prepare a runner; `pool_size` is the most connections to a database on a server."""
        self._url = url
        self._pool_size = pool_size
        self._executor_id = executor_id
        self._workflows: dict[str, Workflow] = {}

    async def launch(self, casting: Casting) -> None:
        """Open the job database and recover unfinished jobs. Call it on the event loop the jobs run on.

        Raises StorageUnavailable.
        """
        is_sqlite = self._url.startswith("sqlite:///")
        if is_sqlite:
            await asyncio.to_thread(_enable_wal, Path(self._url.removeprefix("sqlite:///")))
        config: DBOSConfig = {
            "name": "castroom",
            "system_database_url": self._url,
            "application_version": VERSION,
            "executor_id": self._executor_id,
            "serializer": DBOSPortableJSONSerializer(),
            "max_executor_threads": 16,
            "sys_db_pool_size": self._pool_size,
            "db_engine_kwargs": {"connect_args": {"factory": _UnsyncedConnection}} if is_sqlite else {},
            "log_level": "WARNING",
        }
        DBOS(config=config)
        self._workflows = _build_workflows(casting)
        DBOS.launch()

    async def start(self, kind: str, key: str) -> None:
        """Start the job unless it is running; a finished one starts again.

        A failed job waits first, longer each time. If the job database fails, the scheduler starts the job at its next
        run: the round's state is already stored.
        """
        try:
            await self._start(kind, key)
        except Exception:
            log.exception("job_start_failed", kind=kind, key=key)

    async def _start(self, kind: str, key: str) -> None:
        attempt, last = 0, None
        while status := await DBOS.get_workflow_status_async(_workflow_id(kind, key, attempt)):
            if status.status in _ACTIVE_STATUSES:
                return
            attempt, last = attempt + 1, status
        if last and last.status != "SUCCESS" and time.time() < _retry_at(attempt, last.updated_at or 0):
            return
        with SetWorkflowID(_workflow_id(kind, key, attempt)):
            await DBOS.start_workflow_async(self._workflows[kind], key)

    async def pending_owners(self) -> frozenset[str]:
        """Return the executor ids that have unfinished workflows."""
        pending = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        return frozenset(status.executor_id for status in pending if status.executor_id)

    async def take_over(self, executor_id: str) -> int:
        """Put the unfinished workflows of a process that has ended into the queue of all; return their number.

        A workflow is moved once, however many processes ask. DBOS has no public function that keeps the owner check
        and the number of recoveries; tests/contract/ports/test_takeover.py holds this one.
        """
        return len(await asyncio.to_thread(DBOS._recover_pending_workflows, [executor_id]))

    async def purge(self, before: datetime) -> int:
        """Delete the rows of jobs that ended before then; return how many. A failed job may start again afterwards."""
        deleted = 0
        while True:
            ended = await DBOS.list_workflows_async(
                status=list(_ENDED_STATUSES),
                completed_before=before.isoformat(),
                limit=_PURGE_BATCH,
                load_input=False,
                load_output=False,
            )
            if not ended:
                return deleted
            await DBOS.delete_workflows_async([status.workflow_id for status in ended])
            deleted += len(ended)

    async def close(self) -> None:
        """Stop without waiting: unfinished jobs stay pending and are recovered at the next launch."""
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)


class _UnsyncedConnection(sqlite3.Connection):
    """A connection whose commits do not wait for the disk; a killed process loses none of them.

    A power cut can lose the last ones, never the file (https://www.sqlite.org/pragma.html#pragma_synchronous). The
    application database waits for the disk, and what jobs must do is stored there: lost steps run again.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute("PRAGMA synchronous=NORMAL")


def _build_workflows(casting: Casting) -> dict[str, Workflow]:
    """Return the jobs as workflows. Their bodies make no decisions, so that a replay takes the same path."""
    round_message, audition, round_pictures = (
        casting.round_message,
        casting.audition,
        casting.round_pictures,
    )
    retrying_step = partial(_retrying_step, casting.storage_retry)

    @DBOS.workflow(name="slot", max_recovery_attempts=_MAX_RECOVERIES)
    async def slot(slot_id: str) -> None:
        with _job_context("slot", slot_id):
            await _step(audition.generate_when_posted, slot_id, name="generate_slot")

    async def start_slots(round_id: str) -> None:
        # One after the other: writers that wait for SQLite together back off for longer than they write.
        for slot_id in await _step(audition.slot_ids, round_id):
            with SetWorkflowID(_workflow_id("slot", slot_id, 0)):
                await DBOS.start_workflow_async(slot, slot_id)

    @DBOS.workflow(name="audition", max_recovery_attempts=_MAX_RECOVERIES)
    async def round_(round_id: str) -> None:
        with _job_context("round", round_id):
            # The models are called from the first step, so that they do not wait for the start of durable jobs.
            await retrying_step(audition.post_and_generate, round_id, name="post")
            await start_slots(round_id)
            await retrying_step(audition.open_when_ready, round_id)
            await retrying_step(round_pictures.publish_missing, round_id)

    # Rounds that an earlier version started have this workflow: a replay needs the recorded steps in their order.
    @DBOS.workflow(name="round", max_recovery_attempts=_MAX_RECOVERIES)
    async def earlier_round(round_id: str) -> None:
        with _job_context("round", round_id):
            await retrying_step(round_message.post, round_id)
            await start_slots(round_id)
            await _step(audition.wait_until_ready, round_id)
            await retrying_step(audition.open_ballot, round_id)
            await retrying_step(round_pictures.publish_missing, round_id)

    @DBOS.workflow(name="close", max_recovery_attempts=_MAX_RECOVERIES)
    async def close(round_id: str) -> None:
        with _job_context("close", round_id):
            await retrying_step(casting.close_vote.close_due, round_id)
            await retrying_step(round_pictures.publish_missing, round_id)
            # Last, so that a workflow of the version before, which ended here, is replayed as it was.
            await retrying_step(casting.look_alikes.ask, round_id)

    @DBOS.workflow(name="repost", max_recovery_attempts=_MAX_RECOVERIES)
    async def repost(round_id: str) -> None:
        with _job_context("repost", round_id):
            await retrying_step(round_message.repost, round_id)

    @DBOS.workflow(name="upscale", max_recovery_attempts=_MAX_RECOVERIES)
    async def upscale(upscale_id: str) -> None:
        with _job_context("upscale", upscale_id):
            await _step(casting.run_upscale.run, upscale_id)
            await retrying_step(casting.run_upscale.publish, upscale_id)

    @DBOS.workflow(name="passport", max_recovery_attempts=_MAX_RECOVERIES)
    async def passport(round_id: str) -> None:
        with _job_context("passport", round_id):
            await _step(casting.passport_signing.sign_missing, round_id)

    @DBOS.workflow(name="sheet_view", max_recovery_attempts=_MAX_RECOVERIES)
    async def sheet_view(attempt_id: str) -> None:
        with _job_context("sheet_view", attempt_id):
            await _step(casting.draw_sheet_view.draw_sheet_view, attempt_id)
            await retrying_step(casting.draw_sheet_view.show_sheet_view, attempt_id)

    @DBOS.workflow(name="delete", max_recovery_attempts=_MAX_RECOVERIES)
    async def delete(deletion_id: str) -> None:
        with _job_context("delete", deletion_id):
            await _step(casting.deletion.run, deletion_id)

    @DBOS.workflow(name="webhook", max_recovery_attempts=_MAX_RECOVERIES)
    async def webhook(delivery_id: str) -> None:
        with _job_context("webhook", delivery_id):
            await _step(casting.webhook_delivery.deliver, delivery_id)

    return {
        "round": round_,
        "slot": slot,
        "close": close,
        "repost": repost,
        "upscale": upscale,
        "passport": passport,
        "sheet_view": sheet_view,
        "delete": delete,
        "webhook": webhook,
    }


@contextmanager
def _job_context(kind: str, key: str) -> Iterator[None]:
    """Count the job, and add its round's id to log records, including those of DBOS."""
    round_id = round_id_of_key(key)
    with (
        metrics.track_job(kind),
        logs.round_context(round_id),
        tracing.span(f"job.{kind}", round_id, job=kind, item=key),
    ):
        yield


async def _step(use_case: Callable[[str], Coroutine[Any, Any, R]], key: str, name: str = "") -> R:
    """Run a recorded step without retries, which paid use cases decide; it keeps the `name` of earlier versions."""
    name = name or use_case.__name__
    with tracing.span(f"step.{name}", round_id_of_key(key), step=name, item=key):
        return await DBOS.run_step_async({"name": name}, use_case, key)


async def _retrying_step(
    storage_retry: StorageRetry, use_case: Callable[[str], Coroutine[Any, Any, R]], key: str, name: str = ""
) -> R:
    """Run a recorded step with retries for about two minutes, since Slack may be down for a while.

    Notifies the lead if database or portraits fail, and if all attempts end with an error that no code expects: the
    scheduler starts the job again, but only a person can find the cause. Where the workspace removed the app, there are
    no retries, and the scheduler starts the job less and less often.
    """

    name = name or use_case.__name__
    unexpected: Exception | None = None

    async def call_and_notify(key: str) -> R:
        nonlocal unexpected
        unexpected = None
        try:
            return await use_case(key)
        except (StorageUnavailable, PortraitMissing) as error:
            await storage_retry.notify_lead(round_id_of_key(key), error)
            raise
        except CastingError:
            raise
        except Exception as error:
            log.exception("job_failed_unexpectedly", step=name, key=key)
            unexpected = error
            raise

    options = StepOptions(
        name=name,
        retries_allowed=True,
        max_attempts=_STEP_ATTEMPTS,
        interval_seconds=_FIRST_STEP_INTERVAL,
        backoff_rate=2.0,
        should_retry=lambda error: not isinstance(error, NotInstalled),
    )
    try:
        with tracing.span(f"step.{name}", round_id_of_key(key), step=name, item=key):
            return await DBOS.run_step_async(options, call_and_notify, key)
    except Exception:
        # A step that a shutdown cancels continues at the next start, so the lead is not notified.
        if unexpected:
            await storage_retry.notify_lead(round_id_of_key(key), unexpected)
        raise


def _retry_at(attempts: int, failed_at: int) -> float:
    """Return when a failed job may run again, in seconds since 1970; `failed_at` in milliseconds."""
    return failed_at / 1000 + min(_MIN_RETRY_SECONDS * (1 << min(attempts, 12)), _MAX_RETRY_SECONDS)


def _workflow_id(kind: str, key: str, attempt: int) -> str:
    return f"{kind}:{key}:{attempt}"


def _enable_wal(path: Path) -> None:
    """Set write-ahead logging, which the file keeps: DBOS leaves its SQLite file on a rollback journal.

    Raises StorageUnavailable if the file cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            (check_result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except (OSError, sqlite3.Error) as error:
        reason = "damaged" if type(error) is sqlite3.DatabaseError else "away"
        raise StorageUnavailable("engine", reason, str(error), str(path)) from error
    if check_result != "ok":
        raise StorageUnavailable("engine", "damaged", " ".join(str(check_result).split()), str(path))
