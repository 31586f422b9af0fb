"""Buttons that stand in for a menu that Slack refused: whoever listens to the menu hears them."""

from collections.abc import Awaitable, Callable
from typing import Any

from handlers.payloads import unwrap_menu_buttons


async def menu_fallback(body: dict[str, Any], next: Callable[[], Awaitable[Any]]) -> Any:  # noqa: A002 - Bolt's name
    """Bolt middleware: listeners are chosen after it, by the menu's own action id."""
    unwrap_menu_buttons(body)
    return await next()
