"""Bolt listeners around functions that take parsed payloads.

A listener parses the payload, lets the workspace check refuse it, calls its function, and reports what goes wrong.
Bolt passes arguments by parameter name, so each listener names exactly those it needs.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import CastingError
from bot.usecases.casting import Casting
from handlers.slack.error_replies import ignore, reply_with_errors
from handlers.slack.modals import Modal, notice, open_modal, push_modal
from handlers.slack.ownership import GUARD, WorkspaceGuard
from handlers.slack.payloads.parsers import press_from, submission_from, view_action_from
from handlers.slack.payloads.values import ButtonPress, FormSubmission, Payload, ViewAction
from handlers.slack.responder import FormResponder, Responder
from handlers.text import errors
from handlers.text.format import strip_mrkdwn
from handlers.text.model_titles import Titles
from handlers.views.builder import View

T = TypeVar("T")
Listener = Callable[..., Awaitable[None]]
Check = Callable[[T], Awaitable[object]]
Reply = Callable[[AsyncAck, View], Awaitable[None]]


@dataclass(frozen=True)
class Listeners:
    """Listeners of one feature, with what all features need; subclasses add their own collaborators."""

    casting: Casting
    titles: Titles
    guard: WorkspaceGuard


async def _allow(_: object) -> None:
    """Check nothing: the payload names no round or draft."""


def press_listener(
    handle: Callable[[ButtonPress, Responder], Awaitable[None]],
    check: Check[ButtonPress] = _allow,
    *,
    ack_first: bool = False,
) -> Listener:
    """Listen to presses on messages by people who are in the channel; errors are answered privately there."""

    async def listener(
        ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond, context: AsyncBoltContext
    ) -> None:
        responder = Responder(ack, respond, client)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            responder.thread_ts = press.thread_ts
            if ack_first:
                await responder.ack()
            await context[GUARD].require_member(press.person, press.place)
            await check(press)
            await handle(press, responder)

    return listener


def modal_listener(build: Callable[[ButtonPress], Awaitable[Modal]], check: Check[ButtonPress] = _allow) -> Listener:
    """Listen to presses on messages that open a modal, acknowledged first: a trigger is valid for three seconds."""

    async def handle(press: ButtonPress, responder: Responder) -> None:
        await open_modal(responder.client, press.trigger_id, await build(press))

    return press_listener(handle, check, ack_first=True)


def view_action_listener(
    handle: Callable[[ViewAction, AsyncWebClient], Awaitable[None]], check: Check[FormSubmission] = _allow
) -> Listener:
    """Listen to presses in modals and homes, acknowledged first; a refused press is answered in a modal above."""

    async def listener(ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        await ack()
        async with reply_with_errors(ignore):
            view_action, is_allowed = view_action_from(body), False
            async with reply_with_errors(partial(_show_refusal, view_action, client)):
                await check(view_action.form)
                is_allowed = True
            if is_allowed:
                await handle(view_action, client)

    return listener


async def _show_refusal(view_action: ViewAction, client: AsyncWebClient, view: View) -> None:
    trigger_id = view_action.form.trigger_id
    if view_action.is_modal:
        await push_modal(client, trigger_id, notice(errors.REFUSED_TITLE, view))
    else:
        await open_modal(client, trigger_id, notice(errors.REFUSED_TITLE, view))


def ack_listener(
    parse: Callable[[Payload], T],
    handle: Callable[[T, AsyncAck], Awaitable[None]],
    reply: Reply,
    check: Check[T] = _allow,
) -> Listener:
    """Listen to forms and queries that the ack answers; `reply` answers errors."""

    async def listener(ack: AsyncAck, body: Payload) -> None:
        async with reply_with_errors(partial(reply, ack)):
            payload = parse(body)
            await check(payload)
            await handle(payload, ack)

    return listener


def form_listener(
    handle: Callable[[FormSubmission, AsyncAck], Awaitable[None]],
    reply: Reply,
    check: Check[FormSubmission] = _allow,
) -> Listener:
    """Listen to submitted forms; `reply` answers errors."""
    return ack_listener(submission_from, handle, reply, check)


def channel_form_listener(
    handle: Callable[[FormSubmission, AsyncAck, FormResponder], Awaitable[None]], field: str
) -> Listener:
    """Listen to forms of a channel that its members submit; errors are answered at `field`, after the ack there."""

    async def listener(ack: AsyncAck, body: Payload, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        responder = FormResponder(ack, client, field)
        async with reply_with_errors(responder.ephemeral):
            submission = submission_from(body)
            responder.place, responder.person = submission.channel, submission.person
            await context[GUARD].require_member(submission.person, submission.channel)
            await handle(submission, ack, responder)

    return listener


def in_place_of_form(title: str) -> Reply:
    """Answer errors with a notice in place of the form."""

    async def reply(ack: AsyncAck, view: View) -> None:
        if ack.response is None:
            await ack(response_action="update", view=notice(title, view))

    return reply


def at_field(field: str) -> Reply:
    """Answer errors at a field of the form, which keeps what the user has chosen and typed."""

    async def reply(ack: AsyncAck, view: View) -> None:
        if ack.response is None:
            await ack(response_action="errors", errors={field: strip_mrkdwn(view.text)})

    return reply


async def show_field_error(ack: AsyncAck, field: str, error: CastingError) -> None:
    """Show an error at a field of the form, which stays open."""
    await ack(response_action="errors", errors={field: strip_mrkdwn(errors.sentence(error))})


def event_listener(
    parse: Callable[[Payload], T | None], handle: Callable[[T, AsyncWebClient], Awaitable[None]]
) -> Listener:
    """Listen to events; `parse` returns None for those to ignore, and errors are only logged."""

    async def listener(body: Payload, client: AsyncWebClient) -> None:
        async with reply_with_errors(ignore):
            if (event := parse(body)) is not None:
                await handle(event, client)

    return listener
