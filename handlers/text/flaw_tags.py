"""What looks artificial on the candidates of an open ballot, and what was done about it."""

from collections.abc import Iterable, Mapping

from bot.domain.ballot import Flaws, FlawTag
from bot.domain.flaw_tags import FlawRemedy, FlawShare, OfferedWords
from handlers.text.format import capitalize_first, escape_mrkdwn, join_words, pluralize
from handlers.text.sealed_ballot import FLAW_LABELS, FLAWS

OPEN = f"{FLAWS.removesuffix('?')} …"
TITLE = "What looks artificial?"
SUBMIT = "Save"
INTRO = (
    "Tag what looks artificial on any candidate. The counts appear after the close, without names. Tags are no votes, "
    "and you can change them until then."
)
ADD = "Add"
ADDED = "added to the brief above, yours to edit"
_REMEDY_NOTE = "One round cannot tell what the words did from luck."


def receipt(counts: Mapping[int, int]) -> str:
    """Confirm the tags of one person, by candidate."""
    if not counts:
        return "You have no tags now. The counts appear after the close, without names."
    tagged = join_words([f"{pluralize(count, 'tag')} on {number}" for number, count in counts.items()])
    return f"Saved: {tagged}. The counts appear after the close, without names."


def on_candidate(flaws: Flaws, number: int) -> str:
    """Return `looked artificial: too smooth 2, eyes 1`, for after the close; empty where nobody tagged it."""
    tags = sorted(flaws.get(number, {}).items(), key=lambda item: (-item[1], item[0]))
    text = ", ".join(f"{FLAW_LABELS[tag]} {times}" for tag, times in tags)
    return f"looked artificial: {text}" if text else ""


def offer(offered: OfferedWords) -> str:
    """Return `*Too smooth* · 3 tags` and the words on the next line."""
    return f"*{capitalize_first(FLAW_LABELS[offered.tag])}* · {pluralize(offered.count, 'tag')}\n{offered.words}"


def added(offered: OfferedWords) -> str:
    return f"*{capitalize_first(FLAW_LABELS[offered.tag])}* · {ADDED}"


def remedy_words(remedies: Iterable[FlawRemedy]) -> str:
    """Return `Added to the brief for “too smooth”: visible pores, fine lines`; empty without any."""
    return "\n".join(
        f"Added to the brief for “{FLAW_LABELS[remedy.tag]}”: {escape_mrkdwn(remedy.words)}" for remedy in remedies
    )


def remedy_outcomes(remedies: Iterable[FlawRemedy], now: Mapping[FlawTag, FlawShare]) -> str:
    """Say for each tag that brought words whether its share fell, for after the close; empty without any."""
    lines = [_outcome(remedy, now.get(remedy.tag)) for remedy in remedies]
    return "\n".join([*lines, _REMEDY_NOTE]) if lines else ""


def _outcome(remedy: FlawRemedy, after: FlawShare | None) -> str:
    label, before = f"“{FLAW_LABELS[remedy.tag]}”", remedy.before
    words = f"after “{escape_mrkdwn(remedy.words)}” was added to the brief"
    if after is None:
        return f"{label}: nobody tagged anything in this round, so its share is unknown {words}."
    if before is None:
        return f"{label}: {_share(after)} in this round, {words}. The round before has no share to compare."
    verdict = "fell" if after.share < before.share else "rose" if after.share > before.share else "stayed the same"
    return f"The share of {label} {verdict}: {_share(before)} in the round before, {_share(after)} now, {words}."


def _share(share: FlawShare) -> str:
    return f"{share.tagged} of {pluralize(share.portraits, 'portrait')}"
