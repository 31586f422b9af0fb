"""Reads the preview of a stored portrait; makes it where it is missing."""

from bot.domain.errors import PortraitMissing
from bot.domain.ids import original_key, preview_key
from bot.imaging.pictures import examine_in_thread
from bot.ports.storage import Portraits


async def get_preview(portraits: Portraits, round_id: str, item_id: str) -> bytes:
    """A slot's or finish's preview, made anew from its original where it is missing; raises PortraitLost where that is
    missing too.
    """
    key = preview_key(round_id, item_id)
    try:
        return await portraits.get(key)
    except PortraitMissing:
        checked = await examine_in_thread(await portraits.get(original_key(round_id, item_id)), item_id)
    await portraits.put(key, checked.preview)
    return checked.preview
