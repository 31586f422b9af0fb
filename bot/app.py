"""The wiring: opens storage, models, core, engine, Bolt app and clock, and closes them in reverse. Knows everyone."""

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
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.budget import Caps
from bot.casting import Casting
from bot.catalogue import Size
from bot.clock import Clock
from bot.engine import Engine
from bot.errors import Unreachable
from bot.farewell import LAST_DRAWINGS, Farewell
from bot.listening import listening
from bot.memory import return_large_blocks, start_to_keep
from bot.ops import Vitals, ops
from bot.settings import Settings
from handlers import register
from handlers.acks import timed
from handlers.clients import Clients, authorizing
from handlers.guard import Guard
from handlers.notices import SlackMessenger
from handlers.redraws import Pace
from handlers.stage import SlackStage
from handlers.visibility import SlackVisibility
from handlers.words import workspaces
from providers import open_models
from storage import NotAlone, Storage, alone, examine, migrate, open_storage

log = structlog.get_logger()


class NoWorkspace(Exception):
    """There is nobody to serve; says why in plain English."""


@dataclass(frozen=True)
class Bot:
    """A wired bot that does not listen yet."""

    settings: Settings
    slack: AsyncApp
    casting: Casting
    storage: Storage


@asynccontextmanager
async def open_bot(settings: Settings, farewell: Farewell | None = None) -> AsyncIterator[Bot]:
    """Everything opened and the work of a crash taken up; on leaving, closed in reverse.

    Raises NotAlone, NoWorkspace, and NotKept where database or portraits cannot be used; they are left as they are.

    Portraits under way get a few seconds to land, since they are paid for; the rest resumes at the next start.
    """
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(alone(settings.database_url))
        await examine(settings.database_url)
        clients = await _workspaces(settings)
        await migrate(settings.database_url)
        storage = await open_storage(settings, settings.now)
        stack.push_async_callback(storage.close)
        await storage.portraits.ready()
        models = open_models(settings)
        stack.push_async_callback(models.close)
        visibility = SlackVisibility(clients, cached=settings.directory_cache_seconds)
        stage = SlackStage(
            clients,
            storage.rounds,
            storage.roster,
            storage.finishes,
            models.catalogue,
            visibility,
            settings.now,
            partial(Pace, settings.message_update_seconds, settings.updates_per_minute),
        )
        stack.push_async_callback(stage.close)
        engine = Engine(settings.engine_url, settings.executor_id)
        casting = Casting.of(
            storage,
            models=models,
            stage=stage,
            visibility=visibility,
            people=visibility,
            errands=engine,
            accounts=models,
            messenger=SlackMessenger(clients, models.catalogue),
            health=models,
            caps=Caps(
                per_round=settings.max_usd_per_round,
                per_day=settings.max_usd_per_day,
                per_person_day=settings.max_usd_per_person_day,
                per_production_month=settings.max_usd_per_production_month,
                per_workspace_month=settings.max_usd_per_workspace_month,
            ),
            admins=settings.money_people,
            now=settings.now,
            shortest_voting=timedelta(seconds=settings.shortest_voting_seconds),
            patience={Size.DRAFT: settings.patience_seconds, Size.FOUR_K: settings.patience_4k_seconds},
        )
        await engine.launch(casting)
        stack.push_async_callback(engine.close)
        stack.push_async_callback(_let_land, casting, farewell or Farewell())
        await casting.wake()
        clock = Clock(casting, settings.first_sweep_seconds)
        clock.start()
        stack.callback(clock.stop)
        settings.keep_from_libraries()
        slack = AsyncApp(
            client=_client(settings),
            authorize=authorizing(clients),  # type: ignore[arg-type] # Bolt takes None for "nobody"
            signing_secret=_secret(settings),
            before_authorize=Guard(),
            user_facing_authorize_error_message=workspaces.UNKNOWN,
            logger=logging.getLogger("slack_bolt"),
        )
        slack.use(timed)
        register(slack, casting, storage.rounds, visibility, clients)
        yield Bot(settings, slack, casting, storage)


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; ends the process with status 1 and a word where there is nobody to serve.

    Raises NotKept.
    """
    return_large_blocks()
    stop, farewell = asyncio.Event(), Farewell()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    try:
        async with AsyncExitStack() as stack:
            with start_to_keep():
                bot = await stack.enter_async_context(open_bot(settings, farewell))
            hearing = await stack.enter_async_context(listening(bot.slack, settings))
            vitals = Vitals(bot.storage.answers, hearing, lambda: bot.casting.drawing)
            async with ops(settings.ops_port, vitals):
                log.info("listening", over="http" if settings.http_port else "socket")
                await stop.wait()
                farewell.begin()
                log.info("stopping")
    except NoWorkspace as error:
        raise SystemExit(f"{error} `python -m bot doctor` says what to do.") from error
    except NotAlone as error:
        raise SystemExit(
            f"Another Castroom is at work on {error.held}. Stop it first, or give this one a DATA_DIR of its own."
        ) from error


async def _workspaces(settings: Settings) -> Clients:
    """The workspaces whose tokens Slack takes, at least one."""
    try:
        clients = await Clients.open([_client(settings, token) for token in settings.slack_bot_tokens])
    except Unreachable as error:
        raise NoWorkspace(f"Slack could not be asked about the bot tokens ({error.what}).") from error
    if not clients.teams:
        raise NoWorkspace("Slack takes none of the tokens in SLACK_BOT_TOKEN.")
    return clients


async def _let_land(casting: Casting, farewell: Farewell) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(farewell.left(LAST_DRAWINGS)):
            while casting.drawing:  # noqa: ASYNC110 - asked once, at the very end
                await asyncio.sleep(0.1)


def _client(settings: Settings, token: SecretStr | None = None) -> AsyncWebClient:
    """Without a token: what Bolt copies for each request, and then gives the token of the request's workspace."""
    return AsyncWebClient(
        token=token.get_secret_value() if token else None,
        base_url=settings.slack_base_url,
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(max_retry_count=2),
            AsyncRateLimitErrorRetryHandler(max_retry_count=5),
            AsyncServerErrorRetryHandler(max_retry_count=2),
        ],
    )


def _secret(settings: Settings) -> str | None:
    secret = settings.slack_signing_secret
    return secret.get_secret_value() if secret else None
