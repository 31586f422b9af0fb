"""What every command does: load the settings, run its coroutine, and name problems on standard error."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import typer
from pydantic import ValidationError

from bot.domain import storage_advice
from bot.domain.handbook import Section, see
from bot.domain.service_errors import StorageUnavailable
from bot.settings import Settings
from bot.telemetry import logs

R = TypeVar("R")


def load_settings() -> Settings:
    """Return the settings of the environment; exit with a message if one is wrong."""
    try:
        settings = Settings.load()
    except ValidationError as error:
        raise failure(*map(_describe, error.errors()), status=2) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise failure(f"{Settings.env_file()} cannot be read: {reason}. {see(Section.FILE)}", status=2) from error
    logs.configure(settings.log_level)
    return settings


def failure(*lines: str, status: int = 1) -> typer.Exit:
    """Print what went wrong on standard error; return the exit to raise."""
    for line in lines:
        typer.echo(line, err=True)
    return typer.Exit(status)


def run_async(coroutine: Coroutine[Any, Any, R]) -> R:
    """Run the coroutine; exit with a message if database, portraits or a named file cannot be used."""
    try:
        return asyncio.run(coroutine)
    except StorageUnavailable as error:
        raise failure(storage_advice.describe(error)) from error
    except OSError as error:
        if not error.filename:
            raise
        reason = error.strerror or type(error).__name__
        raise failure(f"{error.filename} cannot be used: {reason}. {see(Section.FILE)}") from error


@contextmanager
def named_key_problems() -> Iterator[None]:
    """Exit with the sentence of a key that cannot be used."""
    from bot.passport.keys import KeyProblem

    try:
        yield
    except KeyProblem as error:
        raise failure(str(error), status=2) from error
    except OSError as error:
        raise failure(f"{error.filename} cannot be used: {error.strerror}. {see(Section.FILE)}", status=2) from error


def _describe(problem: Mapping[str, Any]) -> str:
    name = "_".join(str(part) for part in problem["loc"]).upper()
    sentence = f"{name + ': ' if name else ''}{problem['msg'].removeprefix('Value error, ')}"
    return f"{sentence.rstrip('.')}. {see(Section.SETTINGS)}"
