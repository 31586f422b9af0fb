"""Copies of all rows and pictures from one storage to another, compared afterwards."""

from collections.abc import Callable

# Reading a table of any size may take this long.
STATEMENT_TIMEOUT_SECONDS = 3_600.0

Report = Callable[[str], None]
"""Receives a line about the progress."""


class TransferError(Exception):
    """A backup, restore or move that failed; the message says what is wrong and what to do."""
