"""Private answers: receipts for votes and aliases."""

from bot.usecases.aliases import AliasChange
from bot.usecases.vote import ClickResult, NoneResult
from handlers.text.format import channel, escape_mrkdwn, join_words

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight")

WORKING_EXAMPLE = "This works:"
BOT_MENTION = "@Castroom"
PEOPLE_ONLY = (
    "I answer people only. A bot or a workflow cannot start a round, because a round costs money and a person must "
    "lead it. A person can mention me here instead. This note appears once."
)
SPENDING_SENT = "I sent you the spending as a direct message. Only you can see it."


def receipt(result: ClickResult) -> str:
    """Tell the voter what their press on a number changed."""
    if result.on:
        return f"You voted for {result.number}. Tap {result.number} again to undo."
    if result.has_reaction:
        reaction = f":{_NUMBERS[result.number - 1]}:"
        return f"Vote undone, but your {reaction} reaction still counts. Remove it to withdraw your vote."
    return f"Your vote for {result.number} is undone."


def none_receipt(result: NoneResult) -> str:
    """Confirm "none of these", or say which votes stand in its way."""
    if result.numbers:
        votes = join_words(map(str, result.numbers))
        return (
            f"You voted for {votes}, so None of these was not counted. Undo that first: tap the number again, or "
            "remove your reaction."
        )
    return f"Your answer for {escape_mrkdwn(result.character)} is none of these. Tap a number to vote for it instead."


def cannot_answer_here(channel_id: str) -> str:
    """Say that Slack allows no private answer in the channel, without giving away the answer."""
    return f"Slack does not let me answer you in {channel(channel_id)}. Type /cast and the name there instead."


def alias_changed(change: AliasChange) -> str:
    """Say which alias was added or removed."""
    name, alias = escape_mrkdwn(change.character), escape_mrkdwn(change.alias)
    if change.removed:
        return f"{name} no longer answers to “{alias}”."
    others = [f"“{escape_mrkdwn(other)}”" for other in change.aliases if other != change.alias]
    text = f"{name} answers to “{alias}” too."
    return f"{text} And to {join_words(others)}." if others else text
