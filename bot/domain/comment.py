"""A comment on one candidate: a few words of one person for the next brief or variation."""

from dataclasses import dataclass

from bot.domain.brief import parse_single_line, require_length
from bot.domain.names import drop_invisible

COMMENT_LIMIT = 200


@dataclass(frozen=True)
class Comment:
    """One person's comment on a candidate; a newer `event_ts_us` (microseconds) replaces it."""

    round_id: str
    slot_id: str
    person: str
    text: str
    event_ts_us: int


def parse_comment(raw: str) -> str:
    """Return a comment as a single line, empty if it is; raises BriefError if it is too long or unreadable."""
    text = " ".join(drop_invisible(parse_single_line(raw, "comment")).split())
    return require_length(text, COMMENT_LIMIT, "comment")
