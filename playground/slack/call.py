"""A Web API call and the row that says how to answer it."""

from collections.abc import Callable
from dataclasses import dataclass

from playground.people import Install
from playground.slack.arguments import Arguments
from playground.slack.rates import Rate
from playground.slack.store import Json
from playground.slack.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks what; `install` is the app in the token's workspace."""

    world: World
    install: Install
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class Method:
    """`scopes`: any of them will do. `needs`: arguments without which nothing happens. `tokenless`: nobody asks who."""

    run: Callable[[Call], Json]
    rate: Rate
    scopes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    app_token: bool = False
    tokenless: bool = False
