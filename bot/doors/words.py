"""What the doors answer to programs and agents: titles and details of problems, in plain English."""

from bot.domain import errors, service_errors
from bot.domain.errors import BriefError, CastingError, DoorRefused, NotAvailableHere, OverBudget

TITLES = {
    "unauthorized": "The access token is missing or not valid",
    "forbidden": "Not allowed",
    "scope": "The access token lacks a scope",
    "not-found": "Not found, or not visible to you",
    "no-passport": "This face has no passport",
    "ambiguous-name": "Several characters have this name",
    "near-names": "No character has this name",
    "no-face": "This character has no face",
    "gone": "The picture is no longer stored",
    "invalid-request": "The request is not valid",
    "invalid-brief": "The brief is not valid",
    "idempotency-key-used": "The Idempotency-Key belongs to another brief",
    "already-casting": "A round for this character is open",
    "already-cast": "This character has a face",
    "consent-needed": "The likeness was agreed to for another use",
    "models-unavailable": "The models are not available",
    "over-budget": "A cap would be exceeded",
    "overspend": "A charge above its reservation waits for a person",
    "too-many": "Too many at once",
    "rate-limited": "Too many calls",
    "wrong-host": "This address is not one of the doors'",
    "link-expired": "The link is not valid, or no longer",
    "too-large": "The request is too large",
    "conflict": "The present state does not allow this",
    "unavailable": "Castroom cannot answer now",
    "internal": "An error in Castroom",
    "http": "The request was refused",
}

_REFUSALS = {
    "unknown": "No such access token exists. Make one with /cast settings in Slack.",
    "revoked": "This access token was revoked. Make another one with /cast settings in Slack.",
    "expired": "This access token has expired. Make another one with /cast settings in Slack.",
    "left": "The person who made this access token is no longer in its channel, so it opens nothing.",
    "moved": "The channel of this access token casts for another production now. Make another token there.",
    "inactive": "The Slack account behind this call is closed or unknown.",
    "too_many": "This caller makes more calls a minute than the doors accept. Wait, then go on.",
}
_NOT_AVAILABLE = {
    "not_member": "The person is not a member of this channel.",
    "not_invited": "Castroom is not in this channel. Invite it in Slack with /invite @Castroom.",
    "reported": "Someone reported this picture; it is hidden until a person decides.",
    "no_finish": "This face has no finish.",
    "no_sheet": "This face has no character sheet.",
    "no_view": "The character sheet has no such view, or no picture of it.",
    "cast_elsewhere": "This character was cast in a channel that you may not see.",
    "private": "The face of the reference is from a private channel.",
    "outsiders": "People of other organizations are in this channel and may not see the face of the reference.",
}
_CAPS = {
    "round": "One round may cost ${limit}; this one may cost ${price}.",
    "token_month": "Of this access token's ${limit} a month, ${remaining} is left; the round may cost ${price}.",
    "day": "Of today's ${limit}, ${remaining} is left; the round may cost ${price}.",
    "person_day": "Of this person's ${limit} for today, ${remaining} is left; the round may cost ${price}.",
    "production_month": "Of the production's ${limit} a month, ${remaining} is left; the round may cost ${price}.",
    "workspace_month": "Of the workspace's ${limit} a month, ${remaining} is left; the round may cost ${price}.",
}
INSTRUCTIONS = (
    "Castroom keeps the faces that a film team has cast in Slack. Recall a face by its character's name, list the "
    "cast, or start a casting, in which the team votes in Slack."
)
PAGE_INTRO = (
    "Send an access token, made with <code>/cast settings</code> in Slack, as "
    "<code>Authorization: Bearer castroom_…</code>. The same as an OpenAPI document: "
    '<a href="openapi.json"><code>openapi.json</code></a>. Agents use MCP at <code>/mcp</code>.'
)
BEARER = "An access token, made with /cast settings in Slack."
PROBLEM = "A problem document (RFC 9457)"
KEY = "A text of your choice, one for each round that you want."
CURSOR = "`next_cursor` of the page before."
VIEW = "The `view` of a picture in the sheet."
SIDE = "Pixels of the long side, at most."
PICTURE, PART = "The picture", "A part of it"
# Nothing is fetched from or sent anywhere by the page of the doors.
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
NO_TOKEN = "Send an access token as `Authorization: Bearer castroom_...`."  # noqa: S105 - the form of a header
NO_ASKER = "Slack signed this request and did not say who asks."
KEY_MISSING = "Send an Idempotency-Key, so that a repeated call starts one round."
BAD_CURSOR = "The cursor is not one that this list returned."
PICTURE_GONE = "The production's retention removed it, or its store lost it."
WRONG_HOST = "DOORS_HOSTS names the hosts that the doors answer to."
POST_ONLY = "MCP is answered here for POST only."
LINK = "Ask for a new link: a link is good for ten minutes, while its token or person may see the face."
TOO_LARGE = "A request has at most 64 kB."
INTERNAL = "The log of the bot has the cause."
FACE_FOUND = "{character}, version {version}: candidate {number} by {model}, locked {locked_at}, {votes}."
VOTES = "{votes} of {voters} votes"
NEAR = "No character is called {name}. Near names: {names}."
SEVERAL = "Several characters are called {name}: {names}. Ask by the name that one production uses."
NOTHING = "No character is called {name} where you may look."
CASTING_NOW = "{character} is being cast: round {round_id}."
UNLOCKED = "{character} has no face now: the last one was unlocked."
PRICED = "A round for {name} costs at most ${price}. Nothing was started."
STARTED = "Round {round_id} for {name} has started and costs at most ${price}. The team votes in Slack."
STATUS = "Round {round_id} for {name}: {state}, {candidates} candidates, {voters} voters."
CAST_LISTED = "{shown} of {total} characters."


def describe(error: CastingError) -> str:
    """Return what is wrong and what to do, without ids of Slack's people."""
    if isinstance(error, DoorRefused):
        return _REFUSALS.get(error.reason) or f"It needs the scope {error.got}, or the channel it was made in."
    if isinstance(error, BriefError):
        got = f": {error.got}" if error.got and error.problem != "used" else ""
        allowed = f". Possible: {', '.join(error.allowed)}" if error.allowed else ""
        return f"{error.field}: {error.problem.replace('_', ' ')}{got}{allowed}"
    if isinstance(error, NotAvailableHere):
        return _NOT_AVAILABLE.get(error.reason, "It does not exist, or you may not see it.")
    if isinstance(error, OverBudget):
        return _CAPS[error.cap].format(limit=error.limit, price=error.price, remaining=error.remaining)
    return _OTHERS.get(type(error), "")


_OTHERS: dict[type[CastingError], str] = {
    errors.PermissionDenied: "The settings of the production do not allow this to the person who made the token.",
    errors.NotLead: "Only the lead may do this, in Slack.",
    errors.AlreadyCasting: "Wait for its end, or cancel it in Slack.",
    errors.ConsentNeeded: "A person confirms in Slack that this use was agreed to.",
    errors.AlreadyCast: "Re-cast it in Slack, where the lead gives the reason.",
    errors.ModelsUnavailable: "Name other models, or none for those that the brief selects.",
    errors.NoModels: "No account here serves this brief.",
    errors.PersonLimitReached: "The person who made the token has reached a limit of open rounds or free portraits.",
    errors.UnacknowledgedOverspend: "A person acknowledges it in Slack, with /cast spend.",
    errors.RoundClosed: "The round has ended.",
    errors.PassportUnavailable: "No passport was signed for this picture.",
    service_errors.PortraitMissing: PICTURE_GONE,
    service_errors.SlackUnavailable: "Slack did not answer, which decides who may see what. Try again.",
    service_errors.SlackRejected: "Slack refuses to answer for this workspace.",
    service_errors.NotInstalled: "Castroom is not installed in this workspace.",
    service_errors.StorageUnavailable: "The database or the picture store does not answer. Try again.",
}
