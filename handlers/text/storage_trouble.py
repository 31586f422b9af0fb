"""Storage failures, for the user who pressed and for the lead of a waiting round."""

from bot.domain.errors import StorageUnavailable
from bot.domain.round import Round
from handlers.text.format import capitalize_first, channel, escape_mrkdwn

PORTRAIT_MISSING = (
    "A picture that belongs to this is missing from where I keep them, so nothing was changed. Whoever runs Castroom "
    "can bring it back from a backup; then try again."
)
_REASONS = {
    "full": "the disk I write to is full",
    "read_only": "I am not allowed to write where I keep things",
    "locked": "another program holds my database",
    "damaged": "my database is damaged, and I write nothing over it",
    "away": "I cannot reach what I keep",
}
_REMEDIES = {
    "full": "Whoever runs Castroom has to make room",
    "read_only": "Whoever runs Castroom has to make my data folder writable",
    "locked": "Whoever runs Castroom can find out which",
    "damaged": "Whoever runs Castroom has to stop me and restore a backup",
    "away": "Whoever runs Castroom finds out more with: python -m bot doctor",
}


def storage_unavailable(error: StorageUnavailable) -> str:
    """Say that the action did not happen."""
    reason = capitalize_first(_REASONS.get(error.reason, _REASONS["away"]))
    remedy = _REMEDIES.get(error.reason, _REMEDIES["away"])
    return f"{reason}. So this was not done, and nothing was spent. {remedy}; then try again."


def round_waiting(round_: Round, reason: str) -> str:
    """Tell the lead that storage blocks the round; `reason` is a key of `_REASONS`."""
    resumes = "" if reason == "damaged" else ", and the round goes on by itself"
    return (
        f"{escape_mrkdwn(round_.character)} in {channel(round_.place.channel)} waits: {_REASONS[reason]}. "
        "Nothing is lost, and meanwhile no model is asked. A portrait that has just come is held until it can be "
        f"written, so do not stop me before. {_REMEDIES[reason]}{resumes}."
    )


def portrait_missing(round_: Round) -> str:
    """Tell the lead that the round lacks a picture."""
    return (
        f"{escape_mrkdwn(round_.character)} in {channel(round_.place.channel)} cannot be shown whole: "
        "a picture of it is missing from where I keep them. Nothing was changed. "
        "Whoever runs Castroom can bring it back from a backup, and the round goes on by itself."
    )


def lead_notice(notice: str, round_: Round) -> str:
    """Return the text for `portrait_lost`, or for `not_kept:` with a reason."""
    kind, _, reason = notice.partition(":")
    return (
        portrait_missing(round_)
        if kind == "portrait_lost"
        else round_waiting(round_, reason if reason in _REASONS else "away")
    )
