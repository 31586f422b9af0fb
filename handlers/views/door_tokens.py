"""Modals of access tokens: the list, the form of a new one, and the token itself."""

from collections.abc import Iterator
from typing import Any

from bot.domain.door_token import LIFETIMES, NAME_LIMIT, DoorToken
from bot.usecases.door_tokens import NewToken, TokenList
from handlers.text import door_tokens as words
from handlers.views.builder import (
    Block,
    actions,
    button,
    confirm,
    context,
    divider,
    paragraph,
    preformatted,
    section,
    view,
)
from handlers.views.fields import build_modal, checkboxes, select, text_input

LIST_ID, FORM_ID, SECRET_ID = "door_tokens", "door_token", "door_token_secret"
OPEN, NEW, REVOKE = "door_tokens", "door_token_new", "door_token_revoke"
NAME, SCOPES, LIFETIME, MONTH_CAP = "name", "scopes", "lifetime", "month_cap"
# Tokens that ended are listed as far as this.
_MAX_ENDED = 5
_DOLLARS_LIMIT = 12
_DEFAULT_LIFETIME = LIFETIMES[2]


def settings_line(channel: str) -> Block:
    """Build the line of the settings that leads to the tokens."""
    return section(words.SETTINGS_LINE, button(OPEN, words.OPEN, channel))


def token_list(tokens: TokenList) -> dict[str, Any]:
    """Build the list; its metadata is the channel."""
    live = [token for token in tokens.tokens if token.is_live(tokens.now)]
    ended = [token for token in tokens.tokens if not token.is_live(tokens.now)][:_MAX_ENDED]
    body = view(
        words.TITLE,
        paragraph(words.intro(tokens)),
        actions([button(NEW, words.NEW, tokens.place.channel)]),
        divider(),
        *(block for token in live for block in _token_blocks(token)),
        None if live else context(words.NONE_YET),
        divider() if ended else None,
        context(words.ENDED) if ended else None,
        *(context(words.ended_token(token, tokens.now)) for token in ended),
        divider(),
        context(words.addresses(tokens.doors_url)),
    )
    return build_modal(LIST_ID, tokens.place.channel, words.TITLE, "", body)


def form(channel: str, list_view_id: str) -> dict[str, Any]:
    """Build the form of a new token; its metadata is the channel and the view of the list."""
    lifetimes = [(words.LIFETIME_LABELS[span], str(span.days)) for span in LIFETIMES]
    body = view(
        words.NEW_TITLE,
        text_input(NAME, words.NAME, max_length=NAME_LIMIT, hint=words.NAME_HINT),
        checkboxes(SCOPES, words.MAY, [(label, scope.value) for scope, label in words.SCOPES.items()], []),
        text_input(MONTH_CAP, words.MONTH_CAP, max_length=_DOLLARS_LIMIT, optional=True, hint=words.MONTH_CAP_HINT),
        select(LIFETIME, words.LIFETIME, lifetimes, str(_DEFAULT_LIFETIME.days)),
    )
    return build_modal(FORM_ID, f"{channel} {list_view_id}", words.NEW_TITLE, words.MAKE, body)


def secret(new: NewToken) -> dict[str, Any]:
    """Build the modal that shows a token, the only time."""
    body = view(
        words.SECRET_TITLE,
        paragraph(words.made(new)),
        preformatted(new.secret),
        paragraph(words.ONCE),
        context(words.addresses(new.doors_url)),
    )
    return build_modal(SECRET_ID, "", words.SECRET_TITLE, "", body)


def _token_blocks(token: DoorToken) -> Iterator[Block | None]:
    question = confirm(words.REVOKE_CONFIRM, words.REVOKE_CONSEQUENCE, words.REVOKE)
    yield section(words.token_title(token), button(REVOKE, words.REVOKE, token.id, confirm=question, style="danger"))
    yield context(words.token_facts(token))
