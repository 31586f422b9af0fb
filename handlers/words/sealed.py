"""What a sealed ballot says."""

from bot.ballot import Answers, Tell
from handlers.words.text import count, quiet, several

TITLE = "Your ballot"
OPEN = "Fill in my ballot …"
SUBMIT = "Put it in"
HUMAN = "Reads human"
NONE = "None of these will do"
OR_ELSE = "Or"
TELLS = "What gives it away?"
ANY = "As many as apply"
WHO_SEES_WHAT = (
    "Sealed ballot: nobody, the lead included, sees a count before the close. After it everybody sees the counts, "
    "and nobody is shown who ticked what. Reactions do not count."
)
_UNCLEAR = {
    "empty": "Tick at least one box, or this one.",
    "contradiction": "You ticked both boxes of a candidate above, so one of them will do. Untick this, or those.",
}
_TELLS = {
    Tell.TOO_SMOOTH: "too smooth",
    Tell.FAKE_TEXTURE: "fake texture",
    Tell.EYES: "eyes",
    Tell.TEETH: "teeth",
    Tell.HAIR: "hair",
    Tell.LIGHT: "light",
    Tell.TOO_PRETTY: "too pretty",
    Tell.WRONG_AGE: "wrong age",
    Tell.NOT_THE_BRIEF: "not the brief",
}


def heading(name: str) -> str:
    return f"Casting {name} · which reads human, and as {name}?"


def likeness(name: str) -> str:
    return f"Reads as {name}"


def candidate(number: int) -> str:
    return f"Candidate {number}"


def how_to_vote(name: str) -> str:
    return f"Everybody has a ballot of their own. A face gets your vote when it reads human and as {quiet(name)}."


def instructions(name: str) -> str:
    return (
        f"A face gets your vote when you tick both: it reads human, and as {quiet(name)}. Any number of faces may. "
        "The order is yours alone; the numbers are everybody's. You can change this until the close."
    )


def tells() -> list[tuple[str, str]]:
    """Pairs of a label and its value."""
    return [(label, tell.value) for tell, label in _TELLS.items()]


def tell(tell: Tell) -> str:
    """One of them in words."""
    return _TELLS[tell]


def unclear(why: str) -> str:
    return _UNCLEAR[why]


def received(name: str, numbers: tuple[int, ...]) -> str:
    voted = f"a vote for {several([str(n) for n in numbers])}" if numbers else "none of these will do"
    return f"Your ballot for {quiet(name)} is in: {voted}. Until the close you can open it again and change it."


def no_reactions(name: str) -> str:
    return (
        f"The vote on {quiet(name)} is sealed, so reactions do not count, and everybody can see them. "
        f"Take yours back and press “{OPEN}” instead."
    )


def answers(given: Answers, number: int, name: str) -> str:
    """`reads human 4, as Maya 3 · too smooth 2, eyes 1`, for after the close."""
    both = f"reads human {given.human.get(number, 0)}, as {quiet(name)} {given.likeness.get(number, 0)}"
    told = sorted(given.tells.get(number, {}).items(), key=lambda item: (-item[1], item[0]))
    return " · ".join(filter(None, [both, ", ".join(f"{_TELLS[tell]} {times}" for tell, times in told)]))


def none(given: Answers) -> str:
    """How many gave no face both ticks; empty when all found one."""
    return f"{count(given.none, 'person', 'people')} found nobody to vote for." if given.none else ""
