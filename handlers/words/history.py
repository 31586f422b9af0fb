"""What happened to a character, a line an event."""

from collections.abc import Callable, Mapping

from bot.ballot import Leg
from bot.face import Character, Face
from bot.history import Event, Told
from handlers.words.records import sentence
from handlers.words.text import count, cut, day, dollars, link, person, quiet, several, when
from handlers.words.titles import Titles

ONE, OTHER = "One version", "Another"
_NOTE_LIMIT = 100
NOTHING = "Nothing is told of this character that you may see."


def heading(name: str) -> str:
    return f"{name} · history"


def summary(told: Told) -> str:
    """`2 faces · $0.38 · also called the fisherwoman`."""
    character = told.character
    parts = [count(told.faces, "face"), f"{dollars(told.spent)} spent", _standing(character)]
    if character.aliases:
        parts.append(f"also called {several([quiet(alias) for alias in character.aliases])}")
    return " · ".join(filter(None, parts))


def event(happened: Event, url: str) -> str:
    """`Today at 14:02 · Version 1 unlocked by @lena: too young.`; `url` leads to the message of a round that began."""
    return f"{when(happened.at)} · {_TELLING.get(happened.kind, _deed)(happened, url)}"


def earlier(number: int) -> str:
    return f"and {number} more before"


def version_title(face: Face) -> str:
    return f"Version {face.version}"


def version(face: Face, titles: Titles, because: str) -> str:
    """Who, when, by which model and why, under a version's portrait."""
    votes = f"{face.tally.get(face.number, 0)} of {count(face.voters, 'vote')}" if face.voters else "nobody voted"
    by = "decided" if face.decided_by_lead else "locked"
    first = f"*Version {face.version}* · {votes} · {quiet(titles(face.model))} · {dollars(face.cost)}"
    lines = [first, f"{by[0].upper()}{by[1:]} by {person(face.locked_by)} on {day(face.locked_at)}"]
    if because:
        lines.append(f"Re-cast: {sentence(because)}")
    if gone := face.released:
        lines.append(f"Unlocked by {person(gone.person)} on {day(gone.at)}: {sentence(gone.reason)}")
    return "\n".join(lines)


def versions_title(name: str) -> str:
    return f"Versions of {name}"


def _standing(character: Character) -> str:
    if character.face:
        return f"version {character.face.version} is the face"
    return "being cast" if character.open_round else "no face now"


def _began(verb: str) -> Callable[[Event, str], str]:
    def told(happened: Event, url: str) -> str:
        led = f", led by {person(happened.lead)}" if happened.lead else ""
        cost = f" · up to {dollars(happened.usd)}" if happened.usd is not None else ""
        why = f": {_note(happened)}" if happened.note else ""
        return f"{link(url, verb)} by {_people(happened)}{led}{why}{cost}"

    return told


def _spent(happened: Event, _url: str) -> str:
    assert happened.usd is not None
    return f"{dollars(happened.usd)} spent by {_people(happened)} for {count(happened.count, 'picture')}"


def _voted(happened: Event, _url: str) -> str:
    where = " in the run-off" if happened.leg is Leg.RUN_OFF else ""
    who = f": {_people(happened)}" if happened.people else ", sealed"
    return f"{count(happened.count, 'person', 'people')} voted{where}{who}"


def _locked(happened: Event, _url: str) -> str:
    return f"Version {happened.version} locked by {_people(happened)}: candidate {happened.number}"


def _decided(happened: Event, _url: str) -> str:
    return f"Version {happened.version} decided by {_people(happened)}: candidate {happened.number}"


def _unlocked(happened: Event, _url: str) -> str:
    return f"Version {happened.version} unlocked by {_people(happened)}: {sentence(cut(happened.note, _NOTE_LIMIT))}"


def _did(verb: str) -> Callable[[Event, str], str]:
    def told(happened: Event, _url: str) -> str:
        by = f" by {_people(happened)}" if happened.people else ""
        return f"{verb}{by}" + (f": {_note(happened)}" if happened.note else "")

    return told


def _drawn(verb: str) -> Callable[[Event, str], str]:
    """`Candidate 3 drawn again by @lena`; a picture that never came has no number."""

    def told(happened: Event, _url: str) -> str:
        what = f"Candidate {quiet(happened.note)}" if happened.note else "A missing candidate"
        return f"{what} {verb} by {_people(happened)}"

    return told


def _named(verb: str) -> Callable[[Event, str], str]:
    def told(happened: Event, _url: str) -> str:
        return f"{verb} “{_note(happened)}”, by {_people(happened)}"

    return told


def _deed(happened: Event, url: str) -> str:
    """A deed whose kind has no words of its own yet."""
    verb = happened.kind.replace("_", " ").capitalize()
    return _did(quiet(verb))(happened, url)


def _note(happened: Event) -> str:
    """A reason as far as a line of many holds it; the record tells it whole."""
    return quiet(cut(happened.note, _NOTE_LIMIT))


def _people(happened: Event) -> str:
    return several([person(one) for one in happened.people])


_TELLING: Mapping[str, Callable[[Event, str], str]] = {
    "started": _began("Started"),
    "rerolled": _began("All drawn again"),
    "refined": _began("Brief refined"),
    "rerolled_one": _drawn("drawn again"),
    "varied": _drawn("drawn in another moment"),
    "alias": _named("Also called"),
    "unalias": _named("No longer called"),
    "recast": _began("Re-cast"),
    "spent": _spent,
    "voted": _voted,
    "closed": _did("Voting closed"),
    "deadline": _did("Voting closed at its deadline"),
    "extended": _did("Voting extended"),
    "run_off": _did("Run-off begun"),
    "dropped": _did("Round dropped"),
    "cancelled": _did("Round cancelled"),
    "took_over": _did("Lead taken over"),
    "locked": _locked,
    "decided": _decided,
    "unlocked": _unlocked,
}
