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
    numbers = {"face": summary.faces, "round": summary.rounds}
    counted = join_words(pluralize(number, noun) for noun, number in numbers.items() if number) or "nothing"
    text = (
        f"This deletes *{name}* for everyone: {counted}, all portraits, attached photos, and the files and messages "
        "that I posted in Slack. It cannot be undone."
    )
    if not summary.is_open:
        return text
    return f"{text} The open round ends now; portraits that are still being drawn are charged."


def report(refused_count: int) -> str:
    """Tell who asked that the deletion has ended, and what Slack did not delete."""
    if not refused_count:
        return "The character is deleted: its portraits, photos, rounds, votes, and my files and messages in Slack."
    refused = pluralize(refused_count, "file or message", "files or messages")
    return (
        f"The character is deleted, but Slack did not let me delete {refused}. Ask a workspace administrator to delete "
        "them in Slack; my log has their ids. Messages in which people shared a file are theirs."
    )
