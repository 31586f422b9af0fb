"""Expected failures as sentences: what is wrong, then what to do."""

from decimal import Decimal
from functools import singledispatch

from bot.domain import errors as kinds
from bot.domain import service_errors as service_kinds
from handlers.text import brief_errors, follow_ups, reference_photo, routing, slack_refusals, storage_trouble, voters
from handlers.text import passport as passport_text
from handlers.text import production_settings as production_settings_text
from handlers.text.error_sentences import (
    CANNOT_DRAW_SHEET,
    CANNOT_UPSCALE,
    CAPS,
    NOT_AVAILABLE,
    PERSON_LIMITS,
    ROUND_STATES,
)
from handlers.text.format import dollars, escape_mrkdwn, join_words, link, people, person, pluralize, when

WORKSPACE_UNKNOWN = (
    "I have no bot token for this workspace, so nothing happened. Your Castroom administrator can add it."
)
NOT_FOUND = "This is no longer available. /cast list shows what there is."
UNEXPECTED = "Something went wrong on my side; the details are in the log. Please try again."

REFUSED_TITLE = "Not possible"
KEEP_BRIEF = "Your brief, to send again when that round has ended:"

_ACTIONS = {
    "open_now": "open the vote early",
    "cancel": "cancel this round",
    "reroll": "have portraits drawn again",
    "refine": "refine the brief",
    "close": "close this vote",
    "extend": "extend this vote",
    "run_off": "hold a run-off",
    "drop": "drop this round",
    "take_over": "lead this round",
    "lock": "lock a face",
    "decide": "decide",
    "recast": "answer this",
    "cast_many": "change this list",
    "delete": "delete this character",
    "show_again": "show reported pictures again",
    "withdraw": "report a withdrawn consent",
    "recast_face": "re-cast or unlock this face",
    "upscale": "keep or decline this finish",
    "sheet": "decide about this view",
    "callback": "start a callback",
    "reaudition": "start a re-audition",
    "settle": "confirm whether this was charged",
    "see": "confirm this charge",
}

_PERMISSIONS = {
    "start": "start rounds",
    "spend": "spend",
    "lock": "lock a face",
    "keep": "change the settings",
    "report": "report what a target says",
}

_DECIDE_OR_EXTEND = "so nothing is locked. Voting is closed: decide, or extend it a day."
_RUN_DOCTOR = "Nothing was changed. Your Castroom administrator can find the cause with `python -m bot doctor`."

_TOKEN_REJECTED = f"Slack no longer accepts my token. {_RUN_DOCTOR}"

_NOT_IN_CHANNEL = "I am no longer in this channel. Nothing was changed. Invite me with /invite @Castroom and try again."

# Slack's codes that a retry does not fix (docs.slack.dev, errors of each method).
_REFUSALS = {
    "missing_scope": f"I am not allowed to do this in Slack: a permission is missing. {_RUN_DOCTOR}",
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"), _TOKEN_REJECTED
    ),
    **dict.fromkeys(("not_in_channel", "channel_not_found"), _NOT_IN_CHANNEL),
    "is_archived": "This channel is archived, so I can't write here. Nothing was changed.",
    "user_not_in_channel": "You are no longer in this channel, so nothing was changed.",
}

_DOOR_REFUSED = "This access token cannot be used here. `/cast settings` shows the tokens of a channel."
_ALREADY_RESOLVED = "This was already answered. `/cast spend` shows the current state."
_MESSAGE_DELETED = "This round's message was deleted, so nothing was changed. I post it again in a few seconds."
_NO_RESPONSE = "Slack does not answer right now. Nothing was changed. Try again in a minute."


@singledispatch
def sentence(error: kinds.CastingError) -> str:  # noqa: ARG001 - the registered kinds use it
    """Return the sentence for `error`."""
    return UNEXPECTED


sentence.register(kinds.BriefError)(brief_errors.sentence)
sentence.register(kinds.ReferenceUnclear)(brief_errors.unclear_reference)
sentence.register(kinds.ModelsUnavailable)(routing.unavailable)
sentence.register(service_kinds.StorageUnavailable)(storage_trouble.storage_unavailable)
sentence.register(kinds.ConsentNeeded)(reference_photo.consent_needed)
sentence.register(kinds.PassportUnavailable)(passport_text.unavailable)
sentence.register(kinds.CannotFollowUp)(follow_ups.refusal)
sentence.register(kinds.AlreadyCasting)(lambda error: already_casting(error, ""))
sentence.register(kinds.NameConflict)(lambda error: production_settings_text.name_conflict(error.names))
sentence.register(kinds.NotAVoter)(lambda error: voters.not_a_voter(error.voters, error.character))
sentence.register(kinds.NotAvailableHere)(lambda error: NOT_AVAILABLE.get(error.reason, NOT_AVAILABLE["unknown"]))
sentence.register(kinds.SettingsConflict)(lambda _: production_settings_text.CONFLICT)
sentence.register(service_kinds.PortraitMissing)(lambda _: storage_trouble.PORTRAIT_MISSING)
sentence.register(service_kinds.NotInstalled)(lambda _: WORKSPACE_UNKNOWN)
sentence.register(kinds.DoorRefused)(lambda _: _DOOR_REFUSED)
sentence.register(kinds.AlreadyResolved)(lambda _: _ALREADY_RESOLVED)
sentence.register(service_kinds.MessageDeleted)(lambda _: _MESSAGE_DELETED)


@sentence.register
def _(error: kinds.FormErrors) -> str:
    return f"Please check the form: {join_words(sorted(error.by_field))}. Nothing was started."


@sentence.register
def _(error: kinds.SettingsErrors) -> str:
    return " ".join(escape_mrkdwn(production_settings_text.field_error(field_error)) for field_error in error.errors)


@sentence.register
def _(error: kinds.NotLead) -> str:
    return f"Only {person(error.allowed_user)} can {_ACTIONS.get(error.action, 'do this')}."


@sentence.register
def _(error: kinds.PermissionDenied) -> str:
    if error.is_guest:
        return (
            f"{outsiders(error)} can vote here, but not {_PERMISSIONS[error.action]} unless `/cast settings` names "
            "them. Nothing was started."
        )
    allowed_users = people(error.allowed_users, "or")
    where = "" if error.action == "keep" else " `/cast settings` shows the permissions."
    return f"Only {allowed_users} can {_PERMISSIONS[error.action]}.{where} Nothing was changed."


def outsiders(error: kinds.PermissionDenied) -> str:
    """Return who must be named to have a permission: guests, or people of other organizations."""
    return "People from other organizations" if error.is_external else "Guests"


@sentence.register
def _(error: kinds.LeadDeactivated) -> str:
    return voters.lead_deactivated(error.lead, _ACTIONS.get(error.action, "do this"))


@sentence.register
def _(error: kinds.AlreadyCast) -> str:
    return (
        f"{escape_mrkdwn(error.character)} is already cast. A re-cast draws new portraits, "
        f"for up to {dollars(error.price)} in total; the current face stays in the history."
    )


@sentence.register
def _(error: kinds.RoundClosed) -> str:
    return ROUND_STATES.get(error.state, ROUND_STATES["void"]).format(
        name=escape_mrkdwn(error.character) or "this character"
    )


@sentence.register
def _(error: kinds.NoWinner) -> str:
    if error.votes_short_of_quorum:
        votes = pluralize(error.votes_short_of_quorum, "vote")
        return f"The ballot is {votes} short of the quorum, {_DECIDE_OR_EXTEND}"
    result = f"{join_words(map(str, error.tied))} are tied" if error.tied else "There are no votes"
    return f"{result}, {_DECIDE_OR_EXTEND}"


@sentence.register
def _(error: kinds.TallyChanged) -> str:
    tally = (
        join_words([f"{n} has {votes}" for n, votes in sorted(error.tally.items()) if votes])
        or "there are no votes now"
    )
    return f"The votes changed: {tally}. Nothing is locked. Press Lock again to lock the new leader."


@sentence.register
def _(error: kinds.OverBudget) -> str:
    pattern = CAPS.get(f"own_{error.cap}" if error.is_production_cap else error.cap, CAPS["day"])
    resets = when(error.resets_at) if error.resets_at else "at midnight UTC"
    cap = pattern.format(limit=dollars(error.limit), left=dollars(max(error.remaining, Decimal(0))), resets=resets)
    return f"This would cost up to {dollars(error.price)}; {cap} Nothing was started."


@sentence.register
def _(error: kinds.PersonLimitReached) -> str:
    pattern = PERSON_LIMITS.get(error.kind, PERSON_LIMITS["open_rounds"])
    return f"{pattern.format(limit=error.limit)} Nothing was started."


@sentence.register
def _(error: kinds.PriceIncreased) -> str:
    return (
        f"This brief selects other models: up to {dollars(error.price)} instead of {dollars(error.shown_price)}. "
        "Nothing was started. Submit again to agree."
    )


@sentence.register
def _(error: kinds.CannotUpscale) -> str:
    return CANNOT_UPSCALE.get(error.reason, CANNOT_UPSCALE["no_way"]).format(
        name=escape_mrkdwn(error.character) or "This face"
    )


@sentence.register
def _(error: kinds.CannotDrawSheet) -> str:
    name = escape_mrkdwn(error.character) or "This character"
    return CANNOT_DRAW_SHEET.get(error.reason, CANNOT_DRAW_SHEET["changed"]).format(name=name)


@sentence.register
def _(error: kinds.UnacknowledgedOverspend) -> str:
    allowed_users = people(error.allowed_users, "or")
    return (
        f"Something cost {dollars(error.overspend)} more than was reserved, so no new portraits are drawn in this "
        f"workspace until {allowed_users} confirms it in `/cast spend`. If they have left, the round's lead or an "
        "administrator of the workspace can answer. Nothing was started."
    )


@sentence.register
def _(error: kinds.NoModels) -> str:
    if not error.configured:
        return "No image model has an account here yet. Your Castroom administrator can add a key. Nothing was started."
    requested, configured = (
        join_words([escape_mrkdwn(name) for name in names]) for names in (error.requested, error.configured)
    )
    return f"There is no account here for {requested}. I can ask {configured}. Nothing was started."


@sentence.register
def _(error: service_kinds.SlackUnavailable) -> str:
    # `operation` is Slack's method and its error code: `reactions.get: missing_scope`.
    return _REFUSALS.get(error.operation.rpartition(": ")[2], _NO_RESPONSE)


@sentence.register
def _(error: service_kinds.SlackRejected) -> str:
    if reason := slack_refusals.UPLOAD_REFUSALS.get(error.code):
        return f"I can't upload a file here: {reason}. A workspace administrator can help."
    return _REFUSALS.get(error.code, f"Slack does not let me do this ({escape_mrkdwn(error.code)}). {_RUN_DOCTOR}")


@sentence.register
def _(error: service_kinds.ChannelClosed) -> str:
    return _REFUSALS.get(error.code, "The channel is archived, so nothing can be posted there. Everything is kept.")


def already_casting(error: kinds.AlreadyCasting, url: str) -> str:
    """Say where the open round is; `url` links to its message."""
    text = f"{escape_mrkdwn(error.character)} is being cast right now."
    if not error.round_id:
        return f"{text} It is in another channel of this production, which you cannot see."
    return f"{text} {link(url, 'Go there')}" if url else text
