"""Logging: one JSON line per event, for the bot and its libraries."""

import logging
import sys
from contextlib import AbstractContextManager

import structlog

from bot.telemetry import tracing

# Their records below WARNING contain URLs, payloads, rows or advertisements.
_NOISY_LOGGERS = (
    "aiosqlite",
    "httpx",
    "httpcore",
    "slack_bolt",
    "slack_sdk",
    "aiohttp",
    "apscheduler",
    "alembic",
    "sqlalchemy",
    "dbos",
    "uvicorn",
    "mcp",
)


def bind_round(round_id: str) -> None:
    """Add the round's id to all later log records of this task, and the task to the round's trace."""
    tracing.join_round(round_id)
    structlog.contextvars.bind_contextvars(round=round_id)


def clear_context() -> None:
    """Remove the round's id from log records of this task."""
    structlog.contextvars.clear_contextvars()


def round_context(round_id: str) -> AbstractContextManager[None]:
    """Add the round's id to log records inside the block, including those of libraries."""
    return structlog.contextvars.bound_contextvars(round=round_id)


def configure(level: str) -> None:
    """Send log records to standard error as JSON objects; noisy libraries log from WARNING on.

    The output is ASCII, so that names cannot start a line, colour a terminal or change the text direction.
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
    # Without a handler, DBOS adds its own one with another format.
    logging.getLogger("dbos").addHandler(logging.NullHandler())
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
