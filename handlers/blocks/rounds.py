"""Which view a round has in which state."""

from collections.abc import Callable, Mapping

from bot.round import State
from handlers.blocks.closed import closed
from handlers.blocks.drawing import drawing
from handlers.blocks.record import record
from handlers.blocks.run_off import run_off
from handlers.blocks.sealed import sealed
from handlers.blocks.shown import Shown
from handlers.blocks.view import View
from handlers.blocks.void import void
from handlers.blocks.voting import voting

_VIEWS: Mapping[State, Callable[[Shown], View]] = {
    State.DRAWING: drawing,
    State.VOTING: voting,
    State.CLOSED: closed,
    State.LOCKED: record,
    State.VOID: void,
}


def message(shown: Shown) -> View:
    """The round's one message, as its state wants it."""
    round_ = shown.round
    if round_.state is State.VOTING and (round_.run_off or round_.sealed):
        return run_off(shown) if round_.run_off else sealed(shown)
    return _VIEWS[round_.state](shown)
