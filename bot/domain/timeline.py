"""Events of a round, for a character's history."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby

from bot.domain.audit import AuditEvent
from bot.domain.ballot import BallotStage, BallotSubmission, VoteInput, people_for_none
from bot.domain.character_sheet import Sheet
from bot.domain.face import Face
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.round_state import CALLBACK, REAUDITION, RECAST, RoundState
from bot.domain.routing.reason import RoutingReason
from bot.domain.spend_report import RoundSpend
from bot.domain.upscale import Upscale

_MICROSECONDS_PER_SECOND = 1_000_000

START_KINDS = frozenset({"started", "rerolled", "refined", RECAST, CALLBACK, REAUDITION})

# Audit actions that close or reopen a ballot.
_BALLOT_ACTIONS = ("closed", "extended", "run_off")


@dataclass(frozen=True)
class TimelineEvent:
    """Something that happened in a round.

    `kind` is how the round began (started, rerolled, refined, recast, callback, reaudition), spent, voted, deadline,
    locked, decided (by the lead), sheet (views ordered), sheet_kept, upscaled and upscale_kept, _offered, _declined or
    _failed, or the action of an audit event. `people` are the
    actors; a sealed ballot gives only their `count`. `version` is a face's, `usd` the amount spent or the most it may
    be, `detail` a reason or an upscale's model, `votes` the counts of a closed ballot by candidate number. `lead` is
    set where another person started the round. `routing_reason` is set where the production's votes chose models.
    """

    kind: str
    at: datetime
    place: ChannelRef
    round_id: str
    people: tuple[str, ...] = ()
    count: int = 0
    number: int | None = None
    version: int | None = None
    usd: Decimal | None = None
    detail: str = ""
    lead: str = ""
    stage: BallotStage = BallotStage.FIRST
    votes: Mapping[int, int] = field(default_factory=dict)
    routing_reason: RoutingReason | None = None


@dataclass(frozen=True)
class RoundRecords:
    """All that is stored of one round."""

    round: Round
    face: Face | None
    audit_events: tuple[AuditEvent, ...]
    spends: tuple[RoundSpend, ...]
    vote_inputs: Sequence[VoteInput]
    submissions: Sequence[BallotSubmission]
    upscales: Sequence[Upscale] = ()
    sheet: Sheet = field(default_factory=Sheet)


def newest_first(events: Iterable[TimelineEvent]) -> list[TimelineEvent]:
    """Return events in descending order; events of the same moment are reversed too."""
    return sorted(events, key=lambda event: event.at)[::-1]


def round_timeline(records: RoundRecords, now: datetime) -> list[TimelineEvent]:
    """Return the events of one round in chronological order."""
    faces = {records.round.id: records.face} if records.face else {}
    events = [
        _start_event(records.round),
        *_spend_events(records),
        *_vote_events(records),
        *_close_and_lock_events(records, now),
        *_upscale_events(records),
        *_sheet_events(records),
    ]
    return sorted(
        [*events, *(_from_audit_event(audit_event, faces) for audit_event in records.audit_events)],
        key=lambda event: event.at,
    )


def _start_event(round_: Round) -> TimelineEvent:
    lead = round_.lead if round_.lead != round_.started_by else ""
    kind = round_.origin or "started"
    price, reason = round_.repeat_price, round_.recast_reason
    routing = round_.routing_reason if round_.routing_reason.learned else None
    start = TimelineEvent(kind, round_.opened_at, round_.place, round_.id, (round_.started_by,), routing_reason=routing)
    return replace(start, usd=price, detail=reason, lead=lead)


def _spend_events(records: RoundRecords) -> Iterator[TimelineEvent]:
    """Yield each person's charges as one event, at the last charge."""
    for spend in records.spends:
        yield TimelineEvent(
            "spent", spend.at, records.round.place, records.round.id, (spend.person,), count=spend.count, usd=spend.usd
        )


def _vote_events(records: RoundRecords) -> Iterator[TimelineEvent]:
    """Yield who voted, at the last vote. Nothing for an open sealed ballot."""
    round_ = records.round
    if round_.is_sealed and round_.state in (RoundState.DRAWING, RoundState.VOTING):
        return
    chose_none = people_for_none(records.vote_inputs, records.submissions)
    open_votes = [(m.event_ts_us, m.person) for m in records.vote_inputs if m.on]
    open_votes += [
        (s.event_ts_us, s.person)
        for s in records.submissions
        if s.stage is BallotStage.FIRST and s.person in chose_none
    ]
    for stage in BallotStage:
        submissions = [
            (submission.event_ts_us, submission.person)
            for submission in records.submissions
            if submission.stage is stage
        ]
        if votes := sorted(submissions if stage is BallotStage.RUN_OFF or round_.is_sealed else open_votes):
            people = tuple(dict.fromkeys(person for _, person in votes))
            at = datetime.fromtimestamp(votes[-1][0] / _MICROSECONDS_PER_SECOND, UTC)
            visible_people = () if round_.is_sealed else people
            yield TimelineEvent(
                "voted",
                at,
                round_.place,
                round_.id,
                visible_people,
                count=len(people),
                stage=stage,
                votes=_closed_votes(round_, stage),
            )


def _closed_votes(round_: Round, stage: BallotStage) -> Mapping[int, int]:
    """Return the votes of a ballot by candidate number once it is closed."""
    tally = round_.run_off.first_tally if round_.run_off and stage is BallotStage.FIRST else round_.tally
    return dict(tally.votes) if tally else {}


def _upscale_events(records: RoundRecords) -> Iterator[TimelineEvent]:
    """Yield the start of each upscale, and how it ended."""
    round_ = records.round
    for upscale in records.upscales:
        people, model = (upscale.requested_by,), upscale.model
        yield TimelineEvent(
            "upscaled", upscale.opened_at, round_.place, round_.id, people, usd=upscale.price, detail=model
        )
        if upscale.is_in_progress:
            continue
        arrived_at = (upscale.requested_at or upscale.opened_at) + timedelta(seconds=upscale.seconds or 0)
        yield TimelineEvent(
            f"upscale_{upscale.state.value}",
            upscale.decided_at or arrived_at,
            round_.place,
            round_.id,
            (upscale.decided_by,) if upscale.decided_by else (),
            usd=upscale.cost,
            detail=model,
        )


def _sheet_events(records: RoundRecords) -> Iterator[TimelineEvent]:
    """Yield each order of views of the character sheet as one event, and which view was kept."""
    round_, orders = (
        records.round,
        groupby(
            sorted(records.sheet.attempts, key=lambda attempt: (attempt.opened_at, attempt.requested_by)),
            key=lambda attempt: (attempt.opened_at, attempt.requested_by),
        ),
    )
    for (opened_at, person), ordered in orders:
        attempts = list(ordered)
        price = sum((attempt.price for attempt in attempts), Decimal(0))
        names = ", ".join(attempt.view.title for attempt in attempts)
        yield TimelineEvent(
            "sheet", opened_at, round_.place, round_.id, (person,), count=len(attempts), usd=price, detail=names
        )
    for attempt in records.sheet.attempts:
        if attempt.kept_by and attempt.kept_at:
            people = (attempt.kept_by,)
            yield TimelineEvent(
                "sheet_kept", attempt.kept_at, round_.place, round_.id, people, detail=attempt.view.title
            )


def _close_and_lock_events(records: RoundRecords, now: datetime) -> Iterator[TimelineEvent]:
    """Yield the close by deadline, and the lock."""
    round_, face = records.round, records.face
    ballot_actions = [
        audit_event.action for audit_event in records.audit_events if audit_event.action in _BALLOT_ACTIONS
    ]
    ended_at = face.locked_at if face else now
    closed_by_deadline = round_.tally is not None and ballot_actions[-1:] != ["closed"]
    if (
        closed_by_deadline
        and round_.closes_at
        and round_.closes_at < ended_at
        and round_.state is not RoundState.VOTING
    ):
        yield TimelineEvent("deadline", round_.closes_at, round_.place, round_.id)
    if face:
        kind = "decided" if face.decided_by_lead else "locked"
        by = (face.locked_by,)
        yield TimelineEvent(
            kind,
            face.locked_at,
            round_.place,
            round_.id,
            by,
            count=face.voters,
            number=face.number,
            version=face.version,
            votes=face.tally,
        )


def _from_audit_event(audit_event: AuditEvent, faces: dict[str, Face]) -> TimelineEvent:
    face = faces.get(audit_event.round_id)
    by = (audit_event.person,) if audit_event.person else ()
    version = face.version if face else None
    return TimelineEvent(
        audit_event.action,
        audit_event.at,
        audit_event.place,
        audit_event.round_id,
        by,
        version=version,
        detail=audit_event.detail,
    )
