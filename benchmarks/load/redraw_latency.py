"""The number of redraws, and how long a message shows an old tally; measured from Slack's calls."""

from collections import defaultdict
from collections.abc import Sequence

from benchmarks.harness.voters import VoteResult, tally_of
from playground.control.client import ControlClient, Json

_MINUTE = 60.0


async def list_redraws(control_client: ControlClient, since: float) -> list[Json]:
    """Return the chat.update calls since a time, oldest first, including refused ones."""
    calls: list[Json] = (await control_client.get("calls", method="chat.update", limit=2000))["calls"]
    return [call for call in calls if call["at"] >= since]


def max_per_minute(calls: Sequence[Json]) -> int:
    return max((sum(call["at"] <= later["at"] < call["at"] + _MINUTE for later in calls) for call in calls), default=0)


def count_rate_limited(calls: Sequence[Json]) -> int:
    return sum(call["error"] == "ratelimited" for call in calls)


def redraw_latencies(results: Sequence[VoteResult], calls: Sequence[Json]) -> list[float]:
    """Return the seconds from each vote to the message that shows it: the k-th vote is shown at a count of k.

    Votes that no message showed are left out.
    """
    shown_counts: defaultdict[tuple[str, int], list[tuple[float, int]]] = defaultdict(list)
    for call in calls:
        if call["ok"]:
            end = call["at"] + call["ms"] / 1000
            for number, count in tally_of(call["arguments"]).items():
                shown_counts[call["arguments"]["ts"], number].append((end, count))
    vote_times: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for result in sorted(results, key=lambda c: c.sent_at):
        vote_times[result.vote.ballot.ts, result.vote.number].append(result.sent_at)
    return [
        shown_at - at
        for where, times in vote_times.items()
        for place, at in enumerate(times, start=1)
        if (shown_at := next((end for end, count in shown_counts[where] if count >= place and end >= at), None))
    ]
