"""Several processes of the bot on one storage; implemented in storage/."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Replicas(Protocol):
    """This process among those that share its storage."""

    @property
    def name(self) -> str:
        """The executor id of this process."""

    @property
    def instance(self) -> str:
        """A name that only this run of this process has."""

    async def is_running(self, instance: str) -> bool:
        """Return whether the process of this name runs; False for an earlier run, and without the database."""

    @property
    def are_several(self) -> bool:
        """Whether other processes may share the storage; without them, a call of an earlier process has ended."""

    def lease(self, key: str) -> AbstractAsyncContextManager[None]:
        """Wait until no other task of any process holds `key`, and hold it in the block.

        Raises StorageUnavailable, also in the block when the lease is lost.
        """

    async def is_leader(self) -> bool:
        """Return whether this process does what one process is enough for; at most one process leads."""

    async def open(self) -> None:
        """Register this process; raises StorageUnavailable, or if another process has its name."""

    async def close(self) -> None: ...
