"""One practice workspace at a time uses a data folder; a second one learns the address of the first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


class FolderInUse(Exception):
    """Another practice workspace uses the folder; `address` is empty while it starts."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class DataLock:
    """The lock of a data folder, with the address of the workspace that holds it."""

    def __init__(self, data: Path) -> None:
        self._address_file = data / "address"
        self._lock = FileLock(data / "workspace.lock", thread_local=False)

    @contextmanager
    def hold(self) -> Iterator["DataLock"]:
        """Lock the folder inside the block; raises FolderInUse, OSError. A process that ends unlocks it."""
        self._address_file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise FolderInUse(self.address()) from error
        try:
            self._address_file.unlink(missing_ok=True)
            yield self
        finally:
            self._lock.release()

    def publish(self, address: str) -> None:
        self._address_file.write_text(address, "utf-8")

    def address(self) -> str:
        """Return the address that was published last, or an empty string."""
        try:
            return self._address_file.read_text("utf-8")
        except OSError:
            return ""


def check_free(data: Path) -> None:
    """Raise FolderInUse if a practice workspace uses the folder."""
    if data.exists():
        with DataLock(data).hold():
            pass
