"""Expected failures as kinds with values. The sentences people read are made in handlers/text.

CastingError
    BriefError                    a field of the line or form is invalid
        ReferenceUnclear          the reference has no face, and other faces have a similar name
    FormErrors                    a round form with invalid fields
    SettingsErrors                a settings form with invalid fields
    NotLead                       only the lead may do this
    PermissionDenied              the production's settings do not permit it, or the user is a guest
    NotAVoter                     the round has named voters
    LeadDeactivated               the lead's account is deactivated; the round can be taken over
    NotAvailableHere              the conversation is unsuitable
    SettingsConflict              someone else changed the settings meanwhile
    NameConflict                  two productions share character names, so they cannot be merged
    AlreadyCasting                a round is open
    AlreadyCast                   the character has a face; a re-cast needs confirmation
    ConsentNeeded                 the person in the photo agreed to another use
    RoundClosed                   the round's state does not allow it
    NoWinner                      a tie, no votes, or no quorum
    TallyChanged                  the votes changed since the lead saw them
    CannotUpscale                 the face cannot be upscaled
    PassportUnavailable           the face has no passport
    CannotFollowUp                a callback or a re-audition cannot be started like this
    OverBudget                    a cap would be exceeded
    PriceIncreased                the price is higher than shown
    PersonLimitReached            rounds open at once, forms or free portraits of one person
    UnacknowledgedOverspend       a charge above its reservation was not acknowledged
    AlreadyResolved               the charge was already confirmed
    NoModels                      no account serves this brief
        ModelsUnavailable         other models could, after confirmation
    DoorRefused                   a door does not let this token or person in
    SlackUnavailable, StorageUnavailable and PortraitMissing: bot/domain/service_errors.py
    ModelError                    one model gave no portrait: bot/domain/model_errors.py
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, dataclass_transform


@dataclass(frozen=True)
class UnavailableModel:
    """A requested model that cannot generate. `reason` is no_key, retired, down, budget or no_reference.

    `substitute` is the title of the model used in its place, empty without one. Prices are dollars a portrait.
    """

    title: str
    reason: str
    price: Decimal = Decimal(0)
    substitute: str = ""
    substitute_price: Decimal = Decimal(0)


@dataclass(frozen=True)
class AlternativeOffer:
    """A round that could be started after confirmation: with the models `titles`, for at most `price` dollars.

    `draft_id` is the saved brief.
    """

    kind: Literal["instead", "only"]
    titles: tuple[str, ...]
    price: Decimal
    draft_id: str


@dataclass_transform(eq_default=False, field_specifiers=(field,))
class CastingError(Exception):
    """An expected failure; carries values, never a sentence for people. Every subclass is a dataclass."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        dataclass(eq=False)(cls)

    def __str__(self) -> str:
        values = ", ".join(f"{key}={value!r}" for key, value in vars(self).items() if value not in ("", (), None))
        return f"{type(self).__name__}({values})"


class BriefError(CastingError):
    """`field` has `problem`. `got` is the value found, `allowed` the accepted values."""

    field: str
    problem: str
    got: str = ""
    allowed: tuple[str, ...] = ()
    limit: int = 0
    line: str = ""


class ReferenceUnclear(BriefError):
    """No face has the name after --like. `offers` are near names, each with the draft that has its face."""

    offers: tuple[tuple[str, str], ...] = ()


class FormErrors(CastingError):
    """Invalid fields of a round form, by field name."""

    by_field: dict[str, CastingError]


class SettingsErrors(CastingError):
    """Invalid fields of a settings form."""

    errors: tuple[BriefError, ...]


class NotLead(CastingError):
    """Only `allowed_user` may do `action`."""

    action: str
    allowed_user: str


class PermissionDenied(CastingError):
    """Only `allowed_users` may do `action` (start, spend, lock, keep, report) here.

    With `is_guest`, guests must be named. `is_external` guests are people of other organizations.
    """

    action: str
    allowed_users: tuple[str, ...] = ()
    is_guest: bool = False
    is_external: bool = False


class NotAVoter(CastingError):
    """Only `voters` vote on this character."""

    character: str
    voters: tuple[str, ...]


class LeadDeactivated(CastingError):
    """Only `lead` may do `action`, and that account is deactivated: `round_id` can be taken over."""

    action: str
    lead: str
    round_id: str


class SettingsConflict(CastingError):
    """The settings changed since the form was opened; nothing was saved."""


class NameConflict(CastingError):
    """Both productions have characters of these `names`; nothing was changed."""

    names: tuple[str, ...]


class NotAvailableHere(CastingError):
    """`line` is the typed text.

    `reason` is not_invited, private, unknown, not_member, cast_elsewhere, deleted_elsewhere or not_a_channel.
    """

    reason: str
    line: str = ""


class AlreadyCasting(CastingError):
    """A round for this character is open. `round_id` is empty where the user may not see it."""

    character: str
    round_id: str


class AlreadyCast(CastingError):
    """The character has a face. `draft_id` is the brief saved until a re-cast for `price` dollars is confirmed."""

    character: str
    draft_id: str
    price: Decimal


class ConsentNeeded(CastingError):
    """The person in the photo behind a face agreed to `agreed` uses only, and the brief is for `use`.

    `draft_id` is the brief saved until somebody confirms that the person agreed to this use too. An agreement without
    a named use is an empty text.
    """

    character: str
    agreed: tuple[str, ...]
    use: str
    draft_id: str = ""


class RoundClosed(CastingError):
    """The round is in `state`, which does not allow `action`."""

    action: str
    state: str
    character: str = ""


class NoWinner(CastingError):
    """Candidates `tied` share the lead; empty without votes. `votes_short_of_quorum` more people had to vote."""

    tied: tuple[int, ...]
    votes_short_of_quorum: int = 0


class TallyChanged(CastingError):
    """The leader is not the one the lead saw; `tally` maps candidate number to votes."""

    expected_leader: int | None
    tally: dict[int, int] = field(default_factory=dict)


class CannotUpscale(CastingError):
    """`reason` is not_cast, unlocked, withdrawn, no_way (4K already, or no model gives a larger picture) or changed.

    With withdrawn, the person in the photo took their consent back.
    """

    reason: str
    character: str = ""


class PassportUnavailable(CastingError):
    """`reason` is off (no key), no_picture (no such picture), unlocked, withdrawn (consent) or failed (not signed)."""

    reason: str
    character: str = ""


class CannotDrawSheet(CastingError):
    """A character sheet cannot be drawn.

    `reason` is not_cast, unlocked, withdrawn, no_model (none takes a reference), changed (the model or its price is
    another now), nothing (no view was chosen) or drawn (every chosen view is drawn or in progress).
    """

    reason: str
    character: str = ""


class CannotFollowUp(CastingError):
    """A follow-up of `kind` (callback, reaudition) of `character` cannot start.

    `reason` is finalists (not two), without_face (the locked one is not among them), situations (none, or more than
    three), models (none, or more than two), few_candidates, no_model, missing (an original is no longer stored),
    unlocked, superseded, withdrawn, reported, served (the model still is) or changed (the price rose).
    """

    kind: str
    reason: str
    character: str = ""


class PersonLimitReached(CastingError):
    """The person has reached a limit that is not about money; `kind` is open_rounds, forms or free_portraits."""

    kind: str
    limit: int


class OverBudget(CastingError):
    """`price` dollars exceed `cap` with its `limit`, of which `remaining` dollars are left.

    `cap` is round or that of a BudgetPeriod, which ends at `resets_at`. `is_production_cap`: the production set it.
    """

    cap: str
    price: Decimal
    limit: Decimal
    remaining: Decimal
    resets_at: datetime | None = None
    is_production_cap: bool = False


class PriceIncreased(CastingError):
    """The price is now `price` dollars, above `shown_price`. Sending the request again accepts it.

    `titles` are the models that would be used, for forms that list them.
    """

    price: Decimal
    shown_price: Decimal
    titles: tuple[str, ...] = ()


class UnacknowledgedOverspend(CastingError):
    """A charge exceeded its reservation by `overspend` dollars; new spending waits for an acknowledgement.

    `allowed_users` may acknowledge it; empty means no particular user.
    """

    overspend: Decimal
    allowed_users: tuple[str, ...]


class AlreadyResolved(CastingError):
    """The charge was already confirmed or acknowledged."""


class NoModels(CastingError):
    """None of `requested` has an account here; `configured` have."""

    requested: tuple[str, ...]
    configured: tuple[str, ...]


class ModelsUnavailable(NoModels):
    """Requested models are unavailable; the `offers` cost more or use other models, so they need confirmation."""

    unavailable: tuple[UnavailableModel, ...] = ()
    offers: tuple[AlternativeOffer, ...] = ()


class DoorRefused(CastingError):
    """A call of a door is refused.

    `reason` is unknown, revoked, expired, scope (the token lacks the scope `got`), left (who made the token is no
    longer a member of its channel), moved (the channel casts for another production now), inactive (the person's
    account is closed) or too_many (calls; `retry_after` seconds).
    """

    reason: str
    got: str = ""
    retry_after: int = 0
