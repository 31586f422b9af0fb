"""The modals of webhooks: the list of a channel, the form that adds one, and the secret."""

from collections.abc import Iterator
from typing import Any

from bot.domain.webhook import URL_LIMIT, EventType, WebhookEndpoint
from bot.usecases.webhooks import NewSecret, WebhookList
from handlers.text import webhooks as words
from handlers.views.builder import Block, View, actions, button, confirm, context, divider, preformatted, section, view
from handlers.views.fields import build_modal, checkboxes, choices_of, text_input

LIST_CALLBACK_ID, CALLBACK_ID = "webhooks", "add_webhook"
URL, EVENTS = "webhook_url", "webhook_events"


def settings_line(channel: str) -> Block:
    """Build the line of the settings that leads to the webhooks."""
    return section(words.SETTINGS_LINE, button("webhooks", words.OPEN, channel))


def listing(found: WebhookList) -> dict[str, Any]:
    """Build the modal of a channel's webhooks; its metadata is the channel."""
    body = view(
        words.TITLE,
        section(words.intro(found.place.channel)),
        *_endpoints(found),
        divider(),
        None if found.has_keys else section(words.NO_KEYS),
        actions([button("webhook_add", words.ADD, found.place.channel)]) if found.can_add else None,
    )
    return build_modal(LIST_CALLBACK_ID, found.place.channel, words.TITLE, "", body)


def form(channel: str, list_view_id: str) -> dict[str, Any]:
    """Build the form; its metadata is the channel and the id of the list below it."""
    body = view(
        words.ADD_TITLE,
        section(words.ADD_INTRO),
        text_input(URL, words.URL, max_length=URL_LIMIT, hint=words.URL_HINT),
        checkboxes(EVENTS, words.EVENTS, choices_of(words.EVENT_LABELS), tuple(EventType), optional=False),
    )
    return build_modal(CALLBACK_ID, f"{channel} {list_view_id}".strip(), words.ADD_TITLE, words.ADD_SUBMIT, body)


def secret(new: NewSecret) -> View:
    """Show a secret once."""
    text = words.secret_intro(new)
    return view(words.SECRET_TITLE, section(text), preformatted(new.secret))


def _endpoints(found: WebhookList) -> Iterator[Block | None]:
    if not found.endpoints:
        yield context(words.NONE_YET)
    for endpoint in found.endpoints:
        yield divider()
        yield section(words.endpoint_line(endpoint))
        yield actions(_buttons(endpoint, found))


def _buttons(endpoint: WebhookEndpoint, found: WebhookList) -> Iterator[Block]:
    value = endpoint.id
    if found.has_keys:
        question = words.rotate_question(endpoint)
        rotation = confirm(question, words.rotate_consequence(found.overlap_hours), words.ROTATE.removesuffix(" …"))
        yield button("webhook_rotate", words.ROTATE, value, confirm=rotation)
    if endpoint.off_reason:
        yield button("webhook_on", words.SWITCH_ON, value)
    else:
        yield button("webhook_off", words.SWITCH_OFF, value)
    deletion = confirm(words.delete_question(endpoint), words.DELETE_CONSEQUENCE, words.DELETE.removesuffix(" …"))
    yield button("webhook_delete", words.DELETE, value, confirm=deletion)
