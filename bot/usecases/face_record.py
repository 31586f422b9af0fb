"""The record of a face: where it comes from and who decided, for people (text) and for programs (JSON)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.ballot import BallotStage, BallotSubmission, Tally, VoteInput, people_for_none
from bot.domain.brief import Brief, Consent, Reference
from bot.domain.face import Face, Portrait, Unlock
from bot.domain.ids import FILE_EXTENSIONS, filename
from bot.domain.round import Round
from bot.domain.target import ReportSource, TargetReport, TargetState
from bot.domain.upscale import Upscale

# A file name has at most 255 bytes; a kind and an extension follow.
_MAX_STEM_BYTES = 200
# Keys of the record whose values are ids of people or channels; the text shows the names before them.
_ID_KEYS = frozenset(
    {"channel", "lead", "locked_by", "started_by", "by", "asked_by", "kept_by", "people", "voters_named"}
)


@dataclass(frozen=True)
class RecordContext:
    """What a face's record says beyond the face itself.

    `names` maps ids of people and channels to names. `targets` are pipeline targets, None where nobody reported.
    """

    round: Round
    vote_inputs: Sequence[VoteInput] = ()
    submissions: Sequence[BallotSubmission] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    targets: Sequence[tuple[str, TargetReport | None]] = ()


def face_record(face: Face, upscale: Upscale | None, context: RecordContext) -> dict[str, Any]:
    """Return the record for JSON: money in dollars as text, times as ISO 8601 in UTC, people as user ids.

    `names` has the names of these ids.
    """
    round_ = context.round
    return {
        "character": face.character,
        "version": face.version,
        "production": {"workspace": face.place.team, "channel": face.place.channel},
        "round": face.round_id,
        "candidate": face.number,
        "brief": face.brief,
        "brief_options": _brief_record(round_.brief),
        "prompt": face.prompt,
        "prompt_version": face.prompt_version,
        "model": face.model,
        "seed": face.seed,
        "request_id": face.request_id,
        "varies_candidate": face.variation_of,
        "cost_usd": str(face.cost),
        "cost_source": face.cost_source,
        "original": picture_record(face, "original", face.portrait),
        "votes": {str(number): votes for number, votes in face.tally.items()},
        "voters": face.voters,
        "ballots": _ballot_records(face, context),
        "decided_by_lead": face.decided_by_lead,
        "wanted_for": face.use or None,
        "started_by": round_.started_by,
        "lead": face.lead,
        "locked_by": face.locked_by,
        "locked_at": face.locked_at.isoformat(),
        "recast_because": round_.recast_reason or None,
        "unlocked": _unlock_record(face.unlocked) if face.unlocked else None,
        "finish": _upscale_record(face, upscale) if upscale and upscale.portrait else None,
        "targets": [_target_record(target, report) for target, report in context.targets],
        "names": dict(context.names),
    }


def record_lines(record: Mapping[str, Any]) -> Iterable[str]:
    """Format a record for people: one fact a line, nested facts indented, each id after its name."""
    return _text_lines({key: value for key, value in record.items() if key != "names"}, record["names"])


def ids_of(record: Mapping[str, Any]) -> set[str]:
    """Return the ids of all people in a record."""
    return set(_ids(record)) - {record["production"]["channel"]}


def file_name(face: Face, kind: str, extension: str = "") -> str:
    """Return the name of a file by character, version and kind, such as `Maya-1-original.png`."""
    return f"{folder_name(face)}-{kind}{extension and '.'}{extension}"


def picture_file_name(face: Face, kind: str, portrait: Portrait) -> str:
    return file_name(face, kind, FILE_EXTENSIONS[portrait.media_type])


def folder_name(face: Face) -> str:
    """Return the folder of a face's files: letters, digits and dashes only, so that a name cannot contain a path."""
    return f"{_short(filename(face.character))}-{face.version}"


def picture_record(face: Face, kind: str, portrait: Portrait) -> dict[str, Any]:
    return {
        "file": picture_file_name(face, kind, portrait),
        "media_type": portrait.media_type,
        "width": portrait.width,
        "height": portrait.height,
        "is_4k": portrait.is_4k,
        "bytes": portrait.length,
        "sha256": portrait.sha256,
        "content_credentials": portrait.has_content_credentials,
    }


def _brief_record(brief: Brief) -> dict[str, Any]:
    """Return all of a brief but its text and use, which the record has already."""
    return {
        "house_style": brief.style or None,
        "likeness": _reference_record(brief.reference) if brief.reference else None,
        "models": list(brief.models) or None,
        "portraits_per_model": brief.per_model,
        "aspect": brief.aspect,
        "background": brief.ground.value,
        "look": brief.look.value if brief.look else None,
        "size": brief.size.value,
        "ballot": brief.ballot.name.lower(),
        "quorum": brief.quorum,
        "voters_named": list(brief.voters) or None,
        "open_for_hours": brief.open_for.total_seconds() / 3_600,
    }


def _reference_record(reference: Reference) -> dict[str, Any]:
    consent = reference.consent
    return {
        "of": reference.name,
        "sha256": reference.sha256 or None,
        "consent": consent and _consent_record(consent),
    }


def _consent_record(consent: Consent) -> dict[str, Any]:
    wider = [
        {"by": each.person, "at": each.at.isoformat(), "use": each.use.value, "wording": each.wording}
        for each in consent.wider
    ]
    record = {"by": consent.person, "at": consent.at.isoformat(), "wording": consent.wording}
    return record | ({"wider": wider} if wider else {})


def _ballot_records(face: Face, context: RecordContext) -> list[dict[str, Any]]:
    round_ = context.round
    final = round_.tally or Tally(face.tally, face.voters)
    kind = "sealed" if round_.is_sealed else "open"
    if round_.run_off is None:
        return [_ballot_record("first", kind, final, _open_voters(context))]
    return [
        _ballot_record("first", kind, round_.run_off.first_tally, _open_voters(context)),
        _ballot_record("run-off", "sealed" if round_.is_sealed else "form", final, _run_off_voters(context)),
    ]


def _ballot_record(ballot: str, kind: str, tally: Tally, people: Sequence[str]) -> dict[str, Any]:
    results = tally.sealed_results
    return {
        "ballot": ballot,
        "kind": kind,
        "votes": _by_number(tally.votes),
        "voters": tally.voters,
        "people": list(people) or None,
        "reads_human": _by_number(results.reads_human) if results else None,
        "matches_character": _by_number(results.matches_character) if results else None,
        "flaws": {str(number): {tag.value: n for tag, n in tags.items()} for number, tags in tally.flaws.items()}
        if results or tally.flaws
        else None,
        "voted_for_none": tally.found_none if results or tally.none_count else None,
    }


def _by_number(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(number): count for number, count in counts.items()}


def _open_voters(context: RecordContext) -> list[str]:
    """Return who voted on an open ballot, as the history shows them; nothing for a sealed one."""
    round_ = context.round
    if round_.is_sealed:
        return []
    voted = {vote.person for vote in context.vote_inputs if vote.on}
    return sorted(filter(round_.can_vote, voted | people_for_none(context.vote_inputs, context.submissions)))


def _run_off_voters(context: RecordContext) -> list[str]:
    round_ = context.round
    if round_.is_sealed:
        return []
    submitted = (s.person for s in context.submissions if s.stage is BallotStage.RUN_OFF and round_.can_vote(s.person))
    return sorted(set(submitted))


def _unlock_record(unlock: Unlock) -> dict[str, Any]:
    return {"by": unlock.person, "at": unlock.at.isoformat(), "because": unlock.reason}


def _upscale_record(face: Face, upscale: Upscale) -> dict[str, Any]:
    assert upscale.portrait
    return {
        **picture_record(face, "finish", upscale.portrait),
        "way": upscale.method.value,
        "from_sha256": upscale.original_sha256,
        "model": upscale.model,
        "prompt": upscale.prompt,
        "seed": upscale.seed,
        "request_id": upscale.request_id,
        "cost_usd": str(upscale.cost),
        "cost_source": upscale.cost_source,
        "asked_by": upscale.requested_by,
        "asked_at": upscale.opened_at.isoformat(),
        "kept_by": upscale.decided_by or None,
    }


def _target_record(target: str, report: TargetReport | None) -> dict[str, Any]:
    """Return what was reported; `by` is the person, or who set up the program that reported."""
    if report is None:
        unknown = dict.fromkeys(("external_id", "at", "by", "through"))
        return {"target": target, "state": TargetState.NOT_TRIED.value, **unknown}
    reporter = report.reporter
    return {
        "target": target,
        "state": report.state.value,
        "external_id": report.external_id or None,
        "at": report.at.isoformat(),
        "by": reporter.person or None,
        "through": None if reporter.source is ReportSource.PERSON else f"{reporter.source.value} {reporter.name}",
    }


def _ids(value: object, key: str = "") -> Iterable[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _ids(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids(inner, key)
    elif isinstance(value, str) and key in _ID_KEYS:
        yield value


def _text_lines(record: Mapping[str, Any], names: Mapping[str, str], indent: str = "") -> Iterable[str]:
    for key, value in record.items():
        label = f"{indent}{key.replace('_', ' ')}:"
        if isinstance(value, dict):
            yield label
            yield from _text_lines(value, names, f"{indent}  ")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, inner in enumerate(value, start=1):
                yield f"{indent}{key.removesuffix('s').replace('_', ' ')} {number}:"
                yield from _text_lines(inner, names, f"{indent}  ")
        else:
            yield f"{label} {_text(key, value, names, indent)}"


def _text(key: str, value: object, names: Mapping[str, str], indent: str) -> str:
    if value is None:
        return "none"
    if isinstance(value, list):
        return ", ".join(_text(key, one, names, indent) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key in _ID_KEYS and (name := _one_line(names.get(str(value), ""))):
        return f"{name} ({value})"
    # Further lines of user text are indented, so that they cannot look like facts.
    return f"\n{indent}  ".join(str(value).splitlines())


def _one_line(name: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())


def _short(stem: str) -> str:
    return stem.encode()[:_MAX_STEM_BYTES].decode(errors="ignore")
