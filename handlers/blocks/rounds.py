"""Which view a round has in which state."""

from collections.abc import Callable, Mapping

from bot.round import RoundState
from handlers.blocks.closed import closed
from handlers.blocks.drawing import drawing
from handlers.blocks.record import record
from handlers.blocks.run_off import run_off
from handlers.blocks.sealed import sealed
from handlers.blocks.shown import RoundViewData
from handlers.blocks.view import View
from handlers.blocks.void import void
from handlers.blocks.voting import voting

_VIEWS: Mapping[RoundState, Callable[[RoundViewData], View]] = {
    RoundState.DRAWING: drawing,
    RoundState.VOTING: voting,
    RoundState.CLOSED: closed,
    RoundState.LOCKED: record,
    RoundState.VOID: void,
}


def round_message(data: RoundViewData) -> View:
    """The round's one message, as its state wants it."""
    round_ = data.round
    if round_.state is RoundState.VOTING and (round_.run_off or round_.is_sealed):
        return run_off(data) if round_.run_off else sealed(data)
    return _VIEWS[round_.state](data)
