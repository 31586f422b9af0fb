"""Moves the configured storage to PostgreSQL and a bucket, and says what was moved and what to do next."""

from collections.abc import Callable

from bot.settings import Settings
from storage.move import MoveResult, move
from storage.transfer import TransferError
from storage.transfer.server import Place


async def move_storage(
    settings: Settings, database_url: str, portraits_url: str, echo: Callable[[str], None], *, accept_damaged: bool
) -> None:
    """Move to the given addresses, by default to those in the settings; print the progress and the result.

    Raises TransferError, AlreadyRunning, StorageUnavailable.
    """
    default = settings.move_to_database_url.get_secret_value() if settings.move_to_database_url else ""
    to = Place(database_url or default, portraits_url or settings.move_to_portraits_url)
    if not to.database_url:
        raise TransferError("Name the target: --to-database, or MOVE_TO_DATABASE_URL.")
    if not to.portraits_url:
        raise TransferError("Name the target of the portraits: --to-portraits, or MOVE_TO_PORTRAITS_URL.")
    result = await move(settings, to, echo, accept_damaged=accept_damaged)
    for line in _result_lines(result, settings):
        echo(line)


def _result_lines(result: MoveResult, settings: Settings) -> list[str]:
    megabytes = result.copied.bytes / 1_000_000
    lines = [f"Moved: {result.copied.rows} rows and {result.copied.pictures} pictures ({megabytes:.1f} MB)."]
    if result.damaged:
        lines.append(f"Missing or damaged, as in the source: {', '.join(result.damaged)}")
    if result.open_rounds:
        lines.append(
            f"Open rounds: {result.open_rounds}, of which {result.drawing_rounds} still draw. "
            "They go on when the bot starts on the new database."
        )
    lines.append("Next: set DATABASE_URL, ENGINE_URL, PORTRAITS_URL and EXECUTOR_ID, and start the bot.")
    lines.append(f"The data in {settings.data_dir} is unchanged. Start no bot on it any more.")
    return lines
