"""Deletion of a character: the form, the message of a deleted round, and the report."""

from bot.usecases.deletion import DeletionSummary
from handlers.text.format import escape_mrkdwn, join_words, pluralize, truncate

TITLE = "Delete character"
SUBMIT = "Delete"
REASON = "Reason"
REASON_HINT = "Kept in the audit log. Leave out names and anything about the person."
STARTED = "Deleting. This takes a few seconds, or until models that are still drawing have finished."
DELETED_HEADER = "Deleted"
DELETING_NOTICE = "This character is being deleted, with its portraits, votes and brief."
DELETED_NOTICE = "This character was deleted with its portraits, votes and brief. What was charged stays in the sums."


def name_label(name: str) -> str:
    return truncate(f"Type “{name}” to confirm", 150)


def intro(summary: DeletionSummary) -> str:
    """Say what is deleted, and that it cannot be undone."""
    name = escape_mrkdwn(summary.character.name)
    counted = join_words(
        [text for text in (_count(summary.faces, "face"), _count(summary.rounds, "round")) if text] or ["nothing"]
    )
    text = (
        f"This deletes *{name}* for everyone: {counted}, all portraits, attached photos, and the files and messages "
        "that I posted in Slack. It cannot be undone."
    )
    still_open = (
        " The open round ends now; portraits that are still being drawn are charged." if summary.is_open else ""
    )
    return f"{text}{still_open}"


def report(refused_count: int) -> str:
    """Tell who asked that the deletion has ended, and what Slack did not delete."""
    if not refused_count:
        return "The character is deleted: its portraits, photos, rounds, votes, and my files and messages in Slack."
    refused = pluralize(refused_count, "file or message", "files or messages")
    return (
        f"The character is deleted, but Slack did not let me delete {refused}. Ask a workspace administrator to delete "
        "them in Slack; my log has their ids. Messages in which people shared a file are theirs."
    )


def _count(number: int, noun: str) -> str:
    return pluralize(number, noun) if number else ""
