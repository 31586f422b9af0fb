"""How fast an account may be asked: a line of its own, first come, first served, held in memory across all rounds.

Libraries keep such limits with a leaking bucket, which lets nearly twice the limit through in its first minute and
cannot say how long the wait is. Here no stretch of a window's length ever holds more asks than the window allows, and
every place knows its time. After a restart the count begins anew: at worst one window's asks are answered with 429,
which costs nothing and is waited out. Several processes with one key each keep a line of their own.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from bot.settings import Settings

_MINUTE = 60.0
# An ask may reach the vendor a moment later than it was counted here, and the one after it a moment sooner.
_SLACK = 1.02


@dataclass(frozen=True)
class Window:
    """At most `most` asks in any `seconds`."""

    most: int
    seconds: float


class Line:
    """The line before one account; without windows nobody waits, but for as long as it is held."""

    def __init__(self, windows: Sequence[Window] = (), clock: Callable[[], float] = monotonic) -> None:
        self._windows = tuple(Window(w.most, w.seconds * _SLACK) for w in windows)
        self._clock = clock
        self._asked: deque[float] = deque(maxlen=max((w.most for w in windows), default=1))
        self._waiting: list[Turn] = []
        self._held_until = 0.0

    def enter(self) -> "Turn":
        """A place behind all others."""
        turn = Turn(self)
        self._waiting.append(turn)
        return turn

    def hold(self, seconds: float) -> None:
        """Ask nobody for so long: the vendor said that it was too much."""
        self._held_until = max(self._held_until, self._clock() + seconds)

    def wait(self, turn: "Turn") -> float:
        """Seconds until this turn as the line stands now; 0: it is now, and the ask counts from here on."""
        if turn not in self._waiting:
            return 0.0
        now = self._clock()
        seconds = self._time_of(turn, now) - now
        if seconds > 0:
            return seconds
        self._waiting.remove(turn)
        self._asked.append(now)
        return 0.0

    def leave(self, turn: "Turn") -> None:
        """Give the place up to those behind; after its time has come, nothing happens."""
        if turn in self._waiting:
            self._waiting.remove(turn)

    def _time_of(self, turn: "Turn", now: float) -> float:
        times = list(self._asked)
        for waiting in self._waiting:
            free = (times[-w.most] + w.seconds for w in self._windows if len(times) >= w.most)
            at = max(now, self._held_until, *free)
            if waiting is turn:
                break
            times.append(at)
        return at


class Turn:
    """One place in a line."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def wait(self) -> float:
        """Seconds until it is this one's turn; 0: now, and the ask counts from here on."""
        return self._line.wait(self)

    def leave(self) -> None:
        self._line.leave(self)


def line_of(provider: str, settings: Settings) -> Line:
    """The line before an account, with the limits set for it."""
    return Line([Window(most, seconds) for most, seconds in _limits(provider, settings) if most])


def per_minute(provider: str, settings: Settings) -> int:
    """Images a minute that may be asked of an account; 0: as many as one likes."""
    return next((most for most, seconds in _limits(provider, settings) if seconds == _MINUTE), 0)


def _limits(provider: str, settings: Settings) -> list[tuple[int, float]]:
    """(asks, seconds). Recraft documents 100 images a minute and 5 requests a second, OpenAI's first tier has 5."""
    match provider:
        case "recraft":
            return [(settings.recraft_images_per_minute, _MINUTE), (settings.recraft_requests_per_second, 1.0)]
        case "openai":
            return [(settings.openai_images_per_minute, _MINUTE)]
        case "gemini":
            return [(settings.gemini_images_per_minute, _MINUTE)]
    return []
