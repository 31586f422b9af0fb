"""The round form. Labels, choices and errors are plain text; the texts between fields are mrkdwn."""

import re
from decimal import Decimal
from functools import singledispatch

from bot.domain.brief import BallotMode, Ground, IntendedUse
from bot.domain.catalogue import Look, ModelSpec, Size
from bot.domain.errors import (
    AlreadyCasting,
    BriefError,
    CastingError,
    PermissionDenied,
    PriceIncreased,
    UnacknowledgedOverspend,
)
from bot.domain.ids import ChannelRef
from bot.domain.round_form import ReferenceKind
from bot.usecases.quotes import Quote
from bot.usecases.round_form import NameSuggestion
from handlers.text import errors, production_settings, routing
from handlers.text.format import (
    channel,
    dollars,
    escape_mrkdwn,
    join_parts,
    join_words,
    pluralize,
    strip_mrkdwn,
    truncate,
)
from handlers.text.model_titles import Titles

TITLE = "Cast a face"
# docs.slack.dev, "Option object": the text of an option, in characters.
_OPTION_LIMIT = 75
SUBMIT = "Cast"
PORTRAITS = "The portraits"
VOTE = "The vote"

NAME = "Character"
NAME_EMPTY = "Type a name, or choose one"
TEXT = "Brief"
TEXT_HINT = "Age, skin, hair, wardrobe, light. Every model gets exactly these words."
LOOK = "What matters most"
LOOK_EMPTY = "As the brief says"
LOOK_HINT = "Selects the models if you do not choose any below."
MODELS = "Models"
MODELS_EMPTY = "Chosen by the brief"
MODELS_HINT = "Prices are for one portrait: as a draft, then at the model's largest size."
PER_MODEL = "Portraits from each model"
PER_MODEL_EMPTY = "Four in total, split between models"
ASPECT = "Aspect"
GROUND = "Background"
SIZE = "Size"
REFERENCE = "Likeness"
REFERENCE_FACE = "Whose face"
REFERENCE_FACE_EMPTY = "Choose a character"
CLOSES_AT = "Voting closes"
CLOSES_AT_HINT = "In your own time zone; from 5 minutes to 30 days from now."
BALLOT = "Ballot"
VOTERS = "Who votes"
VOTERS_HINT = "Empty: everyone here."
QUORUM = "Minimum voters"
QUORUM_HINT = "With fewer voters the result doesn't stand. Empty: no minimum."
USE = "Usage"
USE_EMPTY = "Not specified"
LEAD = "Casting lead"
LEAD_HINT = "Locks the face and controls the round. The person who presses Cast pays for these portraits."

RECAST_TITLE = "Already cast"
SENT_TITLE = "Cast a face"
CONSENT_TITLE, CONSENT_YES = "Another use", "Confirm and cast"

LOOKS = {look: production_settings.LOOKS[look] for look in Look}
ASPECTS = {
    "3:4": "3:4, a portrait",
    "4:5": "4:5, a feed",
    "2:3": "2:3, a tall portrait",
    "1:1": "1:1, a square",
    "9:16": "9:16, a phone",
    "16:9": "16:9, a screen",
}
GROUNDS = {Ground.MUTED: "Muted, out of focus", Ground.WHITE: "Plain white, to cut the person out"}
SIZES = {Size.DRAFT: "Draft, about 1K on the long side", Size.FOUR_K: "Each model at its largest, up to 4K"}
REFERENCES = {
    ReferenceKind.NONE: "New face",
    ReferenceKind.FACE: "Someone already cast",
    ReferenceKind.PICTURE: "Reference image",
}
BALLOTS = {
    BallotMode.OPEN: "Quick: numbers and emoji, visible to everyone",
    BallotMode.SEALED: "Sealed: private ballots, no count before the close",
}
USES = {IntendedUse.FILM: "Film", IntendedUse.ADVERTISING: "Advertising", IntendedUse.INTERNAL: "Internal use"}

_SUGGESTED = {
    "new": "Cast “{name}”",
    "cast": "{name} · already cast",
    "casting": "{name} · being cast now",
    "elsewhere": "{name} · from another production, new here",
}
_NAME_LIMIT = 38
_FIELD_ERRORS = {
    ("text", "missing"): "Say what the face looks like.",
    ("brief", "missing"): "Say what the face looks like.",
    ("name", "missing"): "Give the character a name.",
    ("each", "too_many"): "{got} portraits are too many: up to {limit} fit into one round.",
    ("until", "missing"): "Say when voting closes.",
    ("until", "past"): "Too soon: voting stays open for at least 5 minutes.",
    ("until", "too_far"): "Too late: voting stays open for at most 30 days.",
    ("brief", "option_inside"): "“{got}” looks like an option. Remove it, or write it without the two dashes.",
    ("quorum", "above_voters"): "{got} voters are not possible: only {limit} are named.",
    ("quorum", "too_many"): "{got} voters are not possible: only {limit} are named.",
    ("face", "missing"): "Choose whose face to use.",
    ("picture", "missing"): "Attach the picture.",
    ("real", "missing"): "Say what the picture shows.",
    ("agreed", "missing"): "For a photo of a real person, confirm that they agreed to this use.",
    ("lead", "stranger"): "This person cannot lead: not a member of this conversation.",
    ("voters", "stranger"): "{got} of these cannot vote: not members of this conversation.",
    ("like", "unknown"): "No one of this name is cast here.",
    ("like", "several"): "Several faces have this name. Attach the picture of the one you mean.",
    ("like", "no_model"): "{got} cannot use a reference face. {known} can.",
    ("like", "no_reference_model"): "No model with an account here can use a reference face.",
}
_MENTION = re.compile(r"<[@#][^<>]*>")
_NOTHING_STARTED = "Nothing was started."


def posted_in(place: ChannelRef) -> str:
    if place.is_dm:
        return "The round is posted here, visible only to you."
    return f"The round is posted in {channel(place.channel)}, visible to everyone there."


def model(spec: ModelSpec) -> str:
    """Return `Recraft V4.1 · $0.04, largest $0.25 · natural skin`; it must not depend on other choices.

    The strength is left out where the label would exceed an option's limit, so that a price is never cut.
    """
    draft, largest = spec.price(Size.DRAFT), spec.price(Size.FOUR_K)
    prices = dollars(draft) if draft == largest else f"{dollars(draft)}, largest {dollars(largest)}"
    label = join_parts(spec.title, prices, spec.strength)
    return label if len(label) <= _OPTION_LIMIT else join_parts(spec.title, prices)


def submit(quote: Quote | CastingError) -> str:
    return f"{SUBMIT} for up to {dollars(quote.price)}" if isinstance(quote, Quote) else SUBMIT


def estimate(quote: Quote | CastingError, titles: Titles, size: Size) -> str:
    """Return `*Up to $0.22*: 2 portraits each from Recraft V4.1 and GPT-Image-2 (skin comes first here).`"""
    if not isinstance(quote, Quote):
        return f"*No price yet*: {escape_mrkdwn(field_error(quote))}"
    names = [escape_mrkdwn(titles(model_id)) for model_id in dict.fromkeys(quote.models)]
    each = len(quote.models) // len(names)
    portraits = f"{pluralize(each, 'portrait')}{' each' if len(names) > 1 else ''} from {join_words(names)}"
    sentences = [
        f"*Up to {dollars(quote.price)}*: {portraits}{routing.reason_note(quote.reason)}.",
        *routing.left_out(quote.reason),
    ]
    if len(names) == 1:
        sentences.append("One model draws them all, so the vote is not blind.")
    if quote.other_size_price is not None and quote.other_size_price != quote.price:
        sentences.append(
            f"{'As drafts' if size is Size.FOUR_K else 'At the largest size'} up to {dollars(quote.other_size_price)}."
        )
    return " ".join(sentences)


def suggestion(name_suggestion: NameSuggestion) -> str:
    return _SUGGESTED[name_suggestion.kind].format(name=truncate(name_suggestion.name, _NAME_LIMIT))


def recast_yes(price: Decimal) -> str:
    return f"Re-cast for {dollars(price)}"


@singledispatch
def field_error(error: CastingError) -> str:
    """Return the error of a field, in plain text: Slack renders no mrkdwn there."""
    return _to_plain_text(errors.sentence(error))


@field_error.register
def _(error: BriefError) -> str:
    pattern = _FIELD_ERRORS.get((error.field, error.problem))
    if pattern is None:
        return _to_plain_text(errors.sentence(error))
    return pattern.format(got=error.got, limit=error.limit, known=join_words(error.allowed))


@field_error.register
def _(error: AlreadyCasting) -> str:
    return f"{error.character} is being cast right now. Lock or cancel that round first."


@field_error.register
def _(error: PriceIncreased) -> str:
    if not error.shown_price:
        return f"{join_words(error.titles)} will draw this for up to {dollars(error.price)}. Press Cast again to agree."
    return (
        f"The brief selects {join_words(error.titles)}: up to {dollars(error.price)} instead of "
        f"{dollars(error.shown_price)}. Press Cast again to agree, or choose models."
    )


@field_error.register
def _(error: PermissionDenied) -> str:
    if error.is_guest:
        return f"{errors.outsiders(error)} can vote here, but not start rounds unless /cast settings names them."
    return "Only people named in /cast settings can start rounds here."


@field_error.register
def _(error: UnacknowledgedOverspend) -> str:
    return (
        f"Something cost {dollars(error.overspend)} more than was reserved, so no new portraits are drawn until it "
        "is confirmed in /cast spend."
    )


def _to_plain_text(sentence: str) -> str:
    """Convert a sentence to plain text, without “Nothing was started.”, which the open form implies."""
    return strip_mrkdwn(_MENTION.sub("someone else", sentence).replace(_NOTHING_STARTED, "")).strip()
