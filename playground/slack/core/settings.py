"""Delays and timeouts of the practice Slack."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Delays in seconds; `retry_seconds` are the pauses between attempts to deliver an event.

    `refused_blocks` are types of blocks and elements, and names of properties, that this Slack refuses. docs.slack.dev:
    three seconds for an ack and for a trigger; retries at once, after one and after five minutes; ten minutes for the
    code of an installation. With `token_seconds` the app rotates its tokens, which expire after that time (twelve hours
    in Slack); 0 is an app without rotation.
    """

    file_ready_seconds: float = 0.3
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    code_seconds: float = 600.0
    token_seconds: float = 0.0
    retry_seconds: tuple[float, ...] = (0.0, 60.0, 300.0)
    refused_blocks: tuple[str, ...] = ()
