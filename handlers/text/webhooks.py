"""Webhooks in `/cast settings`: the list of endpoints, the form, the secret, and the message to the owner."""

from datetime import datetime
from urllib.parse import urlsplit

from bot.domain.errors import BriefError
from bot.domain.webhook import EventType, OffReason, WebhookEndpoint
from bot.usecases.webhooks import NewSecret
from handlers.text.format import channel, day, escape_mrkdwn, join_parts, person, truncate, when

SETTINGS_LINE = "*Webhooks* tell a pipeline's address when a face is locked, unlocked or finished."
OPEN = "Webhooks …"
TITLE = "Webhooks"
ADD, ADD_TITLE, ADD_SUBMIT = "Add webhook …", "Add webhook", "Add"
ROTATE, SWITCH_OFF, SWITCH_ON, DELETE = "New secret …", "Switch off", "Switch on", "Delete …"
URL, EVENTS = "Address", "Events"
URL_HINT = "An https address that is reachable from the internet. Castroom does not follow redirects."
NO_KEYS = (
    "Webhooks are not available yet: their secrets are stored encrypted, and this Castroom has no key for that. The "
    "person who runs it can set `TOKEN_KEYS`; `python -m bot keys new` makes a key."
)
NONE_YET = "No webhook is set up in this channel."
ADD_INTRO = "The next screen shows the secret that signs the requests. It is shown once."
SECRET_TITLE = "Webhook secret"  # noqa: S105 - a title
EVENT_LABELS = {
    EventType.FACE_LOCKED: "A face is locked",
    EventType.FACE_UNLOCKED: "A face is unlocked, deleted or its consent withdrawn",
    EventType.FACE_FINISHED: "A finish is kept",
    EventType.ROUND_CLOSED: "Voting closes",
}
_OFF = {
    OffReason.GONE: "off, because it answered 410 Gone",
    OffReason.FAILING: "off, because it accepted nothing for three days",
    OffReason.PERSON: "off",
}
_FIELD_ERRORS = {
    "not_https": "The address must start with https://.",
    "malformed": "Write a whole address without a user, a password or blanks: https://hooks.example.com/castroom",
    "not_public": "This address is in a private network. Castroom sends to public addresses only.",
    "not_found": "No server was found under this name. Check the address.",
    "no_keys": "This Castroom has no key to encrypt the secret (TOKEN_KEYS).",
    "too_many": "A channel can have up to {limit} webhooks. Delete one first.",
    "none": "Choose at least one event.",
}
_URL_LIMIT = 80


def intro(channel_id: str) -> str:
    """Say what is sent, and from where."""
    return (
        f"Castroom sends ids of what happened in {channel(channel_id)}, and in channels of its production that "
        "everyone here can see. Names, pictures and votes are not sent."
    )


def endpoint_line(endpoint: WebhookEndpoint) -> str:
    """Return two lines: address and state, then events and who set it up."""
    address = escape_mrkdwn(truncate(_address(endpoint.url), _URL_LIMIT))
    state = _OFF[endpoint.off_reason] if endpoint.off_reason else "on"
    last = f"last accepted {when(endpoint.last_success_at)}" if endpoint.last_success_at else "nothing accepted yet"
    overlap = f"the secret before signs until {when(endpoint.previous_until)}" if endpoint.previous_until else ""
    events = ", ".join(f"`{type_.value}`" for type_ in endpoint.events)
    return join_parts(
        f"*{address}* · {state}",
        events,
        join_parts(f"set up by {person(endpoint.person)} on {day(endpoint.created_at)}", last, overlap),
        separator="\n",
    )


def rotate_question(endpoint: WebhookEndpoint) -> str:
    return f"New secret for {endpoint.host}?"


def rotate_consequence(hours: int) -> str:
    return f"Requests carry two signatures for {hours} hours, the new one and that of the present secret."


def delete_question(endpoint: WebhookEndpoint) -> str:
    return f"Delete {endpoint.host}?"


DELETE_CONSEQUENCE = "Events that wait for it are not sent any more."


def secret_intro(new: NewSecret) -> str:
    """Say whose secret it is, and how long the one before counts."""
    host = escape_mrkdwn(new.endpoint.host)
    if new.previous_until is None:
        return f"The secret of *{host}*. Copy it now: it is not shown again."
    return f"The new secret of *{host}*. Copy it now: it is not shown again. {_until(new.previous_until)}"


def field_error(error: BriefError) -> str:
    """Say what is wrong with a field, in plain text."""
    return _FIELD_ERRORS.get(error.problem, "This cannot be saved.").format(limit=error.limit)


def switched_off(endpoint: WebhookEndpoint) -> str:
    """Tell the owner that the bot switched a webhook off, why, and what to do."""
    reason = (
        "It answered 410 Gone."
        if endpoint.off_reason is OffReason.GONE
        else "It accepted nothing during a whole schedule of attempts, which is three days."
    )
    return (
        f"The webhook {escape_mrkdwn(endpoint.host)} of {channel(endpoint.place.channel)} is off. {reason} "
        "`/cast settings` there switches it on again. What it missed can be sent with `python -m bot webhooks replay`."
    )


def _until(at: datetime) -> str:
    return f"The secret before it also signs until {when(at)}."


def _address(url: str) -> str:
    """Return host and path: a query may contain a key."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path.rstrip('/')}"
