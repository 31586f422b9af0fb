"""Expected failures become private answers, inside the listener.

In Bolt's async mode an exception that leaves a listener right after `ack()` can take the ack with it, and the app-wide
error handler does not bring it back; so nothing leaves here.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from bot.errors import CastingError, NotKept, PortraitLost, Unreachable
from handlers.asking import asking
from handlers.blocks import private
from handlers.blocks.view import View
from handlers.payloads import BadPayload
from handlers.words import errors

log = structlog.get_logger()

Answer = Callable[[View], Awaitable[object]]


@asynccontextmanager
async def apology(answer: Answer) -> AsyncIterator[None]:
    """Tell the person through `answer` what went wrong in the block, and log it."""
    try:
        yield
    except Unreachable as error:
        log.warning("slack_refused", what=error.what)
        await _tell(answer, private.apology(error))
    except (NotKept, PortraitLost) as error:
        log.exception("not_kept")
        await _tell(answer, private.apology(error))
    except CastingError as error:
        log.info("declined", kind=type(error).__name__)
        await _tell(answer, private.apology(error))
    except BadPayload:
        log.exception("bad_payload")
        await _tell(answer, private.note(errors.UNEXPECTED))
    except KeyError:
        log.exception("gone")
        await _tell(answer, private.note(errors.GONE))
    except Exception:
        log.exception("unexpected")
        await _tell(answer, private.note(errors.UNEXPECTED))


async def nobody(view: View) -> None:
    """Where there is no person to tell: what went wrong is in the log."""


async def _tell(answer: Answer, view: View) -> None:
    try:
        with asking("apology"):
            await answer(view)
    except Unreachable as error:
        log.warning("apology_not_delivered", what=error.what)
