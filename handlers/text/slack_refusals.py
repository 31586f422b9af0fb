"""Slack's refusals: what cannot be shown, why, and who can change it.

The codes are from docs.slack.dev, errors of each method.
"""

from bot.domain.round import Round
from bot.domain.round_state import RoundState
from handlers.text.format import capitalize_first, channel, escape_mrkdwn, when
from handlers.text.round import cost, result

_POST_REFUSALS = {
    "is_archived": "the channel is archived",
    **dict.fromkeys(("not_in_channel", "channel_not_found"), "I am no longer in the channel (/invite @Castroom)"),
    **dict.fromkeys(
        (
            "restricted_action",
            "restricted_action_read_only_channel",
            "restricted_action_thread_only_channel",
            "restricted_action_non_threadable_channel",
        ),
        "only some people may post in the channel, which its managers can change",
    ),
}
UPLOAD_REFUSALS = {
    **dict.fromkeys(
        ("file_uploads_disabled", "file_uploads_except_images_disabled"), "uploads are turned off in this workspace"
    ),
    "storage_limit_reached": "this workspace has no file storage left",
    "file_type_not_allowed": "this workspace does not allow pictures to be uploaded",
    "file_upload_size_restricted": "this workspace does not allow files of this size",
}


def round_voided(round_: Round) -> str:
    """Tell the lead that Slack rejected the round's message, so the round is void."""
    reason = _POST_REFUSALS.get(
        round_.slack_error, f"Slack does not accept my message there ({escape_mrkdwn(round_.slack_error)})"
    )
    has_requests = any(slot.requested_at for slot in round_.slots)
    cost_note = (
        f"The portraits are kept: {cost(round_)}." if has_requests else "No model was called, and nothing was charged."
    )
    return (
        f"The round for {escape_mrkdwn(round_.character)} in {channel(round_.place.channel)} is cancelled: {reason}. "
        f"{cost_note} You can start another round for the name."
    )


def channel_closed(round_: Round, *, is_archived: bool) -> str:
    """Tell the lead that the round's message cannot be updated for now."""
    where = channel(round_.place.channel)
    reason = f"{where} is archived" if is_archived else f"I am no longer in {where}"
    remedy = "Unarchive it" if is_archived else "Invite me again (/invite @Castroom)"
    return (
        f"{capitalize_first(reason)}, so the message of {escape_mrkdwn(round_.character)} is not updated there. "
        f"Nothing is lost: {_state_summary(round_)} {remedy}, and the round continues automatically."
    )


def _state_summary(round_: Round) -> str:
    if round_.state is RoundState.DRAWING:
        return "its portraits are drawn and kept, and voting waits."
    if round_.state is RoundState.VOTING:
        until = f" until {when(round_.closes_at)}" if round_.closes_at else ""
        return f"every vote so far stands, and voting is open{until}."
    if round_.state is RoundState.LOCKED:
        return f"{escape_mrkdwn(round_.character)} is cast, and /cast {escape_mrkdwn(round_.character)} shows the face."
    if round_.tally:
        return f"the portraits and votes are kept. {result(round_, round_.tally)}"
    return "everything is kept."


def sheet_refused(round_: Round) -> str:
    """Explain in the round's message why it shows no pictures."""
    reasons = {**UPLOAD_REFUSALS, "missing_scope": "a permission to upload is missing"}
    reason = reasons.get(round_.sheet_refused, f"Slack does not accept them ({escape_mrkdwn(round_.sheet_refused)})")
    return (
        f"The portraits cannot be shown here: {reason}. They are kept and appear here as soon as Slack accepts them. "
        "A workspace administrator can fix this."
    )


def sheet_refused_for_lead(round_: Round) -> str:
    """Explain the same to the lead, who can wait or end the round."""
    where = f"{escape_mrkdwn(round_.character)} in {channel(round_.place.channel)}"
    return (
        f"Voting on {where} is open, but without pictures. {sheet_refused(round_)} "
        "You can also close voting and cancel the round."
    )
