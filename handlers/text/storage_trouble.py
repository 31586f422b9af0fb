"""Storage failures, for the user who pressed and for the lead of a waiting round."""

from bot.domain.round import Round
from bot.domain.service_errors import StorageUnavailable
from handlers.text.format import capitalize_first, channel, escape_mrkdwn

PORTRAIT_MISSING = (
    "A picture of this round is missing from storage, so nothing was changed. Your Castroom administrator "
    "can restore it from a backup; then try again."
)
_REASONS = {
    "full": "the disk is full",
    "read_only": "the data folder is not writable",
    "locked": "another program holds my database",
    "damaged": "my database is damaged, so I stopped writing to it",
    "away": "my storage is not reachable",
}
_REMEDIES = {
    "full": "Your Castroom administrator has to free disk space",
    "read_only": "Your Castroom administrator has to make my data folder writable",
    "locked": "Your Castroom administrator can find out which",
    "damaged": "Your Castroom administrator has to stop me and restore a backup",
    "away": "Your Castroom administrator can find the cause with `python -m bot doctor`",
}


def storage_unavailable(error: StorageUnavailable) -> str:
    """Say that the action did not happen."""
    reason = capitalize_first(_REASONS.get(error.reason, _REASONS["away"]))
    remedy = _REMEDIES.get(error.reason, _REMEDIES["away"])
    return f"{reason}. Nothing was changed and nothing was spent. {remedy}; then try again."


def round_waiting(round_: Round, reason: str) -> str:
    """Tell the lead that storage blocks the round; `reason` is a key of `_REASONS`."""
    resumes = "" if reason == "damaged" else ", and the round continues automatically"
    return (
        f"{escape_mrkdwn(round_.character)} in {channel(round_.place.channel)} waits: {_REASONS[reason]}. "
        "Nothing is lost, and no model is called in the meantime. A portrait that just arrived is kept in memory until "
        f"it can be written, so do not stop the bot. {_REMEDIES[reason]}{resumes}."
    )


def portrait_missing(round_: Round) -> str:
    """Tell the lead that the round lacks a picture."""
    return (
        f"{escape_mrkdwn(round_.character)} in {channel(round_.place.channel)} is incomplete: "
        "one of its pictures is missing from storage. Nothing was changed. "
        "Your Castroom administrator can restore it from a backup, and the round continues automatically."
    )


def lead_notice(notice: str, round_: Round) -> str:
    """Return the text for `portrait_lost`, or for `not_kept:` with a reason."""
    kind, _, reason = notice.partition(":")
    if kind == "portrait_lost":
        return portrait_missing(round_)
    return round_waiting(round_, reason if reason in _REASONS else "away")
