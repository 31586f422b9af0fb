"""Previews of stored portraits."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog

from bot.domain.ids import original_key, preview_key
from bot.domain.service_errors import PortraitMissing, StorageUnavailable
from bot.imaging.pictures import examine_in_thread, run_in_thread
from bot.imaging.placeholder import grey_preview, is_readable_jpeg
from bot.ports.storage import Portraits

R = TypeVar("R")
log = structlog.get_logger()


async def get_preview(portraits: Portraits, round_id: str, item_id: str) -> bytes:
    """Return the preview of a slot or upscale, made from the original if it is missing; raises PortraitMissing."""
    try:
        return await portraits.get(preview_key(round_id, item_id))
    except PortraitMissing:
        return await _make_preview(portraits, round_id, item_id)


async def compose(
    portraits: Portraits, round_id: str, item_ids: Sequence[str], draw: Callable[[Sequence[bytes]], R]
) -> R:
    """Run `draw` on the previews of slots or upscales in a thread; raises PortraitMissing.

    If that fails, unreadable previews are made again from their originals, and a grey picture stands for an original
    that is unreadable as well: one broken file must not stop a round.
    """
    try:
        previews = [await get_preview(portraits, round_id, item_id) for item_id in item_ids]
        return await run_in_thread(draw, previews)
    except (PortraitMissing, StorageUnavailable):
        raise
    except Exception:
        log.exception("picture_not_composed", round=round_id)
    repaired = [await _readable_preview(portraits, round_id, item_id) for item_id in item_ids]
    return await run_in_thread(draw, repaired)


async def _readable_preview(portraits: Portraits, round_id: str, item_id: str) -> bytes:
    try:
        preview = await get_preview(portraits, round_id, item_id)
        if await run_in_thread(is_readable_jpeg, preview):
            return preview
        return await _make_preview(portraits, round_id, item_id)
    except (PortraitMissing, StorageUnavailable):
        raise
    except Exception:
        log.exception("preview_not_made", item=item_id)
        return grey_preview()


async def _make_preview(portraits: Portraits, round_id: str, item_id: str) -> bytes:
    checked = await examine_in_thread(await portraits.get(original_key(round_id, item_id)), item_id)
    await portraits.put(preview_key(round_id, item_id), checked.preview)
    return checked.preview
