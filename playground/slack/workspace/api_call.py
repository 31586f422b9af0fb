"""A Web API call, and the table row of its method."""

from collections.abc import Callable
from dataclasses import dataclass

from playground.seed_data import Install
from playground.slack.core.rate_limits import RateLimit
from playground.slack.core.store import Json
from playground.slack.workspace.arguments import Arguments
from playground.slack.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call with its arguments; `install` is the app in the token's workspace."""

    workspace: Workspace
    install: Install
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class ApiMethod:
    """A method; one of `scopes` is enough, `required` are arguments, a `tokenless` one needs no token."""

    handler: Callable[[ApiCall], Json]
    rate_limit: RateLimit
    scopes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    app_token: bool = False
    tokenless: bool = False
