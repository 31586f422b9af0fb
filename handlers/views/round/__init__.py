"""The round message: one file per state."""

from collections.abc import Callable, Mapping

from bot.domain.erasure import DELETED
from bot.domain.round_state import RoundState
from handlers.views.builder import View
from handlers.views.round.closed import closed
from handlers.views.round.drawing import drawing
from handlers.views.round.follow_up import follow_up
from handlers.views.round.record import record
from handlers.views.round.run_off import run_off
from handlers.views.round.sealed_ballot import sealed
from handlers.views.round.shared import RoundViewData
from handlers.views.round.void import void
from handlers.views.round.voting import voting

_VIEWS: Mapping[RoundState, Callable[[RoundViewData], View]] = {
    RoundState.DRAWING: drawing,
    RoundState.VOTING: voting,
    RoundState.CLOSED: closed,
    RoundState.LOCKED: record,
    RoundState.VOID: void,
}


def round_message(data: RoundViewData) -> View:
    """Build the view of the round's current state."""
    round_ = data.round
    if round_.is_follow_up and round_.void_reason != DELETED:
        return follow_up(data)
    if round_.state is RoundState.VOTING and (round_.run_off or round_.is_sealed):
        return run_off(data) if round_.run_off else sealed(data)
    return _VIEWS[round_.state](data)
