"""Expected failures as sentences: what is wrong, then what to do."""

from decimal import Decimal
from functools import singledispatch

from bot.errors import (
    AlreadyCast,
    AlreadyCasting,
    Barred,
    BriefError,
    CannotFinish,
    CastingError,
    Changed,
    Clashes,
    Dearer,
    LeadLeft,
    MessageGone,
    NoModels,
    NotAVoter,
    NotHere,
    NotKept,
    NotTaken,
    NotYours,
    NoWinner,
    OutcomeChanged,
    OverBudget,
    Overspent,
    PlaceClosed,
    PortraitLost,
    RoundClosed,
    Settled,
    Unavailable,
    Unfit,
    Unreachable,
    Unready,
)
from handlers.words import briefs, refusals, routing, settings, storage, voters
from handlers.words.text import count, dollars, link, person, quiet, several, when

GONE = "This is no longer here: it may be older than what I remember. /cast list shows what there is."
UNEXPECTED = "Something failed on my side, and it is in the log. Nothing more happens by itself: please try again."

_DEEDS = {
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
    "recast_face": "re-cast or unlock this face",
    "finish": "keep or decline this finish",
    "settle": "say whether this was charged",
    "see": "answer for this charge",
}
_BARRED = {
    "start": "start rounds",
    "spend": "spend",
    "lock": "lock a face",
    "keep": "change the settings",
}
_PLACES = {
    "not_invited": "I can't post here yet. Invite me with /invite @Castroom and send the line again:",
    "not_invited_message": "I can't post here yet. Invite me with this line and choose the shortcut again:",
    "not_a_channel": "I can't post in this conversation. Send the line in a channel I am in, or in a message to me:",
    "private": "This face was cast in a private channel and is shown only there.",
    "unknown": "I have no face here that you may see. /cast list shows those that you may.",
}
_STATES = {
    "drawing": "{name} is still being drawn. Voting opens when the portraits are in.",
    "voting": "Voting on {name} is open again.",
    "closed": "Voting on {name} is closed.",
    "locked": "{name} is cast already. `/cast {name}` shows the face.",
    "void": "This round for {name} has ended. A new /cast line starts another.",
    "sealed": "The ballot on {name} is sealed. Open yours in the round's message; a lock comes after the close.",
    "quick": "The vote on {name} is in the open: tap a number under the portraits.",
    "run_off": "{name} is in a run-off between the numbers under the portraits. Tap one of those.",
    "no_run_off": "There is no run-off for {name} now. Tap a number under the portraits.",
    "unlocked": "This version of {name} was unlocked already. `/cast history {name}` tells by whom.",
    "superseded": "Another version is {name}'s face by now. `/cast {name}` shows it.",
    "full": "Eight candidates are the most a round shows, and this one holds them, with what is being drawn. "
    "A new round is what is left: all again, or for a refined brief.",
    "no_varier": "No model with an account here takes a picture as reference, so {name} cannot be varied.",
    "too_few": "Voting opens from two portraits on. There are fewer so far.",
}
_NO_FINISH = {
    "not_cast": "Nobody is cast by this round, so there is nothing to finish.",
    "unlocked": "This face was unlocked and is nobody's now, so it is not finished. `/cast history {name}` says why.",
    "no_way": "{name} is 4K already, or no account here makes it larger: whoever runs Castroom can add a Recraft key.",
    "changed": "What finishes faces here changed meanwhile, and so did the price. Nothing was started: look again.",
}
_CAPS = {
    "round": "a round may cost {limit}. Ask fewer models, or fewer portraits with --each 1; "
    "whoever runs Castroom can raise MAX_USD_PER_ROUND.",
    "day": "of today's {limit} there is {left} left. Whoever runs Castroom can raise MAX_USD_PER_DAY; "
    "the day begins anew {resets}.",
    "person_day": "of your {limit} for today there is {left} left. Whoever runs Castroom can raise "
    "MAX_USD_PER_PERSON_DAY; the day begins anew {resets}.",
    "production_month": "of this production's {limit} for the month there is {left} left. Whoever runs Castroom "
    "can raise MAX_USD_PER_PRODUCTION_MONTH; the month begins anew {resets}.",
    "own_round": "a round of this production may cost {limit}. Ask fewer models, or fewer portraits with --each 1; "
    "`/cast settings` here can raise it.",
    "own_production_month": "of the {limit} a month that this production's settings allow there is {left} left. "
    "`/cast settings` here can raise it; the month begins anew {resets}.",
    "workspace_month": "of this workspace's {limit} for the month there is {left} left. Whoever runs Castroom "
    "can raise MAX_USD_PER_WORKSPACE_MONTH; the month begins anew {resets}.",
}

_DOCTOR = "Nothing was changed. Whoever runs Castroom finds out what to do with: python -m bot doctor"
_UNKNOWN_TOKEN = f"Slack no longer takes my token. {_DOCTOR}"
_GONE_FROM_HERE = "I am no longer in this channel. Nothing was changed. Invite me with /invite @Castroom and try again."
# Slack's codes that trying again does not heal (docs.slack.dev, errors of each method).
_REFUSALS = {
    "missing_scope": f"Slack does not allow me this: a permission is missing. {_DOCTOR}",
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"), _UNKNOWN_TOKEN
    ),
    **dict.fromkeys(("not_in_channel", "channel_not_found"), _GONE_FROM_HERE),
    "is_archived": "This channel is archived, so I can't write here. Nothing was changed.",
}
_SILENCE = "Slack does not answer me at the moment, and nothing was changed. Try again in a minute."


@singledispatch
def sentence(error: CastingError) -> str:  # noqa: ARG001 - the kinds below say more
    """What a person is told about `error`."""
    return UNEXPECTED


@sentence.register
def _(error: BriefError) -> str:
    return briefs.sentence(error)


@sentence.register
def _(error: Unready) -> str:
    return f"Something in the form is not right yet: {several(sorted(error.wrong))}. Nothing was started."


@sentence.register
def _(error: Unfit) -> str:
    return " ".join(quiet(settings.fault(fault)) for fault in error.faults)


@sentence.register
def _(error: NotYours) -> str:
    return f"Only {person(error.may)} can {_DEEDS.get(error.what, 'do this')}."


@sentence.register
def _(error: Barred) -> str:
    if error.guest:
        return (
            f"Guests can vote here, but not {_BARRED[error.what]} unless `/cast settings` names them. "
            "Nothing was started."
        )
    who = several([person(one) for one in error.may], "or")
    where = "" if error.what == "keep" else " `/cast settings` says who may what."
    return f"Here only {who} can {_BARRED[error.what]}.{where} Nothing was changed."


@sentence.register
def _(error: Changed) -> str:  # noqa: ARG001 - it has no values
    return settings.CHANGED


@sentence.register
def _(error: Clashes) -> str:
    return settings.clashes(error.names)


@sentence.register
def _(error: NotAVoter) -> str:
    return voters.only(error.voters, error.character)


@sentence.register
def _(error: LeadLeft) -> str:
    return voters.left(error.lead, _DEEDS.get(error.what, "do this"))


@sentence.register
def _(error: NotHere) -> str:
    return _PLACES.get(error.why, _PLACES["unknown"])


@sentence.register
def _(error: AlreadyCasting) -> str:
    return already_casting(error, "")


@sentence.register
def _(error: AlreadyCast) -> str:
    return (
        f"{quiet(error.character)} is cast already. A re-cast asks the models for new portraits, "
        f"up to {dollars(error.price)} in all; the present face stays in the history."
    )


@sentence.register
def _(error: RoundClosed) -> str:
    return _STATES.get(error.state, _STATES["void"]).format(name=quiet(error.character) or "this character")


@sentence.register
def _(error: NoWinner) -> str:
    if error.lacking:
        told = f"{count(error.lacking, 'vote')} short of the quorum"
        return f"The ballot is {told}, so nothing is locked. Voting is closed: decide, or extend it a day."
    level = f"{several([str(n) for n in error.tied])} are level" if error.tied else "Nobody voted"
    return f"{level}, so nothing is locked. Voting is closed: decide, or extend it a day."


@sentence.register
def _(error: OutcomeChanged) -> str:
    told = several([f"{n} has {votes}" for n, votes in sorted(error.tally.items()) if votes]) or "nobody votes now"
    return f"The votes moved while you looked: {told}. Nothing is locked. Press Lock again if this is right."


@sentence.register
def _(error: OverBudget) -> str:
    cap = _CAPS.get(f"own_{error.cap}" if error.own else error.cap, _CAPS["day"])
    resets = when(error.resets_at) if error.resets_at else "at midnight UTC"
    told = cap.format(limit=dollars(error.limit), left=dollars(max(error.left, Decimal(0))), resets=resets)
    return f"This would cost up to {dollars(error.price)}; {told} Nothing was started."


@sentence.register
def _(error: Dearer) -> str:
    return (
        f"These words call other models: up to {dollars(error.price)} instead of {dollars(error.shown)}. "
        "Nothing was started. Send it in once more to agree."
    )


@sentence.register
def _(error: CannotFinish) -> str:
    return _NO_FINISH.get(error.why, _NO_FINISH["no_way"]).format(name=quiet(error.character) or "This face")


@sentence.register
def _(error: Overspent) -> str:
    who = several([person(one) for one in error.may], "or")
    return (
        f"Something cost {dollars(error.above)} more than was reserved for it, so nothing new is drawn in this "
        f"workspace until {who} has seen it: `/cast spend` asks. Nothing was started."
    )


@sentence.register
def _(error: Settled) -> str:  # noqa: ARG001 - it has no values
    return "This was answered already. `/cast spend` shows how it stands now."


@sentence.register
def _(error: NoModels) -> str:
    wanted = several([quiet(name) for name in error.wanted])
    if not error.configured:
        return "No image model has an account here yet. Whoever runs Castroom adds a key. Nothing was started."
    have = several([quiet(name) for name in error.configured])
    return f"There is no account here for {wanted}. I can ask {have}. Nothing was started."


@sentence.register
def _(error: Unavailable) -> str:
    return routing.unavailable(error)


@sentence.register
def _(error: NotKept) -> str:
    return storage.not_kept(error)


@sentence.register
def _(error: PortraitLost) -> str:  # noqa: ARG001 - its key is for the log
    return storage.PORTRAIT_LOST


@sentence.register
def _(error: Unreachable) -> str:
    """`what` ends with Slack's code or the kind of silence; which question it was is for the log."""
    return _REFUSALS.get(error.what.rpartition(": ")[2], _SILENCE)


@sentence.register
def _(error: NotTaken) -> str:
    if error.why in refusals.UPLOADS:
        return f"I can't bring a file here: {refusals.UPLOADS[error.why]}. An administrator of the workspace can help."
    return _REFUSALS.get(error.why, f"Slack does not let me do this ({quiet(error.why)}). {_DOCTOR}")


@sentence.register
def _(error: PlaceClosed) -> str:
    return _REFUSALS.get(error.why, "The channel is archived, so nothing can be shown there. What stands is kept.")


@sentence.register
def _(error: MessageGone) -> str:  # noqa: ARG001 - there is one way to be gone
    return "This round's message was deleted, so nothing was changed. I post it anew in a few seconds."


def already_casting(error: AlreadyCasting, url: str) -> str:
    """Where the open round is; `url` leads to its message."""
    busy = f"{quiet(error.character)} is being cast right now."
    if not error.round_id:
        return f"{busy} It is in another channel of this production, which you cannot see."
    return f"{busy} {link(url, 'Go there')}" if url else busy
