"""Storage: rounds, roster and ledger in a database, portraits in a folder or a bucket.

At start `migrate` runs before `open_storage`; the doctor command only opens, so that it changes nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain import storage_advice
from bot.domain.service_errors import StorageUnavailable
from bot.ports.storage import StoragePorts
from bot.settings import Settings
from storage.audit_log import SqlAuditLog
from storage.character_sheets import SqlSheetRepository
from storage.db.engine import Database, open_database, server_address
from storage.db.job_database import check_job_database
from storage.db.notifications import DatabaseNotifications
from storage.db.pooled_sessions import check_sessions
from storage.db.private_files import database_file, restrict_databases
from storage.db.process_lock import AlreadyRunning, process_lock
from storage.db.unfinished_copy import require_finished_copy
from storage.door_tokens import SqlDoorTokens
from storage.erasure.characters import SqlCharacterDeletions
from storage.erasure.consents import SqlConsents
from storage.erasure.log import PortraitStoreErasureLog
from storage.erasure.posted import SqlPostedFiles, SqlPostedMessages
from storage.erasure.reports import SqlPictureReports
from storage.erasure.retention import SqlExpiredData
from storage.erasure.workspace_retention import SqlWorkspaceRetentions
from storage.erasure.workspaces import SqlRemovedWorkspaces
from storage.handled_events import SqlHandledEvents
from storage.installations.oauth_states import SqlOAuthStates
from storage.installations.repository import SqlInstallations
from storage.installations.token_cipher import TokenCipher
from storage.integrity import check_integrity
from storage.migrations import current_revision, latest_revision, migrate, schema_version, unsupported_reason
from storage.money.ledger import SqlLedger
from storage.passports import SqlPassports
from storage.pictures.index import SqlPictureIndex
from storage.pictures.object_store import ObjectStorePortraits, open_portraits
from storage.productions.repository import SqlProductions
from storage.replicas.advisory_locks import AdvisoryLocks
from storage.replicas.call_reservations import SqlCallReservations
from storage.replicas.coordinator import ExecutorIdInUse, PostgresReplicas
from storage.replicas.redraw_marks import SqlRedrawMarks
from storage.replicas.single_process import SingleProcess
from storage.retirement_notices import SqlRetirementNotices
from storage.roster.repository import SqlRoster
from storage.rounds.ballots import SqlBallotRepository
from storage.rounds.cast_many import SqlManyRepository
from storage.rounds.comments import SqlCommentRepository
from storage.rounds.drafts import SqlDraftRepository
from storage.rounds.flaw_tags import SqlFlawAnswers
from storage.rounds.look_alikes import SqlLookAlikes
from storage.rounds.reminders import SqlReminderRepository
from storage.rounds.repository import SqlRoundRepository
from storage.rounds.slots import SqlSlotRepository
from storage.targets import SqlTargetRepository
from storage.upscales import SqlUpscaleRepository
from storage.webhooks.deliveries import SqlWebhookDeliveries
from storage.webhooks.endpoints import SqlWebhookEndpoints

__all__ = [
    "AlreadyRunning",
    "ExecutorIdInUse",
    "PostgresReplicas",
    "Storage",
    "StorageHealth",
    "check_integrity",
    "check_job_database",
    "check_sessions",
    "migrate",
    "open_existing_storage",
    "open_storage",
    "process_lock",
    "restrict_databases",
]


@dataclass(frozen=True)
class StorageHealth:
    """What the doctor command reports; errors are empty if all is well."""

    database_error: str
    schema_revision: str
    required_revision: str
    portraits_error: str

    @property
    def is_healthy(self) -> bool:
        return not self.database_error and not self.portraits_error and not self.is_older

    @property
    def is_older(self) -> bool:
        """Whether the bot migrates the schema when it starts."""
        return self.schema_revision < self.required_revision


@dataclass(frozen=True)
class Storage(StoragePorts):
    """All repositories and stores on one database and one portraits store."""

    slots: SqlSlotRepository
    ballots: SqlBallotRepository
    door_tokens: SqlDoorTokens
    roster: SqlRoster
    portraits: ObjectStorePortraits
    database: Database
    notifications: DatabaseNotifications | None

    async def check(self) -> StorageHealth:
        """Read the schema revision and write a small object to the portraits store; changes nothing else."""
        schema_revision = database_error = portraits_error = ""
        try:
            async with self.database.snapshot() as connection:
                schema = await connection.run_sync(schema_version)
                schema_revision = schema.revision
                await connection.run_sync(require_finished_copy)
            if reason := unsupported_reason(schema):
                raise StorageUnavailable("database", reason, schema.revision)  # noqa: TRY301 - reported as the others
        except Exception as error:  # noqa: BLE001 - drivers raise any error, and doctor reports it
            database_error = _describe(error)
        try:
            await self.portraits.check_anew()
        except Exception as error:  # noqa: BLE001 - the same
            portraits_error = _describe(error)
        return StorageHealth(database_error, schema_revision, latest_revision(), portraits_error)

    async def require_current_schema(self, path: str = "") -> None:
        """Raise StorageUnavailable if the schema is missing, older, or newer without serving this code."""
        async with self.database.snapshot() as connection:
            await connection.run_sync(require_finished_copy)
            schema = await connection.run_sync(schema_version)
        reason = "" if schema.revision >= latest_revision() else "older" if schema.revision else "missing"
        if reason := reason or unsupported_reason(schema):
            raise StorageUnavailable("database", reason, schema.revision, path)

    async def ping(self) -> None:
        """Read from the database; raises what the driver raises."""
        async with self.database.snapshot() as connection:
            await connection.run_sync(current_revision)

    async def open(self) -> None:
        """Register this process and receive notifications; raises ExecutorIdInUse, StorageUnavailable."""
        await self.replicas.open()
        if self.notifications:
            self.notifications.open()

    async def close(self) -> None:
        await self.ballots.drain()
        await self.slots.drain()
        await self.door_tokens.drain()
        if self.notifications:
            await self.notifications.close()
        await self.replicas.close()
        await self.portraits.close()
        await self.database.close()


async def open_storage(settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Storage:
    """Open storage at the settings' addresses and create the portraits folder; the schema must be migrated.

    `now` dates re-rolls, charges and reminders.
    """
    portraits = await asyncio.to_thread(open_portraits, settings.portraits_url)
    database = open_database(
        settings.database_url, settings.database_pool_size, settings.database_statement_timeout_seconds
    )
    is_shared = not database.single_writer
    token_keys = [key.get_secret_value() for key in settings.token_key_list]
    cipher = TokenCipher(token_keys) if token_keys else None
    notifications = DatabaseNotifications(settings.database_url) if is_shared else None
    return Storage(
        rounds=SqlRoundRepository(database),
        slots=SqlSlotRepository(database, now),
        ballots=SqlBallotRepository(database, now),
        reminders=SqlReminderRepository(database),
        comments=SqlCommentRepository(database),
        flaw_answers=SqlFlawAnswers(database),
        look_alikes=SqlLookAlikes(database),
        drafts=SqlDraftRepository(database, now),
        cast_many=SqlManyRepository(database),
        roster=SqlRoster(database),
        upscales=SqlUpscaleRepository(database, now),
        sheets=SqlSheetRepository(database, now),
        ledger=SqlLedger(database),
        retirement_notices=SqlRetirementNotices(database),
        productions=SqlProductions(database),
        audit_log=SqlAuditLog(database),
        portraits=portraits,
        picture_index=SqlPictureIndex(database),
        handled_events=SqlHandledEvents(database, now),
        installations=SqlInstallations(database, cipher, notifications),
        oauth_states=SqlOAuthStates(database, now),
        replicas=(
            PostgresReplicas(database, AdvisoryLocks(settings.database_url), settings.executor_name)
            if is_shared
            else SingleProcess(settings.executor_name)
        ),
        redraw_marks=SqlRedrawMarks(database, notifications) if notifications else None,
        call_reservations=SqlCallReservations(database) if is_shared else None,
        deletions=SqlCharacterDeletions(database),
        erasure_log=PortraitStoreErasureLog(portraits),
        posted_files=SqlPostedFiles(database),
        posted_messages=SqlPostedMessages(database),
        expired_data=SqlExpiredData(database),
        consents=SqlConsents(database),
        reports=SqlPictureReports(database),
        workspace_retentions=SqlWorkspaceRetentions(database),
        targets=SqlTargetRepository(database),
        webhook_endpoints=SqlWebhookEndpoints(database, cipher),
        webhook_deliveries=SqlWebhookDeliveries(database),
        passports=SqlPassports(database),
        door_tokens=SqlDoorTokens(database),
        removed_workspaces=SqlRemovedWorkspaces(database, portraits),
        notifications=notifications,
        database=database,
    )


@asynccontextmanager
async def open_existing_storage(
    settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> AsyncIterator[Storage]:
    """Open storage that a bot has created, with this version's schema; create nothing, and close it at the end.

    Raises StorageUnavailable; its reason is missing or older if the schema is.
    """
    file = database_file(settings.database_url)
    path = str(file or server_address(settings.database_url))
    if file and not file.exists():
        raise StorageUnavailable("database", "missing", "", path)
    await check_integrity(settings.database_url)
    storage = await open_storage(settings, now)
    try:
        await storage.require_current_schema(path)
        yield storage
    finally:
        await storage.close()


def _describe(error: Exception) -> str:
    if isinstance(error, StorageUnavailable):
        return storage_advice.describe(error)
    return f"{type(error).__name__}: {error}".splitlines()[0]
