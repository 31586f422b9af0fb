"""Composition root: builds all components and closes them in reverse order."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler, AsyncServerErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot import __version__
from bot.domain.budget import Caps
from bot.domain.catalogue import Size
from bot.domain.handbook import Section, see
from bot.domain.passport import OtherPassportKey
from bot.domain.person_limits import PersonLimits
from bot.domain.retention import Retention
from bot.domain.service_errors import SlackUnavailable
from bot.passport import C2paReader, C2paSigner, open_passport
from bot.runtime.health_server import HealthSources, health_server
from bot.runtime.http_listener import AddressUnavailable
from bot.runtime.jobs import JobRunner
from bot.runtime.link_key import LinkKeyUnreadable, read_link_key
from bot.runtime.process_tuning import freeze_startup_objects, set_malloc_threshold
from bot.runtime.scheduler import Scheduler
from bot.runtime.shutdown import GENERATION_DRAIN_SECONDS, REDRAW_DRAIN_SECONDS, ShutdownDeadline
from bot.runtime.slack_server import slack_server
from bot.runtime.takeover import Takeover
from bot.settings import Settings
from bot.telemetry import metrics, tracing
from bot.usecases.casting import Casting
from bot.usecases.ports import Ports
from bot.version import commit
from handlers import register
from handlers.slack.clients import Clients, make_authorize
from handlers.slack.direct_messages import SlackDirectMessages
from handlers.slack.directory import SlackDirectory
from handlers.slack.files import SlackFileDeletion
from handlers.slack.installed_workspaces import InstalledWorkspaces
from handlers.slack.lookups import start_membership_checks
from handlers.slack.message_deletion import SlackMessageDeletion
from handlers.slack.middleware import EnvelopeValidation, ack_timing
from handlers.slack.oauth import OAuthApp, make_install_flow
from handlers.slack.rate_limits import RateLimitRetryHandler
from handlers.slack.redraw_scheduler import UpdateBudget
from handlers.slack.round_publisher import SlackRoundPublisher
from handlers.slack.shared_redraws import SharedRedraws
from handlers.slack.token_refresh import TokenRefresh
from handlers.text import errors
from providers.accounts import open_models
from providers.http.webhook_sender import HttpWebhookSender
from storage import (
    AlreadyRunning,
    ExecutorIdInUse,
    PostgresReplicas,
    Storage,
    check_integrity,
    check_job_database,
    check_sessions,
    migrate,
    open_storage,
    process_lock,
    restrict_databases,
)

log = structlog.get_logger()


class NoWorkspace(Exception):
    """No workspace to serve; the text says why."""


class PassportKeyUnusable(Exception):
    """The key of the passports, or the file of trust anchors, cannot be used; the text says why."""


@dataclass(frozen=True)
class Bot:
    """The built components of a bot that does not listen yet."""

    settings: Settings
    slack: AsyncApp
    casting: Casting
    storage: Storage
    install_flow: AsyncOAuthFlow | None


@asynccontextmanager
async def open_bot(settings: Settings, shutdown_deadline: ShutdownDeadline | None = None) -> AsyncIterator[Bot]:
    """Open all components and resume the work that a crash interrupted; close them in reverse on exit.

    Portraits in progress get a few seconds to finish, because they are paid for; the rest resumes at the next start.
    Raises AlreadyRunning, NoWorkspace, and StorageUnavailable if the database or the portraits store is unusable.
    """
    settings.scrub_proxy_env()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(process_lock(settings.database_url))
        await check_integrity(settings.database_url)
        await check_job_database(settings.engine_url)
        await check_sessions(settings.database_url, "database")
        await check_sessions(settings.engine_url, "engine")
        clients = await _connect_workspaces(settings)
        await migrate(settings.database_url)
        storage = await open_storage(settings, settings.now)
        stack.push_async_callback(storage.close)
        tracing.trace_engines(storage.database.engines)
        await storage.portraits.check_anew()
        models = open_models(settings, storage.call_reservations)
        stack.push_async_callback(models.close)
        webhook_sender = HttpWebhookSender(allow_loopback=settings.webhook_allow_loopback)
        stack.push_async_callback(webhook_sender.close)
        token_refresh = _serve_installed(settings, clients, storage) if settings.uses_oauth else None
        slack_directory = SlackDirectory(clients, cached=settings.directory_cache_seconds)
        publisher = SlackRoundPublisher(
            clients,
            storage,
            models.catalogue,
            slack_directory,
            settings.now,
            partial(UpdateBudget, settings.message_update_seconds, settings.updates_per_minute),
        )
        stack.push_async_callback(publisher.close, REDRAW_DRAIN_SECONDS)
        shared_redraws = _share_redraws(storage, publisher)
        # A token of the settings is used no more in any bot once one of them heard that its workspace changed.
        storage.installations.listen(clients.remove)
        await storage.open()
        for team in clients.teams:
            await storage.removed_workspaces.cancel(team)
        if shared_redraws:
            shared_redraws.open()
        credentials_reader, passport_signer = await _open_passport(settings, storage)
        job_runner = JobRunner(settings.engine_url, settings.executor_name, settings.engine_pool_size)
        casting = Casting(
            Ports(
                storage=storage,
                model_clients=models,
                publisher=publisher,
                channel_access=slack_directory,
                user_directory=slack_directory,
                job_queue=job_runner,
                retirement_source=models,
                direct_messages=SlackDirectMessages(
                    clients, models.catalogue, slack_directory, storage.posted_messages
                ),
                slack_files=SlackFileDeletion(clients),
                slack_messages=SlackMessageDeletion(clients),
                credentials_reader=credentials_reader,
                passport_signer=passport_signer,
                webhook_sender=webhook_sender,
                webhook_overlap=timedelta(hours=settings.webhook_overlap_hours),
                model_health=models,
                caps=Caps(
                    per_round=settings.max_usd_per_round,
                    per_day=settings.max_usd_per_day,
                    per_person_day=settings.max_usd_per_person_day,
                    per_production_month=settings.max_usd_per_production_month,
                    per_workspace_month=settings.max_usd_per_workspace_month,
                ),
                admins=settings.money_admin_ids,
                limits=PersonLimits(
                    open_rounds=settings.max_open_rounds_per_person,
                    forms=settings.max_forms_per_person_day,
                    free_portraits=settings.max_free_portraits_per_person_day,
                ),
                retention=Retention(
                    settings.keep_portraits_days,
                    settings.keep_photos_days,
                    settings.keep_voters_days,
                    settings.keep_audit_days,
                    settings.keep_jobs_days,
                ),
                uninstall_grace=timedelta(days=settings.uninstall_grace_days),
                doors_url=settings.doors_address,
                now=settings.now,
                shortest_voting=timedelta(seconds=settings.shortest_voting_seconds),
                patience=dict.fromkeys(Size, settings.patience_4k_seconds) | {Size.DRAFT: settings.patience_seconds},
            )
        )
        await job_runner.launch(casting)
        await asyncio.to_thread(restrict_databases, settings)
        stack.push_async_callback(job_runner.close)
        stack.push_async_callback(_wait_for_generations, casting, shutdown_deadline or ShutdownDeadline())
        if isinstance(storage.replicas, PostgresReplicas):
            takeover = Takeover(job_runner, storage.replicas)
            takeover.start()
            stack.push_async_callback(takeover.stop)
        await casting.refresh_messages()
        scheduler = Scheduler(
            casting, settings.first_sweep_seconds, token_refresh.refresh_due if token_refresh else None
        )
        scheduler.start()
        stack.callback(scheduler.stop)
        settings.scrub_slack_env()
        slack = AsyncApp(
            # Without a name, Bolt looks for the file of each module: a tenth of a second.
            name="castroom",
            client=_client(settings),
            authorize=make_authorize(clients),  # type: ignore[arg-type] # Bolt accepts None for an unknown workspace
            signing_secret=_plain(settings.slack_signing_secret) or None,
            before_authorize=EnvelopeValidation(clients),
            user_facing_authorize_error_message=errors.WORKSPACE_UNKNOWN,
            logger=logging.getLogger("slack_bolt"),
        )
        slack.use(ack_timing)
        register(slack, casting, storage, slack_directory, clients)
        yield Bot(settings, slack, casting, storage, _install_flow(settings, storage) if settings.uses_oauth else None)


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; exit with status 1 without a workspace, or if another process is running.

    Also exits with status 1 if an address to listen on is not available. Raises StorageUnavailable.
    """
    running_commit = await asyncio.to_thread(commit)
    log.info("process_started", version=__version__, commit=running_commit)
    metrics.build.info({"version": __version__, "commit": running_commit})
    set_malloc_threshold()
    stop, shutdown_deadline = asyncio.Event(), ShutdownDeadline()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    try:
        async with AsyncExitStack() as stack:
            if endpoint := settings.otel_exporter_otlp_endpoint:
                # It blocks the loop, which has nothing left to do then: DBOS has ended the loop's threads.
                stack.callback(tracing.start(endpoint, settings.executor_name))
            with freeze_startup_objects():
                bot = await stack.enter_async_context(open_bot(settings, shutdown_deadline))
            connection_status = await stack.enter_async_context(slack_server(bot.slack, settings, bot.install_flow))
            health_sources = HealthSources(
                check_database=bot.storage.ping,
                check_job_database=partial(check_job_database, settings.engine_url, must_exist=True),
                check_portraits=bot.storage.portraits.check_writable,
                connection_status=connection_status,
                generations_in_progress=lambda: bot.casting.generations_in_progress,
                data_dir=settings.data_dir,
            )
            await _open_doors(stack, bot)
            async with health_server(settings.ops_port, health_sources, settings.ops_host):
                log.info("server_started", mode="http" if settings.http_port else "socket")
                await stop.wait()
                shutdown_deadline.start()
                log.info("shutdown_started")
    except (tracing.TracingUnavailable, LinkKeyUnreadable) as error:
        raise SystemExit(f"{error} {see(Section.SETTINGS)}") from error
    except AddressUnavailable as error:
        raise SystemExit(f"{error} Free the address, or set another one. {see(Section.ADDRESS)}") from error
    except NoWorkspace as error:
        raise SystemExit(f"{error} `python -m bot doctor` says what to do. {see(Section.SLACK)}") from error
    except PassportKeyUnusable as error:
        raise SystemExit(f"The passport's key cannot be used: {error} {see(Section.PASSPORT)}") from error
    except OtherPassportKey as error:
        raise SystemExit(f"{_describe_other_key(error)} {see(Section.PASSPORT)}") from error
    except ExecutorIdInUse as error:
        raise SystemExit(
            f"Another Castroom process has EXECUTOR_ID {error.name}. Give each process its own, or stop the other one. "
            f"{see(Section.SAME_EXECUTOR)}"
        ) from error
    except AlreadyRunning as error:
        raise SystemExit(
            f"Another Castroom process uses {error.path}. Stop it first, or set another DATA_DIR. "
            f"{see(Section.ALREADY_RUNNING)}"
        ) from error


def _describe_other_key(error: OtherPassportKey) -> str:
    """Say what to do about bots that would sign with different keys."""
    others = f"The bots of this database sign passports with the certificate {error.expected[:16]}"
    if not error.found:
        return f"{others}, and this one has no key. Give it the same PASSPORT_KEY_FILE."
    return (
        f"{others}, and this one has {error.found[:16]}, which is no later one below the same root. Give all bots the "
        "same PASSPORT_KEY_FILE. If this key shall replace the other: `python -m bot passport adopt`, then restart all."
    )


async def _open_doors(stack: AsyncExitStack, bot: Bot) -> None:
    """Serve REST and MCP if DOORS_PORT is set; their libraries take 35 MB, so they are imported only then."""
    settings = bot.settings
    if settings.doors_port is None:
        return
    link_key = await asyncio.to_thread(read_link_key, settings.data_dir, settings.doors_link_key)
    from bot.doors.config import DoorsConfig
    from bot.doors.server import DoorsUnavailable, doors_server

    config = DoorsConfig(
        url=settings.doors_address,
        hosts=settings.doors_host_names,
        link_key=link_key,
        calls_per_minute=settings.doors_calls_per_minute,
        signing_secret=_plain(settings.slack_signing_secret),
        start_membership_checks=start_membership_checks,
    )
    try:
        await stack.enter_async_context(doors_server(bot.casting, config, (settings.doors_host, settings.doors_port)))
    except DoorsUnavailable as error:
        raise AddressUnavailable(str(error)) from error
    log.info("doors_opened", address=settings.doors_address)


def _share_redraws(storage: Storage, publisher: SlackRoundPublisher) -> SharedRedraws | None:
    """Let one process at a time redraw a workspace's messages, where several share the database."""
    if storage.redraw_marks is None or not isinstance(storage.replicas, PostgresReplicas):
        return None
    return publisher.share_redraws(storage.replicas.locks, storage.redraw_marks)


async def _connect_workspaces(settings: Settings) -> Clients:
    """Return the workspaces whose tokens Slack accepts; raises NoWorkspace if there is none, except with OAuth."""
    try:
        clients = await Clients.open([_client(settings, _plain(token)) for token in settings.slack_bot_tokens])
    except SlackUnavailable as error:
        raise NoWorkspace(f"Slack did not answer the check of the bot tokens ({error.operation}).") from error
    if not clients.teams and not settings.uses_oauth:
        raise NoWorkspace("Slack takes none of the tokens in SLACK_BOT_TOKEN.")
    return clients


async def _open_passport(settings: Settings, storage: Storage) -> tuple[C2paReader, C2paSigner]:
    """Return the reader and the signer; raises PassportKeyUnusable, OtherPassportKey."""
    try:
        given_key = settings.given_passport_key
        reader, signer = await open_passport(given_key, settings.data_dir, settings.passport_trust_anchors)
    except Exception as error:
        raise PassportKeyUnusable(str(error)) from error
    if settings.is_shared:
        await storage.passports.require_same_key(signer.certificate, settings.now())
    elif signer.certificate:
        await storage.passports.replace_key(signer.certificate, settings.now())
    return reader, signer


def _serve_installed(settings: Settings, clients: Clients, storage: Storage) -> TokenRefresh:
    """Serve the workspaces that installed the app by OAuth; return what refreshes their tokens."""
    credentials = (settings.slack_client_id, _plain(settings.slack_client_secret))
    oauth_client = _client(settings)
    # A repeated call could use a code or a refresh token twice.
    oauth_client.retry_handlers = []
    token_refresh = TokenRefresh(storage.installations, storage.replicas, oauth_client, credentials, settings.now)
    new_client = partial(_client, settings)
    clients.serve_installed(InstalledWorkspaces(storage.installations, new_client, token_refresh))
    return token_refresh


def _install_flow(settings: Settings, storage: Storage) -> AsyncOAuthFlow:
    app = OAuthApp(settings.slack_client_id, _plain(settings.slack_client_secret), settings.public_url)
    client = _client(settings)
    client.retry_handlers = []
    return make_install_flow(app, client, storage.installations, storage.oauth_states, settings.now)


async def _wait_for_generations(casting: Casting, shutdown_deadline: ShutdownDeadline) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(shutdown_deadline.remaining(GENERATION_DRAIN_SECONDS)):
            while casting.generations_in_progress:  # noqa: ASYNC110 - asked once, at the very end
                await asyncio.sleep(0.1)


def _client(settings: Settings, token: str = "", team_id: str = "") -> AsyncWebClient:
    """Build a Slack client. Bolt copies the one without a token for each request and sets the workspace's token.

    `team_id` is sent with every call, which the token of an organization needs.
    """
    return AsyncWebClient(
        token=token or None,
        base_url=settings.slack_base_url,
        proxy=settings.slack_proxy or None,
        team_id=team_id or None,
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(max_retry_count=2),
            RateLimitRetryHandler(max_retry_count=5),
            AsyncServerErrorRetryHandler(max_retry_count=2),
        ],
    )


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
