"""Checks the configuration and reports one line per part; costs nothing and changes nothing."""

import asyncio
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from bot.cli.doors_check import doors_lines
from bot.cli.installations_check import installation_lines
from bot.cli.passport_check import passport_line
from bot.cli.webhook_check import webhook_lines
from bot.domain import storage_advice
from bot.domain.catalogue import Catalogue, Retirement
from bot.domain.handbook import Section, see
from bot.domain.service_errors import StorageUnavailable
from bot.settings import Settings
from handlers.slack.diagnostics import SlackCheck
from handlers.slack.diagnostics import check as check_slack
from providers import AccountCheck, retirement_dates
from providers.accounts import open_models
from storage import StorageHealth, check_job_database, check_sessions, open_storage
from storage.db.private_files import exposed_paths, is_exposed

_KEY_HELP = {
    "recraft": ("RECRAFT_API_TOKEN", "the API page of your Recraft profile; it needs API units"),
    "openai": ("OPENAI_API_KEY", "platform.openai.com, API keys; the organisation must be verified for image models"),
    "gemini": ("GEMINI_API_KEY", "Google AI Studio, Get API key; billing must be on, image models have no free tier"),
    "fal": ("FAL_KEY", "fal.ai/dashboard/keys; one key for all of the models above"),
    "own": ("OWN_MODELS", "a list of self-hosted servers; .env.example shows one"),
}
# A line is a status of this width, a part, a colon and a sentence without a full stop.
_STATUS_WIDTH = len("missing ")
_SECTIONS_BY_STATUS = {
    "unknown": Section.MODEL,
    "retired": Section.MODEL,
    "ending": Section.MODEL,
    "warning": Section.EXPOSED,
}
_SECTIONS_BY_PART = {
    "slack": Section.SLACK,
    "oauth": Section.INSTALLATIONS,
    "passport": Section.PASSPORT,
    **dict.fromkeys(("storage", "database", "engine", "portraits"), Section.STORAGE),
}


@dataclass(frozen=True)
class Report:
    """The lines to print, and whether the bot can run."""

    lines: tuple[str, ...]
    can_run: bool


async def run_checks(settings: Settings) -> Report:
    """Check Slack, all accounts and the storage concurrently."""
    slack, (accounts, catalogue), health, engine_error = await asyncio.gather(
        check_slack(settings), _accounts(settings), _health(settings), _engine_error(settings)
    )
    # Some accounts neither list models nor confirm a key, so only known failures exclude an account.
    usable = [a for a in accounts if a.reachable and a.key_ok is not False and not _all_models_retired(a)]
    installations, webhooks = await installation_lines(settings), await webhook_lines(settings)
    doors = await doors_lines(settings)
    exposure_lines = await asyncio.to_thread(lambda: list(_exposure_lines(settings)))
    passport = await asyncio.to_thread(passport_line, settings)
    storage_ok = isinstance(health, StorageHealth) and not health.database_error and not health.portraits_error
    lines = [
        *_slack_lines(slack),
        *installations,
        *webhooks,
        *doors,
        *(line for account in accounts for line in _account_lines(account, catalogue, settings.now().date())),
        *_storage_lines(health),
        f"missing engine: {engine_error}" if engine_error else "ok      engine: the job queue's database answers",
        passport,
        *exposure_lines,
        f"ok      money: at most ${settings.max_usd_per_round} a round, ${settings.max_usd_per_day} a UTC day",
    ]
    if not usable:
        lines.append("missing models: one account with a working key is needed, two for a blind choice")
    can_run = slack.can_run and bool(usable) and storage_ok and not engine_error
    can_run = can_run and not passport.startswith("missing")
    verdict = "The bot can run." if can_run else "The bot cannot run yet."
    return Report((*map(_with_reference, lines), verdict), can_run)


async def _accounts(settings: Settings) -> tuple[list[AccountCheck], Catalogue]:
    """Return the account checks, and the catalogue updated with their retirement dates."""
    models = open_models(settings)
    try:
        checks = await models.check_accounts()
        models.catalogue.update_retirements(retirement_dates(checks, settings.now().date()))
        return checks, models.catalogue
    finally:
        await models.close()


async def _health(settings: Settings) -> StorageHealth | str:
    """Return the storage check, or the error if it could not be opened."""
    try:
        storage = await open_storage(settings)
    except StorageUnavailable as error:
        return storage_advice.describe(error)
    except Exception as error:  # noqa: BLE001 - drivers and stores raise any type
        return f"{type(error).__name__}: {error}".splitlines()[0]
    try:
        health = await storage.check()
    finally:
        await storage.close()
    problem = health.database_error or await _error_of(check_sessions(settings.database_url, "database"))
    return replace(health, database_error=problem)


async def _engine_error(settings: Settings) -> str:
    error = await _error_of(check_job_database(settings.engine_url))
    return error or await _error_of(check_sessions(settings.engine_url, "engine"))


async def _error_of(check: Awaitable[None]) -> str:
    """Return what is wrong and what to do, empty if nothing."""
    try:
        await check
    except StorageUnavailable as error:
        return storage_advice.describe(error)
    return ""


def _with_reference(line: str) -> str:
    """Add the section of the handbook to a line that is not `ok`, unless it names one."""
    status, part = line[:_STATUS_WIDTH].strip(), line[_STATUS_WIDTH:].partition(":")[0]
    if status == "ok" or see("") in line:
        return line
    section = _SECTIONS_BY_PART.get(part) or _SECTIONS_BY_STATUS.get(status, Section.ACCOUNT)
    return f"{line}. {see(section)}"


def _slack_lines(slack: SlackCheck) -> Iterator[str]:
    status = "ok     " if slack.can_run else "missing"
    for note in slack.notes:
        yield f"{status} slack: {note}"


def _all_models_retired(account: AccountCheck) -> bool:
    return all(served is False for served in account.served.values())


def _account_lines(account: AccountCheck, catalogue: Catalogue, today: date) -> Iterator[str]:
    variable, help_text = _KEY_HELP[account.provider]
    if not account.configured:
        yield f"not set {account.provider}: {variable} is not set: {help_text}"
        return
    if account.key_ok is False:
        yield f"missing {account.provider}: {variable} does not work: {help_text}"
    retirements = {retirement.model.id: retirement for retirement in catalogue.retirements(today)}
    for model, served in account.served.items():
        yield _model_line(model, served, retirements.get(model))
    for note in account.notes:
        yield f"note    {account.provider}: {note}"


def _model_line(model: str, served: bool | None, retirement: Retirement | None) -> str:
    replacement = f"; use {retirement.successor.name}" if retirement and retirement.successor else ""
    if served is None:
        return f"unknown {model}: the account does not list its models"
    if not served:
        return f"retired {model}: no longer served{replacement}"
    if retirement:
        return f"ending  {model}: served until {retirement.retires_on}{replacement}"
    return f"ok      {model}: served"


def _exposure_lines(settings: Settings) -> Iterator[str]:
    """Warn of data and keys that other users of this machine can open."""
    env_file = settings.env_file()
    if env_file and is_exposed(env_file):
        yield f"warning {env_file}: other users of this machine can read it, and it holds keys: chmod 600 {env_file}"
    for path in exposed_paths(settings):
        fix = f"chmod -R go-rwx {path}" if path.is_dir() else f"chmod 600 {path}"
        yield f"warning {path}: other users of this machine can open it: {fix}"


def _storage_lines(health: StorageHealth | str) -> Iterator[str]:
    if isinstance(health, str):
        yield f"missing storage: {health}"
        return
    if health.database_error:
        yield f"missing database: {health.database_error}"
    elif health.is_older:
        current = health.schema_revision or "empty"
        yield f"ok      database: the bot migrates it from {current} to {health.required_revision} when it starts"
    else:
        is_newer = health.schema_revision > health.required_revision
        note = ", of a newer version, which serves this one too" if is_newer else ""
        yield f"ok      database: schema {health.schema_revision}{note}"
    error = health.portraits_error
    yield f"missing portraits: {error}" if error else "ok      portraits: written, read back and deleted"
