"""The round form as filled in so far, and the brief made from it. Fields may be invalid."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.brief import MAX_VOTING_TIME, MIN_VOTING_TIME, PHOTO, BallotMode, Brief, Ground, IntendedUse, Reference
from bot.domain.catalogue import Look, Size
from bot.domain.command_options import OPTIONS
from bot.domain.errors import BriefError, CastingError, FormErrors

_QUARTER_HOUR = timedelta(minutes=15)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class ReferenceKind(StrEnum):
    """Whose face the portraits must keep: none, a cast character's, or that of an attached picture."""

    NONE = "none"
    FACE = "face"
    PICTURE = "picture"


@dataclass(frozen=True)
class Draft:
    """Values of the form's fields. `models` are exact ids, `photo_file_id` is a Slack file id.

    `shows_real_person` is None until it is answered; `has_consent` tells whether that person agreed to the use.
    """

    name: str = ""
    text: str = ""
    look: Look | None = None
    models: tuple[str, ...] = ()
    per_model: int | None = None
    aspect: str = "3:4"
    ground: Ground = Ground.MUTED
    size: Size = Size.DRAFT
    reference_kind: ReferenceKind = ReferenceKind.NONE
    reference_character: str = ""
    photo_file_id: str = ""
    shows_real_person: bool | None = None
    has_consent: bool = False
    closes_at: datetime | None = None
    ballot: BallotMode = BallotMode.OPEN
    voters: tuple[str, ...] = ()
    quorum: int | None = None
    use: IntendedUse | None = None
    lead: str = ""

    @classmethod
    def from_brief(cls, brief: Brief, models: tuple[str, ...], person: str, now: datetime) -> "Draft":
        """Return the form's initial values from a brief with the production's settings; `person` is the lead."""
        needs_photo = brief.reference and brief.reference.needs_photo
        return cls(
            name=brief.name,
            text=brief.text,
            look=brief.look,
            models=models,
            per_model=brief.per_model,
            aspect=brief.aspect,
            ground=brief.ground,
            size=brief.size,
            reference_kind=ReferenceKind.PICTURE if needs_photo else ReferenceKind.NONE,
            closes_at=_next_quarter_hour(now + brief.open_for),
            ballot=brief.ballot,
            voters=brief.voters,
            quorum=brief.quorum,
            use=brief.use,
            lead=person,
        )

    def for_estimate(self, now: datetime, shortest: timedelta = MIN_VOTING_TIME) -> Brief:
        """Return an unvalidated brief, for a price estimate only."""
        references = {
            ReferenceKind.NONE: None,
            ReferenceKind.FACE: Reference(self.reference_character),
            ReferenceKind.PICTURE: Reference(PHOTO),
        }
        return Brief(
            name=self.name,
            text=self.text,
            models=self.models,
            per_model=self.per_model,
            aspect=self.aspect,
            ground=self.ground,
            look=self.look,
            open_for=min(max(self.closes_at - now, shortest), MAX_VOTING_TIME)
            if self.closes_at
            else timedelta(hours=24),
            size=self.size,
            reference=references[self.reference_kind],
            ballot=self.ballot,
            quorum=self.quorum,
            voters=self.voters,
            use=self.use,
            explicit_fields=frozenset(OPTIONS),
            closes_at=self.closes_at,
        )

    def to_brief(self, now: datetime, shortest: timedelta = MIN_VOTING_TIME) -> Brief:
        """Return the brief; raises FormErrors with all invalid fields."""
        brief, errors = self.for_estimate(now, shortest), self._missing(now, shortest)
        errors |= _collect_errors(name=lambda: brief.with_name(self.name), text=lambda: brief.with_text(self.text))
        if errors:
            raise FormErrors(errors)
        return replace(brief.with_name(self.name), text=brief.with_text(self.text).text)

    def _missing(self, now: datetime, shortest: timedelta) -> dict[str, CastingError]:
        """Return fields that are missing or inconsistent; texts are validated elsewhere."""
        errors: dict[str, CastingError] = {}
        if self.closes_at is None:
            errors["until"] = BriefError("until", "missing")
        elif not shortest <= self.closes_at - now <= MAX_VOTING_TIME:
            errors["until"] = BriefError("until", "past" if self.closes_at - now < shortest else "too_far")
        if self.voters and (self.quorum or 0) > len(self.voters):
            errors["quorum"] = BriefError("quorum", "too_many", f"{self.quorum}", limit=len(self.voters))
        if self.reference_kind is ReferenceKind.FACE and not self.reference_character:
            errors["face"] = BriefError("face", "missing")
        if self.reference_kind is ReferenceKind.PICTURE:
            errors |= {field: BriefError(field, "missing") for field in self._missing_photo_fields()}
        return errors

    def _missing_photo_fields(self) -> list[str]:
        answered = {
            "picture": bool(self.photo_file_id),
            "real": self.shows_real_person is not None,
            "agreed": self.has_consent or not self.shows_real_person,
        }
        return [field for field, done in answered.items() if not done]


def _collect_errors(**readers: Callable[[], object]) -> dict[str, CastingError]:
    """Call each reader and return its BriefError by field name."""
    errors: dict[str, CastingError] = {}
    for field, read in readers.items():
        try:
            read()
        except BriefError as error:
            errors[field] = error
    return errors


def _next_quarter_hour(at: datetime) -> datetime:
    return at + (_EPOCH - at) % _QUARTER_HOUR
