"""What a record says: who was cast, who is on hold, who else was drawn, and what became of the face since."""

from decimal import Decimal

from bot.ballot import Tally
from bot.face import Face
from bot.round import Round
from bot.slot import Slot
from handlers.words import sealed
from handlers.words.text import count, day, dollars, link, person, quiet
from handlers.words.titles import Titles


def header(face: Face, present: Face | None) -> str:
    """`Maya is cast.` as long as this is her face; plain text."""
    if present and present.round_id == face.round_id:
        return f"{face.character} is cast."
    return f"{face.character} · version {face.version}"


def winner(face: Face, titles: Titles, answered: str = "") -> str:
    """`Candidate 1 · Recraft V4.1 · 3 of 4 votes · $0.04`, how a sealed ballot `answered`, and who locked it when."""
    votes = f"{face.tally.get(face.number, 0)} of {count(face.voters, 'vote')}" if face.voters else "nobody voted"
    kin = f" · varies {face.varies}" if face.varies else ""
    first = f"*Candidate {face.number} · {quiet(titles(face.model))}*{kin} · {votes} · {dollars(face.cost)}"
    decided = "Decided" if face.decided_by_lead else "Locked"
    version = f" · version {face.version}" if face.version > 1 else ""
    last = f"{decided} by {person(face.locked_by)} on {day(face.locked_at)}{version}"
    return "\n".join(filter(None, [first, answered, last]))


def plainly(face: Face, titles: Titles) -> str:
    """The same in one line, for notifications."""
    return winner(face, titles).replace("*", "").replace("\n", " · ").replace("· Locked", "· locked")


def understudy(round_: Round, tally: Tally) -> int | None:
    """The runner-up's number, where the vote's own winner was locked."""
    locked = round_.locked
    return tally.understudy if locked and tally.winner == locked.number else None


def on_hold(slot: Slot, tally: Tally, titles: Titles, answered: str = "") -> str:
    """`On hold: 4 · GPT-Image-2 · 2 votes · $0.05`."""
    return "\n".join(filter(None, [f"On hold: *{slot.number}* · {_rest(slot, tally, titles)}", answered]))


def others(round_: Round, tally: Tally, titles: Titles) -> str:
    """A line for each of those that were drawn too, the most votes first: `2 · GPT-Image-2 · 1 vote · $0.05`."""
    apart = {round_.locked.number if round_.locked else None, understudy(round_, tally)}
    rest = [s for s in by_votes(round_, tally) if s.number not in apart]
    return "\n".join(
        f"{s.number} · {_rest(s, tally, titles)}" + (f" · {told}" if (told := answered(round_, tally, s)) else "")
        for s in rest
    )


def by_votes(round_: Round, tally: Tally) -> list[Slot]:
    """The candidates, those with the most votes first."""
    return sorted(round_.candidates, key=lambda s: (-tally.votes.get(s.number or 0, 0), s.number or 0))


def answered(round_: Round, tally: Tally, slot: Slot | None) -> str:
    """How a sealed ballot answered about a candidate; empty for an open one."""
    if slot is None or tally.answers is None:
        return ""
    return sealed.answers(tally.answers, slot.number or 0, round_.character)


def unlocked(face: Face, present: Face | None, url: str = "") -> str:
    """`Unlocked by @lena on 25 November: too young for the third act. Maya has no face now.`; empty for a face that
    was not. `url` leads to the present one."""
    name = quiet(face.character)
    if face.released is None:
        standing = f"{link(url, f'Version {present.version}')} is {name}'s face now." if present else ""
        return standing if present and present.round_id != face.round_id else ""
    gone = face.released
    told = f"Unlocked by {person(gone.person)} on {day(gone.at)}: {sentence(gone.reason)}"
    if present is None:
        return f"{told} {name} has no face now."
    again = "again" if present.version < face.version else "now"
    return f"{told} {link(url, f'Version {present.version}')} is {name}'s face {again}."


def recast(because: str, before: Face, url: str = "") -> str:
    """`Re-cast: too young for the third act · version 1 is the face until another is locked`, for an open round."""
    why = f"Re-cast: {quiet(because)}" if because else "Re-cast"
    version = link(url, f"version {before.version}")
    return f"{why} · {version} {'was unlocked' if before.released else 'stays until another face is locked'}"


def came_of(because: str, before: Face, url: str = "") -> str:
    """The same for a round that is over: `Re-cast of version 1: too young for the third act`."""
    version = link(url, f"version {before.version}")
    return f"Re-cast of {version}: {quiet(because)}" if because else f"Re-cast of {version}"


def sentence(reason: str) -> str:
    """Somebody's reason as the end of a sentence."""
    told = quiet(reason)
    return told if told.endswith((".", "!", "?", "…")) else f"{told}."


def _rest(slot: Slot, tally: Tally, titles: Titles) -> str:
    votes = count(tally.votes.get(slot.number or 0, 0), "vote")
    return f"{quiet(titles(slot.model))} · {votes} · {dollars(slot.cost or Decimal(0))}"
