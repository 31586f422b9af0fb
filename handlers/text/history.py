"""A character's history, one line per event."""

from collections.abc import Callable, Mapping
from functools import partial

from bot.domain.ballot import BallotStage
from bot.domain.face import Character, Face
from bot.domain.retention import EXPIRED_PHOTO, EXPIRED_PORTRAITS, EXPIRED_VOTERS
from bot.domain.target import TARGET_REPORTED
from bot.domain.timeline import TimelineEvent
from bot.usecases.history import CharacterHistory
from handlers.text import reference_photo, targets
from handlers.text.format import (
    dollars,
    escape_mrkdwn,
    join_parts,
    join_words,
    link,
    people,
    person,
    pluralize,
    truncate,
    when,
)
from handlers.text.model_titles import Titles
from handlers.text.record import as_sentence, locked_by, unlocked_by, votes
from handlers.text.routing import table_note

FIRST_VERSION, SECOND_VERSION = "First version", "Second version"
_DETAIL_LIMIT = 100
NOTHING = "No events yet."


def heading(name: str) -> str:
    return f"{name} · history"


def summary(history: CharacterHistory) -> str:
    """Return `3 rounds · 2 faces · 1 finish · $0.38 spent · also called the fisherwoman`."""
    character = history.character
    parts = [
        pluralize(history.round_count, "round"),
        pluralize(history.face_count, "face"),
        pluralize(history.upscale_count, "finish", "finishes") if history.upscale_count else "",
        f"{dollars(history.spent)} spent",
        _status(character),
    ]
    if character.aliases:
        parts.append(f"also called {join_words([escape_mrkdwn(alias) for alias in character.aliases])}")
    return join_parts(*parts)


def event(entry: TimelineEvent, url: str, titles: Titles | None = None) -> str:
    """Return `Today at 14:02 · Version 1 unlocked by @lena: too young.`; `url` links to the round's message."""
    text = f"{when(entry.at)} · {_EVENT_TEXTS.get(entry.kind, _unknown_event)(entry, url)}"
    return join_parts(text, table_note(entry.routing_reason, titles) if titles and entry.routing_reason else "")


def more_before(number: int) -> str:
    return f"{number} earlier"


def version_title(face: Face) -> str:
    return f"Version {face.version}"


def version(face: Face, titles: Titles, reason: str) -> str:
    """Describe a version below its portrait: votes, model, cost, who locked it, why it was re-cast or unlocked."""
    return join_parts(
        f"*Version {face.version}* · {votes(face)} · {escape_mrkdwn(titles(face.model))} · {dollars(face.cost)}",
        locked_by(face),
        f"Re-cast: {as_sentence(reason)}" if reason else "",
        f"Unlocked {unlocked_by(face.unlocked)}" if face.unlocked else "",
        separator="\n",
    )


SHOW_LARGE = "Show large below"
WHICH = "Which ones?"


def versions_title(name: str) -> str:
    return f"Versions of {name}"


def _status(character: Character) -> str:
    if character.face:
        return f"version {character.face.version} is the face"
    return "being cast" if character.open_round_id else "no face now"


def _round_started(verb: str, entry: TimelineEvent, url: str) -> str:
    lead_note = f", led by {person(entry.lead)}" if entry.lead else ""
    return f"{link(url, verb)} by {people(entry.people)}{lead_note}{_reason(entry)}{_most(entry)}"


def _spent(entry: TimelineEvent, _url: str) -> str:
    assert entry.usd is not None
    return f"{dollars(entry.usd)} spent by {people(entry.people)} for {pluralize(entry.count, 'picture')}"


def _voted(entry: TimelineEvent, _url: str) -> str:
    where = " in the run-off" if entry.stage is BallotStage.RUN_OFF else ""
    who = f": {people(entry.people)}" if entry.people else ", sealed"
    return join_parts(f"{pluralize(entry.count, 'person', 'people')} voted{where}{who}", _counts(entry.votes))


def _counts(votes: Mapping[int, int]) -> str:
    """Return `candidate 2: 3 votes, candidate 1: 1 vote`, most votes first; candidates without votes are left out."""
    counted = sorted(((-count, number) for number, count in votes.items() if count))
    return ", ".join(f"candidate {number}: {pluralize(-count, 'vote')}" for count, number in counted)


def _face_chosen(verb: str, entry: TimelineEvent, _url: str) -> str:
    number = entry.number or 0
    votes_of_all = f", {entry.votes.get(number, 0)} of {pluralize(entry.count, 'vote')}" if entry.count else ""
    return f"Version {entry.version} {verb} by {people(entry.people)}: candidate {number}{votes_of_all}"


def _unlocked(entry: TimelineEvent, _url: str) -> str:
    reason = as_sentence(truncate(entry.detail, _DETAIL_LIMIT))
    return f"Version {entry.version} unlocked by {people(entry.people)}: {reason}"


def _by_people(verb: str, entry: TimelineEvent, _url: str) -> str:
    return f"{verb}{_by(entry)}{_reason(entry)}"


def _candidate_added(verb: str, entry: TimelineEvent, _url: str) -> str:
    """Return `Candidate 3 drawn again by @lena`; a missing picture has no number."""
    subject = f"Candidate {escape_mrkdwn(entry.detail)}" if entry.detail else "A missing candidate"
    return f"{subject} {verb} by {people(entry.people)}"


def _upscaled(entry: TimelineEvent, _url: str) -> str:
    return f"Finish at 4K requested by {people(entry.people)}{_most(entry)}"


def _sheet(entry: TimelineEvent, _url: str) -> str:
    views = pluralize(entry.count, "view")
    return f"Character sheet: {views} requested by {people(entry.people)}{_most(entry)} ({_detail(entry)})"


def _sheet_kept(entry: TimelineEvent, _url: str) -> str:
    return f"Character sheet: {_detail(entry)} kept by {people(entry.people)}"


def _upscale_ended(verb: str, entry: TimelineEvent, _url: str) -> str:
    return f"Finish {verb}{_by(entry)}" + (f" · {dollars(entry.usd)}" if entry.usd is not None else "")


def _alias_changed(verb: str, entry: TimelineEvent, _url: str) -> str:
    return f"{verb} “{_detail(entry)}”, by {people(entry.people)}"


def _renamed(entry: TimelineEvent, _url: str) -> str:
    return f"Renamed from “{_detail(entry)}”: another character has the same name"


def _unknown_event(entry: TimelineEvent, url: str) -> str:
    """Describe an event whose kind has no text yet."""
    return _by_people(escape_mrkdwn(entry.kind.replace("_", " ").capitalize()), entry, url)


def _consent_widened(entry: TimelineEvent, _url: str) -> str:
    use = escape_mrkdwn(reference_photo.use_name(entry.detail))
    return f"Consent to the photo widened to {use}, confirmed by {people(entry.people)}"


def _expired(noun: str, singular: str, plural: str, entry: TimelineEvent, _url: str) -> str:
    """Return `3 portraits that were not locked deleted at the end of the retention time`."""
    count = int(entry.detail or 0)
    subject = join_parts(pluralize(count, noun), singular if count == 1 else plural, separator=" ")
    return f"{subject} deleted at the end of the retention time"


def _expired_voters(entry: TimelineEvent, _url: str) -> str:
    voters = pluralize(int(entry.detail or 0), "person", "people")
    return f"Who voted deleted at the end of the retention time ({voters})"


def _detail(entry: TimelineEvent) -> str:
    """Shorten a reason; the record shows all of it."""
    return escape_mrkdwn(truncate(entry.detail, _DETAIL_LIMIT))


def _reason(entry: TimelineEvent) -> str:
    return f": {_detail(entry)}" if entry.detail else ""


def _by(entry: TimelineEvent) -> str:
    return f" by {people(entry.people)}" if entry.people else ""


def _most(entry: TimelineEvent) -> str:
    return f" · up to {dollars(entry.usd)}" if entry.usd is not None else ""


_EVENT_TEXTS: Mapping[str, Callable[[TimelineEvent, str], str]] = {
    "started": partial(_round_started, "Started"),
    "rerolled": partial(_round_started, "All redrawn"),
    "refined": partial(_round_started, "Brief refined"),
    "rerolled_one": partial(_candidate_added, "redrawn"),
    "varied": partial(_candidate_added, "varied"),
    "alias": partial(_alias_changed, "Also called"),
    "unalias": partial(_alias_changed, "No longer called"),
    "recast": partial(_round_started, "Re-cast"),
    "callback": partial(_round_started, "Callback"),
    "reaudition": partial(_round_started, "Re-audition"),
    "renamed": _renamed,
    "spent": _spent,
    "voted": _voted,
    "closed": partial(_by_people, "Voting closed"),
    "deadline": partial(_by_people, "Voting closed at its deadline"),
    "extended": partial(_by_people, "Voting extended"),
    "run_off": partial(_by_people, "Run-off started"),
    "dropped": partial(_by_people, "Round cancelled"),
    "cancelled": partial(_by_people, "Round cancelled"),
    "consent_widened": _consent_widened,
    "consent_withdrawn": partial(_by_people, "Consent to the photo withdrawn, reported"),
    EXPIRED_PORTRAITS: partial(_expired, "portrait", "that was not locked", "that were not locked"),
    EXPIRED_PHOTO: partial(_expired, "attached photo", "", ""),
    EXPIRED_VOTERS: _expired_voters,
    TARGET_REPORTED: targets.history_line,
    "took_over": partial(_by_people, "Lead taken over"),
    "sheet": _sheet,
    "sheet_kept": _sheet_kept,
    "upscaled": _upscaled,
    "upscale_kept": partial(_upscale_ended, "kept"),
    "upscale_offered": partial(_upscale_ended, "waits for the lead"),
    "upscale_declined": partial(_upscale_ended, "declined"),
    "upscale_failed": partial(_upscale_ended, "failed"),
    "locked": partial(_face_chosen, "locked"),
    "decided": partial(_face_chosen, "decided"),
    "unlocked": _unlocked,
}
