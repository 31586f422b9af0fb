"""How often a method may be called, by Slack's tiers."""

import time
from dataclasses import dataclass, field

from playground.slack.errors import SlackError


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` calls at once, filled up again at `per_minute`."""

    per_minute: float
    burst: float


# docs.slack.dev, "Rate limits": tiers per method and workspace. Bursts are not published; a minute's worth is lenient.
TIER_1 = Rate(1, 3)
TIER_2 = Rate(20, 20)
TIER_3 = Rate(50, 50)
TIER_4 = Rate(100, 100)
SPECIAL = Rate(600, 600)
# chat.postMessage: about one a second in a channel, with short bursts.
PER_CHANNEL = Rate(60, 10)


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass(slots=True)
class Rates:
    """One bucket for each method and workspace, and for each channel posted to."""

    enabled: bool = True
    changed: dict[str, Rate] = field(default_factory=dict)
    _buckets: dict[tuple[str, ...], _Bucket] = field(default_factory=dict)

    def change(self, enabled: bool, changed: dict[str, Rate]) -> None:
        self.enabled = enabled
        self.changed = changed
        self._buckets.clear()

    def spend(self, method: str, default: Rate, *where: str) -> None:
        """Takes one call; raises SlackError `ratelimited` with the seconds to wait."""
        if not self.enabled:
            return
        rate = self.changed.get(method, default)
        bucket = self._fill((method, *where), rate)
        if bucket.left < 1:
            raise SlackError("ratelimited", retry_after=max(1, round((1 - bucket.left) * 60 / rate.per_minute)))
        bucket.left -= 1

    def _fill(self, key: tuple[str, ...], rate: Rate) -> _Bucket:
        now = time.monotonic()
        bucket = self._buckets.setdefault(key, _Bucket(rate.burst, now))
        bucket.left = min(rate.burst, bucket.left + (now - bucket.at) * rate.per_minute / 60)
        bucket.at = now
        return bucket
