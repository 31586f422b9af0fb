"""Makes the JSON documents of domain values."""

from bot.domain.ballot import Tally
from bot.domain.brief import BallotMode
from bot.domain.face import Character, Face, Portrait
from bot.domain.production import Production
from bot.domain.round import Round
from bot.domain.slot import Slot
from bot.domain.target import TargetReport, TargetState
from bot.domain.timeline import TimelineEvent
from bot.doors.schemas import (
    CandidateOut,
    CharacterOut,
    EventOut,
    FaceOut,
    FailureOut,
    PictureOut,
    ProductionOut,
    RoundOut,
    TargetOut,
    UnlockOut,
)
from bot.usecases.door_casting import RoundStatus
from bot.usecases.door_reading import ShownFace


class Documents:
    """Documents whose links begin with the doors' public address."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def production(self, production: Production) -> ProductionOut:
        return ProductionOut(id=production.id, name=production.name or None, channels=list(production.channels))

    def character(self, character: Character, shown: ShownFace | None, open_round_id: str | None) -> CharacterOut:
        """Return a character; `open_round_id` is None unless the caller may see that round."""
        status = "cast" if shown else "casting" if character.open_round_id else "unlocked"
        return CharacterOut(
            id=character.id,
            name=character.name,
            aliases=list(character.aliases),
            production_id=character.production_id,
            status=status,
            face=self.face(shown) if shown else None,
            open_round_id=open_round_id,
        )

    def face(self, shown: ShownFace) -> FaceOut:
        face, url = shown.face, f"{self._base_url}/v1/faces/{shown.face.round_id}"
        finish = shown.upscale.portrait if shown.upscale else None
        return FaceOut(
            id=face.round_id,
            character_id=face.character_id,
            character=face.character,
            version=face.version,
            model=face.model,
            candidate=face.number,
            votes={str(number): count for number, count in face.tally.items()},
            voters=face.voters,
            decided_by_lead=face.decided_by_lead,
            lead=face.lead,
            locked_by=face.locked_by,
            locked_at=face.locked_at,
            use=face.use or None,
            brief=face.brief,
            prompt=face.prompt,
            seed=face.seed,
            unlocked=_unlock(face),
            consent_withdrawn_at=face.consent_withdrawn_at,
            original=_picture(f"{url}/original", face.portrait),
            finish=_picture(f"{url}/finish", finish) if finish else None,
            preview_url=f"{url}/preview",
            passport_url=f"{url}/passport",
            record_url=f"{url}/record",
        )

    def round(self, status: RoundStatus) -> RoundOut:
        """Return a round without anything that names a candidate's model before the close."""
        round_, tally = status.round, status.tally
        is_revealed = round_.models_revealed
        return RoundOut(
            id=round_.id,
            character=round_.character,
            channel=round_.place.channel,
            state=round_.state.value,
            void_reason=round_.void_reason or None,
            lead=round_.lead,
            opened_at=round_.opened_at,
            closes_at=round_.closes_at,
            requested=round_.requested_count,
            # Actual costs differ by model, so they appear after the close only.
            price_usd=round_.price if is_revealed else round_.repeat_price,
            ballot="sealed" if round_.brief.ballot is BallotMode.SEALED else "open",
            quorum=round_.brief.quorum,
            voters=tally.voters,
            candidates=[_candidate(round_, tally, slot) for slot in round_.candidates],
            failures=_failures(round_),
            face_id=round_.id if round_.locked_slot else None,
        )


def event(one: TimelineEvent) -> EventOut:
    return EventOut(
        kind=one.kind,
        at=one.at,
        round_id=one.round_id or None,
        people=list(one.people),
        count=one.count or None,
        number=one.number,
        version=one.version,
        usd=one.usd,
        note=one.detail or None,
        votes={str(number): count for number, count in one.votes.items()},
    )


def target_document(name: str, report: TargetReport | None) -> TargetOut:
    """Return a target; without a report it is not tried."""
    if report is None:
        return TargetOut(target=name, state=TargetState.NOT_TRIED, external_id=None, at=None, by=None)
    by = report.reporter.name or report.reporter.person
    return TargetOut(target=name, state=report.state, external_id=report.external_id or None, at=report.at, by=by)


def _unlock(face: Face) -> UnlockOut | None:
    unlock = face.unlocked
    return UnlockOut(by=unlock.person, at=unlock.at, reason=unlock.reason) if unlock else None


def _picture(url: str, portrait: Portrait) -> PictureOut:
    return PictureOut(
        url=url,
        media_type=portrait.media_type,
        width=portrait.width,
        height=portrait.height,
        bytes=portrait.length,
        sha256=portrait.sha256,
        is_4k=portrait.is_4k,
        content_credentials=portrait.has_content_credentials,
    )


def _candidate(round_: Round, tally: Tally, slot: Slot) -> CandidateOut:
    assert slot.number is not None
    is_hidden = round_.is_sealed and round_.tally is None
    votes = None if is_hidden else tally.votes.get(slot.number, 0)
    return CandidateOut(number=slot.number, votes=votes, model=slot.model if round_.models_revealed else None)


def _failures(round_: Round) -> list[FailureOut]:
    """Return the failures by kind, so that their order names no model."""
    failed = [(slot.failure.kind, slot.model) for slot in round_.failures if slot.failure]
    return [FailureOut(kind=kind, model=model if round_.models_revealed else None) for kind, model in sorted(failed)]
