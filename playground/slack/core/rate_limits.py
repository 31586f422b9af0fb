"""Rate limits of methods, by Slack's tiers."""

import time
from dataclasses import dataclass, field

from playground.slack.core.errors import SlackError


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`burst` calls at once, refilled at `per_minute`."""

    per_minute: float
    burst: float


# docs.slack.dev, "Rate limits": tiers per method and workspace. Bursts are not published; one minute's worth is
# lenient.
TIER_2 = RateLimit(20, 20)
TIER_3 = RateLimit(50, 50)
TIER_4 = RateLimit(100, 100)
SPECIAL = RateLimit(600, 600)
# chat.postMessage: about one a second in a channel, with short bursts.
PER_CHANNEL = RateLimit(60, 10)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    refilled_at: float


@dataclass(slots=True)
class RateLimiter:
    """A bucket for each method and workspace, and for each channel posted to."""

    enabled: bool = True
    overrides: dict[str, RateLimit] = field(default_factory=dict)
    _buckets: dict[tuple[str, ...], _Bucket] = field(default_factory=dict)

    def configure(self, enabled: bool, overrides: dict[str, RateLimit]) -> None:
        self.enabled = enabled
        self.overrides = overrides
        self._buckets.clear()

    def consume(self, method: str, default: RateLimit, *scope: str) -> None:
        """Count a call; raises SlackError `ratelimited` with the seconds to wait."""
        if not self.enabled:
            return
        rate = self.overrides.get(method, default)
        bucket = self._refill((method, *scope), rate)
        if bucket.tokens < 1:
            raise SlackError("ratelimited", retry_after=max(1, round((1 - bucket.tokens) * 60 / rate.per_minute)))
        bucket.tokens -= 1

    def _refill(self, key: tuple[str, ...], rate: RateLimit) -> _Bucket:
        now = time.monotonic()
        bucket = self._buckets.setdefault(key, _Bucket(rate.burst, now))
        bucket.tokens = min(rate.burst, bucket.tokens + (now - bucket.refilled_at) * rate.per_minute / 60)
        bucket.refilled_at = now
        return bucket
