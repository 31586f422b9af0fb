"""Answers to errors inside a listener.

In Bolt's async mode an exception right after `ack()` can lose the ack, and the app-wide error handler does not restore
it. So no exception leaves a listener.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from bot.domain.errors import CastingError
from bot.domain.service_errors import PortraitMissing, SlackUnavailable, StorageUnavailable
from handlers.slack.api_errors import slack_call
from handlers.slack.payloads.values import BadPayload
from handlers.text import errors
from handlers.views import private
from handlers.views.builder import View

log = structlog.get_logger()

Reply = Callable[[View], Awaitable[object]]


@asynccontextmanager
async def reply_with_errors(reply: Reply) -> AsyncIterator[None]:
    """Answer an error in the block through `reply`, and log it."""
    try:
        yield
    except SlackUnavailable as error:
        log.warning("slack_call_failed", what=error.operation)
        await _send_error(reply, private.error_view(error))
    except (StorageUnavailable, PortraitMissing) as error:
        log.exception("storage_unavailable")
        await _send_error(reply, private.error_view(error))
    except CastingError as error:
        log.info("request_rejected", kind=type(error).__name__)
        await _send_error(reply, private.error_view(error))
    except BadPayload:
        log.exception("payload_rejected")
        await _send_error(reply, private.note(errors.UNEXPECTED))
    except KeyError:
        log.exception("item_missing")
        await _send_error(reply, private.note(errors.NOT_FOUND))
    except Exception:
        log.exception("error_unexpected")
        await _send_error(reply, private.note(errors.UNEXPECTED))


async def ignore(view: View) -> None:
    """Reply to no user; the error is in the log."""


async def _send_error(reply: Reply, view: View) -> None:
    try:
        with slack_call("error reply"):
            await reply(view)
    except SlackUnavailable as error:
        log.warning("error_reply_failed", what=error.operation)
