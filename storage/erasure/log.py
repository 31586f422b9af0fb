"""The log of erasures: one picture-store object each, so that the log outlives the database that a restore replaces.

An object holds ids, of people only as a hash, and no content. A backup copies the objects with the pictures.
"""

import json
from collections.abc import Sequence
from uuid import uuid4

import structlog

from bot.domain.erasure import Erasure
from storage.pictures.object_store import ObjectStorePortraits

log = structlog.get_logger()

LOG_PREFIX = "erasures/"


class PortraitStoreErasureLog:
    """Erasures in the portraits store; implements the port."""

    def __init__(self, portraits: ObjectStorePortraits) -> None:
        self._portraits = portraits

    async def add(self, erasure: Erasure) -> None:
        """Write an erasure before it begins, so that a restore never misses one; raises StorageUnavailable."""
        data = json.dumps(erasure.to_json(), sort_keys=True).encode()
        await self._portraits.put(f"{LOG_PREFIX}{erasure.at:%Y%m%dT%H%M%S}-{uuid4().hex}.json", data)

    async def list_all(self) -> Sequence[Erasure]:
        """Return all erasures, oldest first; an object that cannot be read is left out and logged."""
        found = []
        for key in await self._portraits.list_keys(LOG_PREFIX):
            try:
                found.append(Erasure.from_json(json.loads(await self._portraits.get(key))))
            except (ValueError, TypeError, KeyError) as error:
                log.warning("erasure_unreadable", key=key, error=type(error).__name__)
        return sorted(found, key=lambda erasure: (erasure.at, erasure.subject))
