"""The JSON of the REST door. Times are ISO 8601 in UTC, money is dollars as text, people are Slack ids."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

from bot.domain.brief import ASPECTS, NAME_LIMIT, QUORUM_LIMIT, SLOT_LIMIT, TEXT_LIMIT, parse_single_line
from bot.domain.errors import BriefError
from bot.domain.target import EXTERNAL_ID_LIMIT, TargetState

T = TypeVar("T")

Usd = Annotated[Decimal, PlainSerializer(str, return_type=str)]
MAX_MINUTES = 30 * 24 * 60


def _single_line(text: str) -> str:
    """Refuse control characters, direction overrides and unpaired surrogates."""
    try:
        return parse_single_line(text, "text")
    except BriefError as error:
        raise ValueError(error.got or error.problem) from error


def _text(max_length: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if len(text) > max_length:
            raise ValueError(f"at most {max_length} characters")
        return _single_line(text)

    return check


Line = Annotated[str, Field(min_length=1, max_length=NAME_LIMIT), AfterValidator(_text(NAME_LIMIT))]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
SlackId = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,32}$")]


class PageOf(BaseModel, Generic[T]):
    """One page of a list. Send `next_cursor` as `cursor` for the next page; it is null on the last one."""

    items: list[T]
    total: int
    next_cursor: str | None


class ProductionOut(BaseModel):
    """A production with the channels that the caller sees. Its name is null where it has the channel's name."""

    id: str
    name: str | None
    channels: list[str]


class PictureOut(BaseModel):
    """A stored picture: its exact bytes never change."""

    url: str
    media_type: str
    width: int
    height: int
    bytes: int
    sha256: str
    is_4k: bool
    content_credentials: bool


class UnlockOut(BaseModel):
    """Who unlocked a face, when and why."""

    by: str
    at: datetime
    reason: str


class FaceOut(BaseModel):
    """A locked face; its id is the id of the round that gave it. The finish is its enlarged picture."""

    id: str
    character_id: str
    character: str
    version: int
    model: str
    candidate: int
    votes: dict[str, int]
    voters: int
    decided_by_lead: bool
    lead: str
    locked_by: str
    locked_at: datetime
    use: str | None
    brief: str
    prompt: str
    seed: int | None
    unlocked: UnlockOut | None
    consent_withdrawn_at: datetime | None
    original: PictureOut
    finish: PictureOut | None
    preview_url: str
    passport_url: str
    record_url: str


class CharacterOut(BaseModel):
    """A character. `status` is cast, casting or unlocked; the open round is shown where the caller may see it."""

    id: str
    name: str
    aliases: list[str]
    production_id: str
    status: Literal["cast", "casting", "unlocked"]
    face: FaceOut | None
    open_round_id: str | None = None


class LinksOut(BaseModel):
    """Links to a face's pictures that need no token. They end at `expires_at`, or with the right to see them."""

    original: str
    finish: str | None
    preview: str
    expires_at: datetime


class EventOut(BaseModel):
    """Something that happened in a character's rounds. People of a sealed ballot are only counted."""

    kind: str
    at: datetime
    round_id: str | None
    people: list[str]
    count: int | None
    number: int | None
    version: int | None
    usd: Usd | None
    note: str | None
    votes: dict[str, int]


class CandidateOut(BaseModel):
    """A candidate of a ballot. `model` is null until the ballot has closed; `votes` while they are not public."""

    number: int
    votes: int | None
    model: str | None


class FailureOut(BaseModel):
    """A portrait that was not made, and why. `model` is null until the ballot has closed."""

    kind: str
    model: str | None


class RoundOut(BaseModel):
    """A round: drawing, voting, closed, locked or void. `face_id` is set once a face is locked.

    `price_usd` is the most it may cost. Nothing names a candidate's model before the ballot has closed.
    """

    id: str
    character: str
    channel: str
    state: Literal["drawing", "voting", "closed", "locked", "void"]
    void_reason: str | None
    lead: str
    opened_at: datetime
    closes_at: datetime | None
    requested: int
    price_usd: Usd
    ballot: Literal["open", "sealed"]
    quorum: int | None
    voters: int
    candidates: list[CandidateOut]
    failures: list[FailureOut]
    face_id: str | None


class QuoteOut(BaseModel):
    """What a round would cost at most, and which models would draw it (exact ids, one for each portrait)."""

    price_usd: Usd
    models: list[str]


class CastIn(BaseModel):
    """A brief. What is left out takes the production's defaults, as with /cast."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=NAME_LIMIT, examples=["Maya"])]
    brief: Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT, examples=["weathered 60-year-old fisherwoman"])]
    models: Annotated[list[Line], Field(max_length=SLOT_LIMIT)] = []
    per_model: Annotated[int | None, Field(ge=1, le=SLOT_LIMIT)] = None
    aspect: Literal[ASPECTS] | None = None  # type: ignore[valid-type] # the values are a constant
    ground: Literal["muted", "white"] | None = None
    look: Literal["skin", "literal", "balanced"] | None = None
    open_for_minutes: Annotated[int | None, Field(ge=5, le=MAX_MINUTES)] = None
    four_k: bool = False
    like: Line | None = None
    ballot: Literal["open", "sealed"] | None = None
    quorum: Annotated[int | None, Field(ge=1, le=QUORUM_LIMIT)] = None
    voters: Annotated[list[SlackId], Field(max_length=50)] = []
    use: Literal["film", "advertising", "internal"] | None = None
    max_usd: Annotated[Decimal | None, Field(gt=0, le=1_000, decimal_places=4)] = None


class TargetIn(BaseModel):
    """What a tool said about a face; `external_id` is the face's id there."""

    model_config = ConfigDict(extra="forbid")

    state: TargetState
    external_id: Annotated[str, Field(max_length=EXTERNAL_ID_LIMIT)] = ""


class TargetOut(BaseModel):
    """A tool that uses the face, with the newest report. `by` is the person or program that reported."""

    target: str
    state: TargetState
    external_id: str | None
    at: datetime | None
    by: str | None
