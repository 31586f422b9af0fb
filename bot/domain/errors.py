"""What can go wrong in a casting, as kinds with values; the sentences people read are made in handlers/words.

CastingError
    BriefError            a line that cannot be cast: the field, the problem, what was understood
    Unready               a form that cannot be cast as it stands: what is wrong at which field
    Unfit                 customs that cannot hold: field by field
    NotYours              somebody else's press: who may
    Barred                the production's customs name others for it, or guests may not
    NotAVoter             others are named to vote
    LeadLeft              the round's lead has left; somebody may take over
    NotHere               a place that does not fit: why
    Changed               somebody else changed the customs meanwhile
    Clashes               two productions call characters alike, so they cannot be one
    AlreadyCasting        the open round is in the way
    AlreadyCast           the character has a face; a re-cast wants a yes
    RoundClosed           the round is past what was asked
    NoWinner              a tie, or nobody voted
    OutcomeChanged        the ballot moved since the lead looked
    CannotFinish          a face that is not made larger now: why
    OverBudget            which cap, how much is left
    Dearer                more than was said
    Overspent             a charge passed its reservation, and nobody has looked at it
    Settled               somebody answered already
    NoModels              no account can draw this brief
        Unavailable       some can: others could draw it, if somebody says yes
    Unreachable           Slack did not answer a question that had to be asked
        NotTaken          it answered no, and would again
            MessageGone   the round's message was taken away by hand
            PlaceClosed   the conversation is archived, or we are not in it any more
    NotKept               database or portraits cannot be written or read for now: which, why
    PortraitLost          a picture that is remembered is not stored any more
    ModelError            one model gave no portrait; `paid` says whether it may have cost money
        Refused  RateLimited  Unpaid  BadKey  Retired  BadRequest  Down (Resting)  TimedOut  BadPicture
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal

PaidStatus = Literal["no", "maybe", "yes"]


@dataclass(frozen=True)
class UnavailableModel:
    """A model that was wanted and does not draw: its title, and `why` (no_key, retired, down, budget, no_reference).

    `instead` is the title of what draws in its place, empty where nothing does; prices in dollars a portrait.
    """

    title: str
    reason: str
    price: Decimal = Decimal(0)
    substitute: str = ""
    substitute_price: Decimal = Decimal(0)


@dataclass(frozen=True)
class AlternativeOffer:
    """A round that could be cast instead: by `titles`, for at most `price` dollars; `wish_id` keeps its brief."""

    kind: Literal["instead", "only"]
    titles: tuple[str, ...]
    price: Decimal
    draft_id: str


class CastingError(Exception):
    """An expected failure; carries values, never a sentence for people."""

    def __str__(self) -> str:
        values = ", ".join(f"{key}={value!r}" for key, value in vars(self).items() if value not in ("", (), None))
        return f"{type(self).__name__}({values})"


@dataclass(eq=False)
class BriefError(CastingError):
    """`field` of the line has `problem`; `got` is what stood there, `known` what may."""

    field: str
    problem: str
    got: str = ""
    allowed: tuple[str, ...] = ()
    limit: int = 0
    line: str = ""


@dataclass(eq=False)
class FormErrors(CastingError):
    """A form with something wrong in it: by field's name, why."""

    by_field: dict[str, CastingError]


@dataclass(eq=False)
class SettingsErrors(CastingError):
    """Each of `faults` tells of one field of a form what is wrong with it."""

    errors: tuple[BriefError, ...]


@dataclass(eq=False)
class NotLead(CastingError):
    """Only `may` (a person's id) can do `what`."""

    action: str
    allowed_user: str


@dataclass(eq=False)
class PermissionDenied(CastingError):
    """`what` (start, spend, lock, keep) is for those in `may` here; with `guest`, guests would have to be named."""

    action: str
    allowed_users: tuple[str, ...] = ()
    is_guest: bool = False


@dataclass(eq=False)
class NotAVoter(CastingError):
    """Only `voters` vote on this character."""

    character: str
    voters: tuple[str, ...]


@dataclass(eq=False)
class LeadDeactivated(CastingError):
    """`what` is for the lead alone, and the account of `lead` is closed: `round_id` can be taken over."""

    action: str
    lead: str
    round_id: str


@dataclass(eq=False)
class SettingsConflict(CastingError):
    """The customs are not as the form showed them; nothing was written."""


@dataclass(eq=False)
class NameConflict(CastingError):
    """Both productions have characters of these `names`; nothing was moved."""

    names: tuple[str, ...]


@dataclass(eq=False)
class NotAvailableHere(CastingError):
    """`why` is one of not_invited, private, unknown, not_a_channel; `line` is what the person typed."""

    reason: str
    line: str = ""


@dataclass(eq=False)
class AlreadyCasting(CastingError):
    """A round for this character is open; `round_id` is the way there, empty for whoever may not see it."""

    character: str
    round_id: str


@dataclass(eq=False)
class AlreadyCast(CastingError):
    """The character has a locked face; `wish_id` keeps the brief until somebody says yes to `price` dollars."""

    character: str
    draft_id: str
    price: Decimal


@dataclass(eq=False)
class RoundClosed(CastingError):
    """The round is in `state`, which does not allow `what`."""

    action: str
    state: str
    character: str = ""


@dataclass(eq=False)
class NoWinner(CastingError):
    """Candidates `tied` share the lead; empty when nobody voted. `lacking`: so many more people had to vote."""

    tied: tuple[int, ...]
    votes_short_of_quorum: int = 0


@dataclass(eq=False)
class TallyChanged(CastingError):
    """The leader is not the one the lead saw; `tally` maps candidate number to votes."""

    expected_leader: int | None
    tally: dict[int, int] = field(default_factory=dict)


@dataclass(eq=False)
class CannotUpscale(CastingError):
    """`why` is one of not_cast, unlocked (by now), no_way (it is 4K already, or nothing here makes it larger), changed
    (not as shown)."""

    reason: str
    character: str = ""


@dataclass(eq=False)
class OverBudget(CastingError):
    """`price` dollars would pass the `cap` of `limit` dollars, of which `left` remain.

    `cap` is round or that of a purse (`bot.domain.budget.Purse`), which is empty again at `resets_at`; `own`: it is one that
    the production gave itself.
    """

    cap: str
    price: Decimal
    limit: Decimal
    remaining: Decimal
    resets_at: datetime | None = None
    is_production_cap: bool = False


@dataclass(eq=False)
class PriceIncreased(CastingError):
    """What is wanted now costs `price` dollars, more than the `shown` ones; asked for again it is agreed to.

    `titles` are the models that would draw, where a form names them.
    """

    price: Decimal
    shown_price: Decimal
    titles: tuple[str, ...] = ()


@dataclass(eq=False)
class UnacknowledgedOverspend(CastingError):
    """Something cost `above` dollars more than was reserved for it; new spending waits until one of `may` has seen it.

    Empty `may`: nobody is asked for it in particular.
    """

    overspend: Decimal
    allowed_users: tuple[str, ...]


@dataclass(eq=False)
class AlreadyResolved(CastingError):
    """The question of a charge has its answer."""


@dataclass(eq=False)
class NoModels(CastingError):
    """None of `wanted` has an account here; `configured` have."""

    requested: tuple[str, ...]
    configured: tuple[str, ...]


@dataclass(eq=False)
class ModelsUnavailable(NoModels):
    """Models are not to be had; what could be cast instead costs more, or was not asked for, so it wants a press."""

    unavailable: tuple[UnavailableModel, ...] = ()
    offers: tuple[AlternativeOffer, ...] = ()


@dataclass(eq=False)
class SlackUnavailable(CastingError):
    """Slack could not be asked `what`."""

    operation: str


@dataclass(eq=False)
class SlackRejected(SlackUnavailable):
    """Slack refused `what` with its own word `why`; asking again does not help by itself."""

    code: str = ""


class MessageDeleted(SlackRejected):
    """The round's message is not there any more."""


class ChannelClosed(SlackRejected):
    """Nothing can be shown in the conversation for now: it is archived, or we were taken out of it."""


@dataclass(eq=False)
class StorageUnavailable(CastingError):
    """What should be kept could not be, or not be read; nothing was written over.

    `part` is database, engine or portraits; `why` one of full, read_only, locked (somebody else holds it), damaged,
    away, newer (written by a later version); `detail` is the driver's own word, `where` a file or folder.
    """

    component: str
    reason: str
    detail: str = ""
    path: str = ""


@dataclass(eq=False)
class PortraitMissing(CastingError, KeyError):
    """Nothing stands under `key`, where a picture was kept."""

    key: str

    def __str__(self) -> str:
        return CastingError.__str__(self)


@dataclass(eq=False)
class ModelError(CastingError):
    """`model` gave no portrait; `paid` says whether we may have been charged; `detail` is the vendor's short word.

    `usd` is what the vendor told that it charged all the same, in dollars.
    """

    kind: ClassVar[str] = "provider_down"
    model: str
    detail: str = ""
    paid: PaidStatus = "no"
    reported_cost: Decimal | None = None


class ContentRefused(ModelError):
    """The model's filter declined the prompt; never retried."""

    kind = "refused"


@dataclass(eq=False)
class RateLimited(ModelError):
    """Too many calls; the vendor asks for `retry_after` seconds of patience."""

    kind = "rate_limited"
    retry_after: float = 0.0


class InsufficientCredit(ModelError):
    """The account has no money left or met its own spending limit."""

    kind = "insufficient_credit"


class AuthenticationFailed(ModelError):
    """The key is wrong, revoked or not allowed to use this model."""

    kind = "authentication_failed"


class ModelRetired(ModelError):
    """The vendor no longer serves this id."""

    kind = "retired"


class InvalidRequest(ModelError):
    """The vendor did not accept what we sent."""

    kind = "invalid_request"


class ProviderDown(ModelError):
    """The vendor failed or could not be reached."""

    kind = "provider_down"


@dataclass(eq=False)
class CircuitOpen(ProviderDown):
    """The model failed so often in a row that it is left alone `until` then; nothing was sent."""

    retry_at: datetime | None = None


class TimedOut(ModelError):
    """No answer in time; what was sent may have been drawn and charged."""

    kind = "timed_out"


class InvalidImage(ModelError):
    """An answer arrived that is not a usable picture."""

    kind = "invalid_image"
