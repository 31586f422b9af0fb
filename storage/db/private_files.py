"""Files and folders that only the bot's own user may open: 0600 and 0700. On Windows these modes have no effect.

The command line sets a umask as well. The modes here also hold for code that opens the storage without it.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url

from bot.settings import Settings

_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_OTHERS = 0o077
# SQLite's files beside a database, and the file of the process lock.
_COMPANIONS = ("", "-wal", "-shm", "-journal", ".lock")


def make_private_folder(folder: Path) -> None:
    """Create the folder and its missing parents; restrict the folder itself if it exists."""
    missing = [parent for parent in folder.parents if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(_FOLDER_MODE, exist_ok=True)
    folder.mkdir(_FOLDER_MODE, exist_ok=True)
    restrict(folder)


def write_private_file(file: Path, data: bytes) -> int:
    """Write a new file; return its size."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    with os.fdopen(descriptor, "wb") as stream:
        return stream.write(data)


def restrict(path: Path) -> None:
    """Take all access of other users away, if this user may; doctor reports what is left."""
    with suppress(OSError):
        path.chmod(path.stat().st_mode & 0o777 & ~_OTHERS)


def restrict_databases(settings: Settings) -> None:
    """Restrict the SQLite files and their companions, also those that an earlier version left readable."""
    for file in _database_files(settings):
        restrict(file)


def exposed_paths(settings: Settings) -> list[Path]:
    """Return the data folder, databases and portraits that other users of this machine may open."""
    folder = portraits_folder(settings.portraits_url)
    paths = [settings.data_dir, *_database_files(settings), *([folder] if folder else [])]
    return [path for path in dict.fromkeys(paths) if is_exposed(path)]


def is_exposed(path: Path) -> bool:
    """Whether the file exists and other users may open it, as far as its own mode says."""
    try:
        return os.name == "posix" and bool(path.stat().st_mode & _OTHERS)
    except OSError:
        return False


def database_file(database_url: str) -> Path | None:
    """Return the file of an SQLite database; None for one in memory or on a server."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def portraits_folder(url: str) -> Path | None:
    """Return the folder of a `file:` address or a path; None for a bucket or memory."""
    if "://" not in url:
        return Path(url)
    return Path(unquote(urlsplit(url).path)) if url.startswith("file:") else None


def _database_files(settings: Settings) -> Iterator[Path]:
    for url in (settings.database_url, settings.engine_url):
        if file := database_file(url):
            yield from (file.with_name(f"{file.name}{suffix}") for suffix in _COMPANIONS)
