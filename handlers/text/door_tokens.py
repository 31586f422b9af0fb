"""Access tokens for programs and agents: the list, the form of a new one, and the token itself, shown once."""

from datetime import datetime

from bot.domain.door_token import LIFETIMES, LIVE_LIMIT, NAME_LIMIT, DoorToken, Scope
from bot.domain.errors import BriefError
from bot.usecases.door_tokens import NewToken, TokenList
from handlers.text.format import channel, day, dollars, escape_mrkdwn, join_parts, join_words, person, pluralize, when

TITLE = "Access tokens"
NEW_TITLE = "New access token"
SECRET_TITLE = "Copy the token now"  # noqa: S105 - a title
OPEN = "Access tokens …"
NEW = "New token …"
MAKE = "Make token"
REVOKE = "Revoke"
REVOKE_CONFIRM = "Revoke this token?"
REVOKE_CONSEQUENCE = "Programs that use it are refused from now on. It cannot be taken back."
NAME = "Name"
NAME_HINT = "What uses it, such as Nuke pipeline."
MAY = "Besides reading, it may"
LIFETIME = "Ends after"
MONTH_CAP = "Dollars a month"
MONTH_CAP_HINT = "The most that its rounds may cost in a month. The caps of the production hold as well."
SETTINGS_LINE = "*Programs and agents* read this cast with access tokens."
SCOPES = {
    Scope.CAST: "start rounds, which the people of the channel vote on and you lead",
    Scope.REPORT: "report which video tools take a face",
}
LIFETIME_LABELS = {span: pluralize(span.days, "day") for span in LIFETIMES}
NONE_YET = "No token has been made in this channel."
ENDED = "Ended"
ONCE = (
    "Castroom keeps no copy and cannot show it again. Whoever has it can read, and cast where it may: keep it as a "
    "password."
)
_ERRORS = {
    ("name", "missing"): "Write what uses it.",
    ("name", "too_long"): f"At most {NAME_LIMIT} characters.",
    ("name", "too_many"): f"This channel has {LIVE_LIMIT} tokens, which is the most. Revoke one of them first.",
    ("name", "control"): "A character in it cannot be shown.",
    ("month_cap", "missing"): "Write an amount like 20, since this token may start rounds.",
    ("month_cap", "not_dollars"): "Write an amount like 20 or 2.50.",
}


def intro(tokens: TokenList) -> str:
    return (
        f"A token reads what every member of {channel(tokens.place.channel)} sees of its production, and nothing else. "
        "It ends on its date, when it is revoked, or when the person who made it leaves the channel."
    )


def token_title(token: DoorToken) -> str:
    """Return `*Nuke pipeline* · reads, starts rounds for at most $20.00 a month`."""
    return join_parts(f"*{escape_mrkdwn(token.name)}*", _may(token))


def token_facts(token: DoorToken) -> str:
    """Return who made a live token, when it ends, and when it was last used."""
    used = f"last used {when(token.last_used_at)}" if token.last_used_at else "not used yet"
    return join_parts(f"{person(token.person)} made it {when(token.created_at)}", f"ends {day(token.expires_at)}", used)


def ended_token(token: DoorToken, now: datetime) -> str:
    """Say how a token ended."""
    if token.revoked_at:
        return f"{escape_mrkdwn(token.name)}: {person(token.revoked_by)} revoked it {when(token.revoked_at)}"
    assert token.expires_at <= now
    return f"{escape_mrkdwn(token.name)}: ended {day(token.expires_at)}"


def made(new: NewToken) -> str:
    """Say what the new token may do."""
    where = channel(new.token.place.channel)
    return f"*{escape_mrkdwn(new.token.name)}* for {where} {_may(new.token)}, until {day(new.token.expires_at)}."


def addresses(doors_url: str) -> str:
    return f"REST: {doors_url}/v1/docs\nMCP: {doors_url}/mcp"


def field_error(error: BriefError) -> str:
    """Say what is wrong with a field, in plain text."""
    return _ERRORS.get((error.field, error.problem), "This cannot be saved.")


def _may(token: DoorToken) -> str:
    acts = [f"starts rounds for at most {dollars(token.month_cap)} a month"] if Scope.CAST in token.scopes else []
    acts += ["reports what video tools say"] if Scope.REPORT in token.scopes else []
    return join_words(["reads", *acts]) if acts else "reads only"
