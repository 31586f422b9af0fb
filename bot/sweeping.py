"""The sweep: pictures without a row, left by a crash or by a round that could not be opened, are cleared away.

Taken away is only what this database knows to be nobody's: what belongs to rounds that it never heard of, as after an
older copy was put back, stays where it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot import logs
from bot.errors import BadPicture, PortraitLost
from bot.face import Portrait
from bot.imaging import aside, examined
from bot.opening import opened_by
from bot.ports import Clock, Inventory, Named, Portraits
from bot.presenting import original_key

log = structlog.get_logger()

# What is younger may belong to somebody who is still at work on it, however slow.
SAFE_AGE = timedelta(days=1)
_OF_ITEM = re.compile(r"([^/]+)/([^/]+)/(original|preview\.jpg)")
_REFERENCE = re.compile(r"([^/]+)/reference/[0-9a-f]{64}")
_PROBE = re.compile(r"probe/[0-9a-f]{32}")


@dataclass(frozen=True)
class Swept:
    """How many pictures were dropped, and how many portraits got back the row they belong to."""

    dropped: int = 0
    adopted: int = 0


class Sweeping:
    """Sweeps. May run at any time, and again: what it leaves, the next one finds."""

    def __init__(self, portraits: Portraits, inventory: Inventory, now: Clock) -> None:
        self._portraits = portraits
        self._inventory = inventory
        self._now = now

    async def sweep(self) -> Swept:
        """Look through everything that is stored, a page at a time; raises NotKept."""
        dropped = adopted = 0
        async for keys in self._portraits.aged(self._now() - SAFE_AGE):
            for sort in (self._of_items, self._references, self._probes):
                swept = await sort(keys)
                dropped, adopted = dropped + swept.dropped, adopted + swept.adopted
        if dropped or adopted:
            log.info("swept", dropped=dropped, adopted=adopted)
        return Swept(dropped, adopted)

    async def _of_items(self, keys: Sequence[str]) -> Swept:
        """Originals and previews of slots and finishes that have ended without them."""
        found = [(key, match[1], match[2]) for key in keys if (match := _OF_ITEM.fullmatch(key))]
        named = await self._inventory.items([item for _, _, item in found]) if found else {}
        dropped = adopted = 0
        for key, round_id, item in found:
            known = named.get(item)
            if known is None or not known.final or known.key == original_key(round_id, item):
                continue
            with logs.during(round_id):
                if await self._adopted(round_id, item, known):
                    adopted += key == original_key(round_id, item)
                else:
                    dropped += await self._dropped(key)
        return Swept(dropped, adopted)

    async def _adopted(self, round_id: str, item: str, known: Named) -> bool:
        """Whether a portrait that was perhaps paid for is here, and whole; then its row names it."""
        if not known.perhaps:
            return False
        key = original_key(round_id, item)
        try:
            seen = await examined(await self._portraits.get(key), item)
        except (PortraitLost, BadPicture):
            return False
        portrait = Portrait(
            key, seen.media_type, seen.width, seen.height, seen.length, seen.sha256, seen.credentials, seen.likeness
        )
        await self._inventory.adopt(item, portrait)
        log.info("adopted", item=item)
        return True

    async def _references(self, keys: Sequence[str]) -> Swept:
        """Attached pictures whose round was not opened with them, and which no wish waits with."""
        found = {key: match[1] for key in keys if (match := _REFERENCE.fullmatch(key))}
        used = await self._inventory.references() if found else frozenset()
        unused = {key: round_id for key, round_id in found.items() if key not in used}
        if not unused:
            return Swept()
        ours = await self._inventory.rounds(sorted(set(unused.values())))
        if not ours.issuperset(unused.values()):
            ours |= await aside(_would_open, await self._inventory.wishes())
        return Swept(sum([await self._dropped(key) for key, round_id in unused.items() if round_id in ours]))

    async def _probes(self, keys: Sequence[str]) -> Swept:
        return Swept(sum([await self._dropped(key) for key in keys if _PROBE.fullmatch(key)]))

    async def _dropped(self, key: str) -> int:
        await self._portraits.drop(key)
        log.info("dropped", key=key)
        return 1


def _would_open(wishes: Sequence[tuple[str, str]]) -> frozenset[str]:
    return frozenset(opened_by(team, wish_id) for team, wish_id in wishes)
