"""The modal that asks in which channel a round from the home tab takes place."""

from typing import Any

from handlers.text import home_cast as words
from handlers.views.builder import section, view
from handlers.views.fields import build_modal, conversation_select

ACTION_ID, CALLBACK_ID, CHANNEL = "cast_from_home", "cast_channel", "channel"


def choose_channel() -> dict[str, Any]:
    """Build the modal; Slack offers the channels that the user sees."""
    blocks = view(
        words.INTRO,
        section(words.INTRO),
        conversation_select(CHANNEL, words.CHANNEL, words.PLACEHOLDER),
    )
    return build_modal(CALLBACK_ID, "", words.TITLE, words.NEXT, blocks)
