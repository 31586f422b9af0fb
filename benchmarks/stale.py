"""How many redraws there were, and how long a vote stood before a message showed it; read off the wire."""

from collections import defaultdict
from collections.abc import Sequence

from benchmarks.crowd import Cast, tally_of
from playground.door import Door, Json

_MINUTE = 60.0


async def redraws(door: Door, since: float) -> list[Json]:
    """The calls of chat.update from a moment on, oldest first, also those that Slack turned away."""
    calls: list[Json] = (await door.get("calls", method="chat.update", limit=2000))["calls"]
    return [call for call in calls if call["at"] >= since]


def most_in_a_minute(calls: Sequence[Json]) -> int:
    return max((sum(call["at"] <= later["at"] < call["at"] + _MINUTE for later in calls) for call in calls), default=0)


def turned_away(calls: Sequence[Json]) -> int:
    return sum(call["error"] == "ratelimited" for call in calls)


def staleness(cast: Sequence[Cast], calls: Sequence[Json]) -> list[float]:
    """Seconds from each vote to the message that showed it: a candidate's k-th vote is shown once its count is k."""
    shown: defaultdict[tuple[str, int], list[tuple[float, int]]] = defaultdict(list)
    for call in calls:
        if call["ok"]:
            end = call["at"] + call["ms"] / 1000
            for number, count in tally_of(call["arguments"]).items():
                shown[call["arguments"]["ts"], number].append((end, count))
    made: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for vote in sorted(cast, key=lambda c: c.at):
        made[vote.vote.ballot.ts, vote.vote.number].append(vote.at)
    return [
        next(end for end, count in shown[where] if count >= place and end >= at) - at
        for where, times in made.items()
        for place, at in enumerate(times, start=1)
    ]
