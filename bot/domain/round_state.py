"""The states of a round, why it may be void, and how it may have come from another one."""

from enum import StrEnum


class RoundState(StrEnum):
    DRAWING = "drawing"
    VOTING = "voting"
    CLOSED = "closed"
    LOCKED = "locked"
    VOID = "void"


OPEN_STATES = frozenset({RoundState.DRAWING, RoundState.VOTING, RoundState.CLOSED})
# `void_reason` where the workspace removed the app: nothing is sent to Slack any more.
UNINSTALLED = "uninstalled"
# Prefix of `void_reason` where Slack refused the round's message; Slack's error code follows.
REFUSED_PREFIX = "refused:"
# The `origin` of a re-cast.
RECAST = "recast"
# The `origin` of rounds beside their parent, which they leave as it is: their ballots lock no face.
CALLBACK, REAUDITION = "callback", "reaudition"
FOLLOW_UPS = frozenset({CALLBACK, REAUDITION})
