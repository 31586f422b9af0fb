"""Previews of stored portraits."""

from bot.domain.errors import PortraitMissing
from bot.domain.ids import original_key, preview_key
from bot.imaging.pictures import examine_in_thread
from bot.ports.storage import Portraits


async def get_preview(portraits: Portraits, round_id: str, item_id: str) -> bytes:
    """Return the preview of a slot or upscale, made from the original if it is missing; raises PortraitMissing."""
    key = preview_key(round_id, item_id)
    try:
        return await portraits.get(key)
    except PortraitMissing:
        checked = await examine_in_thread(await portraits.get(original_key(round_id, item_id)), item_id)
    await portraits.put(key, checked.preview)
    return checked.preview
