"""The sealed ballot."""

from bot.domain.ballot import FlawTag, SealedResults
from handlers.text.format import escape_mrkdwn, join_parts, join_words

TITLE = "Your ballot"
OPEN = "Fill in my ballot …"
SUBMIT = "Submit ballot"
HUMAN = "Looks human"
NONE = "None of these"
OR_ELSE = "Or"
FLAWS = "What looks artificial?"
FLAWS_PLACEHOLDER = "As many as apply"
WHO_SEES_WHAT = (
    "Sealed ballot: counts stay hidden until voting closes, also for the lead. After that everyone sees the counts, "
    "but never who ticked what. Reactions do not count."
)
UNCLEAR = {
    "empty": "Tick at least one box, or “None of these”.",
    "contradiction": "You ticked both boxes of a candidate above, so “None of these” does not fit. Untick one of them.",
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
    return f"Casting {name} · who is convincing, and right for {name}?"


def likeness_label(name: str) -> str:
    return f"Right for {name}"


def candidate_label(number: int) -> str:
    return f"Candidate {number}"


def how_to_vote(name: str) -> str:
    return (
        "Each voter has a private ballot. A face gets your vote when it looks human and is right for "
        f"{escape_mrkdwn(name)}."
    )


def instructions(name: str) -> str:
    return (
        f"A face gets your vote when you tick both: it looks human, and it is right for {escape_mrkdwn(name)}. "
        "You can vote for several. Each voter sees the portraits in a different order, with the same numbers. "
        "You can change this until the close."
    )


def received(name: str, numbers: tuple[int, ...]) -> str:
    voted = f"a vote for {join_words(map(str, numbers))}" if numbers else "none of these"
    return f"Ballot submitted for {escape_mrkdwn(name)}: {voted}. You can change it until voting closes."


def no_reactions(name: str) -> str:
    return (
        f"The vote on {escape_mrkdwn(name)} is sealed, so reactions do not count, and everyone can see them. "
        f"Remove yours and press “{OPEN}” instead."
    )


def candidate_results(results: SealedResults, number: int, name: str) -> str:
    """Return `looks human 4, right for Maya 3 · too smooth 2, eyes 1`, for after the close."""
    human, match = results.reads_human.get(number, 0), results.matches_character.get(number, 0)
    flaws = sorted(results.flaw_tags.get(number, {}).items(), key=lambda item: (-item[1], item[0]))
    return join_parts(
        f"looks human {human}, right for {escape_mrkdwn(name)} {match}",
        ", ".join(f"{FLAW_LABELS[flaw]} {times}" for flaw, times in flaws),
    )
