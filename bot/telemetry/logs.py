"""Logging: one JSON line an event, from our own code and from Bolt, DBOS and the rest alike."""

import logging
import sys
from contextlib import AbstractContextManager

import structlog

# Their info lines carry addresses, payloads or advertisements.
_NOISY_LOGGERS = (
    "httpx",
    "httpcore",
    "slack_bolt",
    "slack_sdk",
    "aiohttp",
    "apscheduler",
    "alembic",
    "sqlalchemy",
    "dbos",
)


def bind_round(round_id: str) -> None:
    """From here on, what this task logs carries the round's id; a task of its own for each request or errand."""
    structlog.contextvars.bind_contextvars(round=round_id)


def clear_context() -> None:
    """What this task logs is about no round yet."""
    structlog.contextvars.clear_contextvars()


def round_context(round_id: str) -> AbstractContextManager[None]:
    """What is logged in the block carries the round's id, also by libraries."""
    return structlog.contextvars.bound_contextvars(round=round_id)


def configure(level: str) -> None:
    """Send every log record to standard error as one JSON object; other libraries speak from WARNING on.

    In plain ASCII: nobody's name can begin a line, colour a terminal or turn the direction of reading.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=True),
            ],
        )
    )
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # DBOS speaks by itself, in a form of its own, unless it finds that somebody listens.
    logging.getLogger("dbos").addHandler(logging.NullHandler())
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
