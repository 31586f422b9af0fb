"""What the doors are built with."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class DoorsConfig:
    """The public `url`, the `hosts` that are answered, and secrets.

    `start_membership_checks` makes the current request ask Slack about memberships again. Without a
    `signing_secret` no request counts as Slack's.
    """

    url: str
    hosts: frozenset[str]
    link_key: bytes = field(repr=False)
    calls_per_minute: int
    signing_secret: str = field(repr=False)
    start_membership_checks: Callable[[], None]
