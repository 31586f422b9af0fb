"""The sealed ballot."""

from bot.domain.ballot import FlawTag, SealedResults
from handlers.text.format import escape_mrkdwn, join_parts, join_words, pluralize

TITLE = "Your ballot"
OPEN = "Fill in my ballot …"
SUBMIT = "Put it in"
HUMAN = "Reads human"
NONE = "None of these will do"
OR_ELSE = "Or"
FLAWS = "What gives it away?"
FLAWS_PLACEHOLDER = "As many as apply"
WHO_SEES_WHAT = (
    "Sealed ballot: nobody, the lead included, sees a count before the close. After it everybody sees the counts, "
    "and nobody is shown who ticked what. Reactions do not count."
)
_UNCLEAR = {
    "empty": "Tick at least one box, or this one.",
    "contradiction": "You ticked both boxes of a candidate above, so one of them will do. Untick this, or those.",
}
FLAW_LABELS = {
    FlawTag.TOO_SMOOTH: "too smooth",
    FlawTag.FAKE_TEXTURE: "fake texture",
    FlawTag.EYES: "eyes",
    FlawTag.TEETH: "teeth",
    FlawTag.HAIR: "hair",
    FlawTag.LIGHT: "light",
    FlawTag.TOO_PRETTY: "too pretty",
    FlawTag.WRONG_AGE: "wrong age",
    FlawTag.NOT_THE_BRIEF: "not the brief",
}


def heading(name: str) -> str:
    return f"Casting {name} · which reads human, and as {name}?"


def likeness_label(name: str) -> str:
    return f"Reads as {name}"


def candidate_label(number: int) -> str:
    return f"Candidate {number}"


def how_to_vote(name: str) -> str:
    return (
        f"Everybody has a ballot of their own. A face gets your vote when it reads human and as {escape_mrkdwn(name)}."
    )


def instructions(name: str) -> str:
    return (
        f"A face gets your vote when you tick both: it reads human, and as {escape_mrkdwn(name)}. "
        "Any number of faces may. The order is yours alone; the numbers are everybody's. "
        "You can change this until the close."
    )


def unclear(reason: str) -> str:
    return _UNCLEAR[reason]


def received(name: str, numbers: tuple[int, ...]) -> str:
    voted = f"a vote for {join_words([str(n) for n in numbers])}" if numbers else "none of these will do"
    return f"Your ballot for {escape_mrkdwn(name)} is in: {voted}. Until the close you can open it again and change it."


def no_reactions(name: str) -> str:
    return (
        f"The vote on {escape_mrkdwn(name)} is sealed, so reactions do not count, and everybody can see them. "
        f"Take yours back and press “{OPEN}” instead."
    )


def candidate_results(results: SealedResults, number: int, name: str) -> str:
    """Return `reads human 4, as Maya 3 · too smooth 2, eyes 1`, for after the close."""
    human, match = results.reads_human.get(number, 0), results.matches_character.get(number, 0)
    flaws = sorted(results.flaw_tags.get(number, {}).items(), key=lambda item: (-item[1], item[0]))
    return join_parts(
        f"reads human {human}, as {escape_mrkdwn(name)} {match}",
        ", ".join(f"{FLAW_LABELS[flaw]} {times}" for flaw, times in flaws),
    )


def no_votes_note(results: SealedResults) -> str:
    """Say how many voters ticked no candidate twice; empty if all found one."""
    return (
        f"{pluralize(results.none_fits_count, 'person', 'people')} found nobody to vote for."
        if results.none_fits_count
        else ""
    )
