"""Castroom command line."""

import json
import os
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
import yaml

from bot.cli.invocation import failure, load_settings, run_async
from bot.cli.passport_commands import passport
from bot.cli.webhook_commands import webhooks
from bot.domain.handbook import Section, see
from bot.domain.service_errors import PortraitMissing
from bot.settings import Settings
from bot.version import describe as describe_version

if TYPE_CHECKING:
    from bot.cli.export import ExportResult
    from storage.backup import BackupManifest

R = TypeVar("R")

_Person = Annotated[str, typer.Argument(help="The user's id, as in the Slack profile: U0123456789")]
_Workspace = Annotated[str, typer.Option(help="One workspace's id; without it, all workspaces")]
_ErasureFile = Annotated[
    Path | None, typer.Option(help="A copy of the log of erasures, as `erasures` prints it", dir_okay=False)
]
_KeyFile = Annotated[
    Path | None, typer.Option(help="A file with the key of the backup, as `keys new` prints one", dir_okay=False)
]
_Folder = Annotated[Path, typer.Argument(help="A folder", file_okay=False, resolve_path=True)]

_UMASK = 0o077

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
keys = typer.Typer(no_args_is_help=True, help="Keys that encrypt tokens and webhook secrets in the database.")
cli.add_typer(keys, name="keys")
erase = typer.Typer(no_args_is_help=True, help="Erase what is stored about a person.")
cli.add_typer(erase, name="erase")
cli.add_typer(passport, name="passport")
cli.add_typer(webhooks, name="webhooks")


def _print_version(requested: bool) -> None:
    if requested:
        typer.echo(f"Castroom {describe_version()}")
        raise typer.Exit


@cli.callback()
def keep_files_private(
    version: Annotated[  # noqa: ARG001 - its callback prints
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print version and commit.")
    ] = False,
) -> None:
    """Castroom command line."""
    os.umask(_UMASK)


@cli.command()
def run() -> None:
    """Run the bot until it is stopped."""
    from bot.app import run as serve

    settings = load_settings()
    if not settings.has_slack:
        raise failure(
            "Slack is not configured: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (see .env.example).",
            "`python -m bot doctor` reports what is missing; `make demo` runs without Slack.",
            see(Section.SLACK),
        )
    run_async(serve(settings))


@cli.command()
def doctor() -> None:
    """Check the configuration and say how to complete it; costs nothing."""
    from bot.cli.doctor import run_checks

    report = run_async(run_checks(load_settings()))
    for line in report.lines:
        typer.echo(line)
    raise typer.Exit(0 if report.can_run else 1)


@cli.command()
def migrate() -> None:
    """Migrate the database to this version's schema; `run` does this at its start."""
    from storage import check_integrity, restrict_databases
    from storage import migrate as upgrade

    settings = load_settings()
    run_async(check_integrity(settings.database_url))
    run_async(upgrade(settings.database_url))
    restrict_databases(settings)
    typer.echo("The database is up to date.")


@keys.command()
def new() -> None:
    """Print a new key for TOKEN_KEYS."""
    from bot.cli.keys import new_key

    typer.echo(new_key())


@keys.command()
def rotate() -> None:
    """Encrypt every stored token and webhook secret with the first key of TOKEN_KEYS; the bots may be running."""
    from bot.cli.keys import rotate_keys

    report = run_async(rotate_keys(load_settings()))
    for line in report.lines:
        typer.echo(line)
    raise typer.Exit(0 if report.is_complete else 1)


@cli.command()
def person(user: _Person, workspace: _Workspace = "") -> None:
    """Print everything that is stored about a user as one JSON object."""
    from bot.cli.people import describe_person

    found = _run_for_person(describe_person(load_settings(), user, workspace))
    typer.echo(json.dumps(found, ensure_ascii=False, default=str))


@erase.command("user")
def erase_user(user: _Person, workspace: _Workspace = "") -> None:
    """Remove or pseudonymise a user everywhere and report what changed; the bots may be running."""
    from bot.cli.people import erase_person

    for line in _run_for_person(erase_person(load_settings(), user, workspace)):
        typer.echo(line)


@cli.command()
def record(round_id: Annotated[str, typer.Argument(help="The round's id, as in the logs")]) -> None:
    """Print the record of a round as one JSON object."""
    from bot.cli.round_json import load_round_json

    try:
        found = run_async(load_round_json(load_settings(), round_id))
    except KeyError as error:
        raise failure(f"There is no round {round_id}.") from error
    typer.echo(json.dumps(found, ensure_ascii=False))


@cli.command()
def export(
    production: Annotated[
        str,
        typer.Argument(help="The channel's id, or workspace and channel, as in its address: T0123456789/C0123456789"),
    ],
    folder: _Folder,
) -> None:
    """Write every face cast in a channel to an empty folder, with its record; the bot may be running."""
    from bot.cli.export import NoProduction, NotEmpty, SeveralWorkspaces

    team, _, channel = production.rpartition("/")
    try:
        result = run_async(_export(load_settings(), channel, folder, team))
    except SeveralWorkspaces as error:
        shared = f"{channel} is shared by several workspaces: {', '.join(map(str, error.args))}."
        raise failure(shared, f"Name the workspace as well, such as {error.args[0]}/{channel}.") from error
    except NotEmpty as error:
        raise failure(f"{folder} is not empty, and nothing is overwritten. Name a new folder.") from error
    except NoProduction as error:
        hint = "The argument is a channel id, such as C0123456789."
        raise failure(f"No face is cast in {production}. {hint}") from error
    except PortraitMissing as error:
        raise failure(
            f"The picture {error.key} is missing from the portraits. Restore it from a backup.",
            f"{folder} is incomplete: remove it, or name a new folder afterwards.",
        ) from error
    megabytes = result.total_bytes / 1_000_000
    typer.echo(f"Exported: {result.characters} characters, {result.faces} faces ({megabytes:.1f} MB), {folder}")


@cli.command()
def backup(folder: _Folder, key_file: _KeyFile = None) -> None:
    """Copy database and portraits to an empty folder, encrypted if a key is named; the bot may be running."""
    from storage.backup import back_up
    from storage.encrypted_backup import back_up_encrypted

    settings = load_settings()
    copy = back_up_encrypted(settings, folder, key_file) if key_file else back_up(settings, folder)
    _report_contents("Backed up", copy, folder)
    if (keys := settings.data_dir / "passport").exists():
        typer.echo(f"Not in it: the key that signs passports. Keep a copy of {keys} elsewhere.")


@cli.command()
def restore(folder: _Folder, erasures: _ErasureFile = None, key_file: _KeyFile = None) -> None:
    """Restore a backup to the configured locations. The bot must be stopped; nothing is overwritten.

    What was erased since the backup is erased again.
    """
    from storage.backup import restore as put_back
    from storage.encrypted_backup import is_encrypted, restore_encrypted

    settings = load_settings()
    if key_file is None and is_encrypted(folder):
        raise failure(f"{folder} is encrypted. Name its key: --key-file FILE")
    if key_file:
        restoring = restore_encrypted(settings, folder, key_file, typer.echo)
    else:
        restoring = put_back(settings, folder, typer.echo)
    contents = _report_contents("Restored", restoring, folder)
    _replay_erasures(settings, contents.taken_at, erasures)


@cli.command("erasures")
def list_erasures(
    replay_since: Annotated[
        str,
        typer.Option(help="Replay the log: the time of the restored backup, such as 2026-11-24T09:00:00+00:00"),
    ] = "",
    log: _ErasureFile = None,
) -> None:
    """Print the log of erasures, one JSON object a line, or replay it after a restore by other means."""
    from bot.cli.people import list_erasures as load_log

    settings = load_settings()
    if replay_since:
        _replay_erasures(settings, replay_since, log)
        return
    for erasure in run_async(load_log(settings)):
        typer.echo(json.dumps(erasure))


@cli.command()
def move(
    to_database: Annotated[str, typer.Option(help="postgresql+asyncpg://...; default: MOVE_TO_DATABASE_URL")] = "",
    to_portraits: Annotated[str, typer.Option(help="s3://bucket/prefix; default: MOVE_TO_PORTRAITS_URL")] = "",
    accept_damaged: Annotated[bool, typer.Option(help="Move although pictures are missing or damaged")] = False,
) -> None:
    """Move the SQLite database and the portraits to PostgreSQL and a bucket. The bot must be stopped.

    The target must be empty, or hold an interrupted move of the same data, which continues.
    """
    from bot.cli.move import move_storage

    settings = load_settings()
    with _named_transfer_errors():
        run_async(move_storage(settings, to_database, to_portraits, typer.echo, accept_damaged=accept_damaged))


@cli.command()
def manifest(
    url: Annotated[str | None, typer.Option(help="Your https address, for HTTP instead of Socket Mode")] = None,
    pages: Annotated[str, typer.Option(help="Where the pages of docs/listing are published, for a listing")] = "",
    support_email: Annotated[str, typer.Option(help="Who answers questions, for a listing")] = "",
) -> None:
    """Print the app manifest to paste into Slack."""
    from handlers.slack.manifest import ListingPages
    from handlers.slack.manifest import manifest as make

    for option, address in (("--url", url), ("--pages", pages)):
        if address and not address.startswith("https://"):
            raise failure(f"Slack requires an https address: {option} https://castroom.example.com", status=2)
    if bool(pages) != bool(support_email):
        raise failure("A listing needs both --pages and --support-email.", status=2)
    made = make(url, ListingPages(pages, support_email) if pages else None)
    yaml.safe_dump(made, sys.stdout, sort_keys=False, allow_unicode=True)


async def _export(settings: Settings, channel: str, folder: Path, team: str) -> "ExportResult":
    from bot.cli.export import export as write
    from handlers.slack.names import open_names
    from storage import open_existing_storage

    async with open_existing_storage(settings) as storage:
        return await write(settings, channel, folder, await open_names(settings, storage.installations), team)


def _replay_erasures(settings: Settings, taken_at: str, log: Path | None) -> None:
    from storage.erasure.replay import LogUnreadable, replay_after_restore

    try:
        since = datetime.fromisoformat(taken_at)
        count = run_async(replay_after_restore(settings, since if since.tzinfo else since.replace(tzinfo=UTC), log))
    except LogUnreadable as error:
        raise failure(
            f"{error.args[0]} is no log of erasures. `python -m bot erasures` prints one.",
            f"Do not start the bot yet. Run: python -m bot erasures --replay-since {taken_at}",
        ) from error
    except ValueError as error:
        raise failure(f"{taken_at!r} is no time, such as 2026-11-24T09:00:00+00:00.", status=2) from error
    typer.echo(f"Erased again: {count} erasures since the backup.")


def _report_contents(verb: str, coroutine: Coroutine[Any, Any, "BackupManifest"], folder: Path) -> "BackupManifest":
    with _named_transfer_errors():
        contents = run_async(coroutine)
    megabytes = contents.bytes / 1_000_000
    typer.echo(f"{verb}: the database and {contents.portraits} pictures ({megabytes:.1f} MB), {folder}")
    return contents


@contextmanager
def _named_transfer_errors() -> Iterator[None]:
    """Exit with the sentence of a backup, restore or move that failed."""
    from storage import AlreadyRunning
    from storage.transfer import TransferError

    try:
        yield
    except TransferError as error:
        raise failure(str(error)) from error
    except AlreadyRunning as error:
        raise failure(f"A Castroom process uses {error.path}. Stop it first.") from error


def _run_for_person(coroutine: Coroutine[Any, Any, R]) -> R:
    try:
        return run_async(coroutine)
    except ValueError as error:
        raise failure(str(error), status=2) from error


if __name__ == "__main__":
    cli()
