"""Events of a round, for a character's history."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby

from bot.domain.audit import AuditEvent
from bot.domain.ballot import BallotStage, BallotSubmission, VoteInput, people_for_none
from bot.domain.character_sheet import Sheet, SheetView
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
    return TimelineEvent(
        round_.origin or "started",
        round_.opened_at,
        round_.place,
        round_.id,
        people=(round_.started_by,),
        usd=round_.repeat_price,
        detail=round_.recast_reason,
        lead=round_.lead if round_.lead != round_.started_by else "",
        routing_reason=round_.routing_reason if round_.routing_reason.learned else None,
    )


def _spend_events(records: RoundRecords) -> Iterator[TimelineEvent]:
    """Yield each person's charges as one event, at the last charge."""
    event = partial(TimelineEvent, place=records.round.place, round_id=records.round.id)
    for spend in records.spends:
        yield event("spent", spend.at, people=(spend.person,), count=spend.count, usd=spend.usd)


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
        submissions = [(s.event_ts_us, s.person) for s in records.submissions if s.stage is stage]
        if votes := sorted(submissions if stage is BallotStage.RUN_OFF or round_.is_sealed else open_votes):
            people = tuple(dict.fromkeys(person for _, person in votes))
            yield TimelineEvent(
                "voted",
                datetime.fromtimestamp(votes[-1][0] / _MICROSECONDS_PER_SECOND, UTC),
                round_.place,
                round_.id,
                people=() if round_.is_sealed else people,
                count=len(people),
                stage=stage,
                votes=_closed_votes(round_, stage),
            )


def _closed_votes(round_: Round, stage: BallotStage) -> Mapping[int, int]:
    """Return the votes of a ballot by candidate number once it is closed."""
    tally = round_.first_tally if stage is BallotStage.FIRST else round_.tally
    return dict(tally.votes) if tally else {}


def _upscale_events(records: RoundRecords) -> Iterator[TimelineEvent]:
    """Yield the start of each upscale, and how it ended."""
    event = partial(TimelineEvent, place=records.round.place, round_id=records.round.id)
    for upscale in records.upscales:
        model = upscale.model
        yield event("upscaled", upscale.opened_at, people=(upscale.requested_by,), usd=upscale.price, detail=model)
        if not upscale.is_in_progress:
            arrived_at = (upscale.requested_at or upscale.opened_at) + timedelta(seconds=upscale.seconds or 0)
            kind, at = f"upscale_{upscale.state.value}", upscale.decided_at or arrived_at
            people = (upscale.decided_by,) if upscale.decided_by else ()
            yield event(kind, at, people=people, usd=upscale.cost, detail=model)


def _sheet_events(records: RoundRecords) -> Iterator[TimelineEvent]:
    """Yield each order of views of the character sheet as one event, and which view was kept."""

    def order(attempt: SheetView) -> tuple[datetime, str]:
        return attempt.opened_at, attempt.requested_by

    event = partial(TimelineEvent, place=records.round.place, round_id=records.round.id)
    for (opened_at, person), ordered in groupby(sorted(records.sheet.attempts, key=order), key=order):
        attempts = list(ordered)
        price = sum((attempt.price for attempt in attempts), Decimal(0))
        names = ", ".join(attempt.view.title for attempt in attempts)
        yield event("sheet", opened_at, people=(person,), count=len(attempts), usd=price, detail=names)
    for attempt in records.sheet.attempts:
        if attempt.kept_by and attempt.kept_at:
            yield event("sheet_kept", attempt.kept_at, people=(attempt.kept_by,), detail=attempt.view.title)


def _close_and_lock_events(records: RoundRecords, now: datetime) -> Iterator[TimelineEvent]:
    """Yield the close by deadline, and the lock."""
    round_, face = records.round, records.face
    event = partial(TimelineEvent, place=round_.place, round_id=round_.id)
    ballot_actions = [one.action for one in records.audit_events if one.action in _BALLOT_ACTIONS]
    ended_at = face.locked_at if face else now
    closed_by_deadline = round_.tally is not None and ballot_actions[-1:] != ["closed"]
    if (
        closed_by_deadline
        and round_.closes_at
        and round_.closes_at < ended_at
        and round_.state is not RoundState.VOTING
    ):
        yield event("deadline", round_.closes_at)
    if face:
        yield event(
            "decided" if face.decided_by_lead else "locked",
            face.locked_at,
            people=(face.locked_by,),
            count=face.voters,
            number=face.number,
            version=face.version,
            votes=face.tally,
        )


def _from_audit_event(audit_event: AuditEvent, faces: dict[str, Face]) -> TimelineEvent:
    face = faces.get(audit_event.round_id)
    return TimelineEvent(
        audit_event.action,
        audit_event.at,
        audit_event.place,
        audit_event.round_id,
        (audit_event.person,) if audit_event.person else (),
        version=face.version if face else None,
        detail=audit_event.detail,
    )
