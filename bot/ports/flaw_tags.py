"""What people find artificial about the candidates of open ballots; implemented in storage/."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.domain.ballot import FlawAnswer, FlawTag


class FlawAnswers(Protocol):
    """Tags, one set for each person and candidate of a round."""

    async def replace(
        self, round_id: str, person: str, tags: Mapping[str, tuple[FlawTag, ...]], event_ts_us: int
    ) -> bool:
        """Replace a person's tags in a round (by slot id); False if the round is not voting or a newer set is stored.

        A close that counted before fails. The round's message is not redrawn, since it shows no tags before the close.
        """

    async def list_for_round(self, round_id: str) -> Sequence[FlawAnswer]: ...
