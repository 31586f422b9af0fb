"""A Web API call and the row that says how to answer it."""

from collections.abc import Callable
from dataclasses import dataclass

from playground.seed_data import Install
from playground.slack.core.rate_limits import RateLimit
from playground.slack.core.store import Json
from playground.slack.workspace.arguments import Arguments
from playground.slack.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ApiCall:
    """Who asks what; `install` is the app in the token's workspace."""

    workspace: Workspace
    install: Install
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class ApiMethod:
    """`scopes`: any of them will do. `needs`: arguments without which nothing happens. `tokenless`: nobody asks who."""

    handler: Callable[[ApiCall], Json]
    rate_limit: RateLimit
    scopes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    app_token: bool = False
    tokenless: bool = False
