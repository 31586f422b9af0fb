"""The comparison of candidates."""

from collections.abc import Sequence

from bot.domain.round import Round
from bot.domain.slot import Slot
from bot.usecases.compare import ComparisonResult
from handlers.text import lineage
from handlers.text.format import escape_mrkdwn, join_parts, join_words, link, pluralize, size, truncate
from handlers.text.labels import AFTER_THE_VOTE
from handlers.text.model_titles import Titles

OPEN = "Look closer …"
TITLE = "A closer look"
PLACEHOLDER = "Which ones?"
SHOW_LARGE = "Show large below:"
NOTHING = "Choose a number above."
NO_PICTURES = "Slack has not received these pictures yet. Close this and try again in a moment."
_CAPTION_LIMIT = 150


def instructions(comparison: ComparisonResult) -> str:
    """Say how to choose, and that models are hidden while they are."""
    is_hidden = comparison.round.is_blind and not comparison.round.models_revealed
    blind_note = " Models are hidden until the close." if is_hidden else ""
    return f"One large, or several to compare at one crop and size.{blind_note}"


def picture_title(name: str, numbers: Sequence[int]) -> str:
    """Return the title of the file, in plain text."""
    return f"{name}: candidates {join_words(map(str, numbers))}"


def versions_title(name: str, numbers: Sequence[int]) -> str:
    return f"{name}: versions {join_words(map(str, numbers))}"


def option(round_: Round, slot: Slot, titles: Titles) -> str:
    return f"{slot.number} · {titles(slot.model)}" if round_.models_revealed else f"{slot.number}"


def caption(round_: Round, slot: Slot, titles: Titles) -> str:
    """Return `3`, or `3 · Recraft V4.1 · 2 votes` once models are revealed; plain text."""
    title, votes = (titles(slot.model), _votes(round_, slot)) if round_.models_revealed else ("", "")
    return truncate(join_parts(f"{slot.number}", title, lineage.variation(round_, slot), votes), _CAPTION_LIMIT)


def line(round_: Round, slot: Slot, titles: Titles, url: str) -> str:
    """Return a candidate's caption and link in one line, for below the picture of several."""
    return join_parts(escape_mrkdwn(caption(round_, slot, titles)), picture_link(round_, slot, url))


def picture_link(round_: Round, slot: Slot, url: str) -> str:
    """Link to the picture in the thread, with its size in pixels once models are revealed."""
    link_text = link(url, f"Open {slot.number} alone") if url else ""
    if round_.models_revealed and slot.portrait:
        return join_parts(link_text, f"the original is {escape_mrkdwn(size(slot.portrait))}")
    return link_text


def _votes(round_: Round, slot: Slot) -> str:
    if round_.tally is None:
        return ""
    if round_.arrived_after_vote(slot):
        return AFTER_THE_VOTE
    return pluralize(round_.tally.votes.get(slot.number or 0, 0), "vote") if slot.number in round_.tally.votes else ""
