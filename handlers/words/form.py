"""What the form of a round says. Labels, choices and errors are plain text, what stands between fields is mrkdwn."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import singledispatch
from typing import TypeVar

from bot.brief import Secrecy, Use
from bot.catalogue import Look, ModelFacts, Size
from bot.draft import Whose
from bot.drafting import Suggested
from bot.errors import AlreadyCasting, Barred, BriefError, CastingError, Dearer, NotHere, Overspent
from bot.opening import Quote
from handlers.words import errors, routing
from handlers.words.text import channel, count, cut, dollars, quiet, several
from handlers.words.titles import Titles

K = TypeVar("K", bound=str)

TITLE = "Cast a face"
SUBMIT = "Cast"
FACE = "The face"
PORTRAITS = "The portraits"
VOTE = "The vote"

NAME = "Character"
NAME_EMPTY = "Type a name, or choose one"
TEXT = "Brief"
TEXT_HINT = "Age, skin, hair, wardrobe, light. Every model gets exactly these words."
LOOK = "What matters most"
LOOK_EMPTY = "As the brief says"
LOOK_HINT = "Where no model is picked below, this picks them."
MODELS = "Models"
MODELS_EMPTY = "Picked by the brief"
MODELS_HINT = "Prices are for one portrait: as a draft, then at the model's largest size."
EACH = "Portraits from each model"
EACH_EMPTY = "Four in all, shared out"
ASPECT = "Aspect"
SIZE = "Size"
LIKE = "Drawn after"
LIKE_FACE = "Whose face"
LIKE_FACE_EMPTY = "Choose who is cast already"
UNTIL = "Voting closes"
UNTIL_HINT = "In your own time zone; from 5 minutes to 30 days from now."
BALLOT = "Ballot"
VOTERS = "Who votes"
VOTERS_HINT = "Empty: everybody here."
QUORUM = "Votes it takes"
QUORUM_HINT = "With fewer voters the ballot decides nothing. Empty: any number will do."
USE = "Wanted for"
USE_EMPTY = "Not said"
LEAD = "Casting lead"
LEAD_HINT = "Locks the face and steers the round. Whoever presses Cast pays for these portraits."

RECAST_TITLE = "Cast already"
SENT_TITLE = "Cast a face"

LOOKS = {
    Look.SKIN: "Skin first",
    Look.LITERAL: "Wardrobe and expression first",
    Look.BALANCED: "A balance of both",
}
ASPECTS = {
    "3:4": "3:4, a portrait",
    "4:5": "4:5, a feed",
    "2:3": "2:3, a tall portrait",
    "1:1": "1:1, a square",
    "9:16": "9:16, a phone",
}
SIZES = {Size.DRAFT: "Draft, about 1K on the long side", Size.FOUR_K: "Each model at its largest, up to 4K"}
LIKES = {
    Whose.NOBODY: "Nobody: a new face",
    Whose.FACE: "The face of somebody cast",
    Whose.PICTURE: "A picture",
}
BALLOTS = {
    Secrecy.QUICK: "Quick: numbers and emoji, in sight of everybody",
    Secrecy.SEALED: "Sealed: private ballots, no count before the close",
}
USES = {Use.FILM: "Film", Use.ADVERTISING: "Advertising", Use.INTERNAL: "Internal use"}

_SUGGESTED = {
    "new": "Cast “{name}”",
    "cast": "{name} · cast already",
    "casting": "{name} · being cast now",
    "elsewhere": "{name} · from another production, new here",
}
_NAME_SHOWN = 38
_WRONG = {
    ("text", "missing"): "Say what the face looks like.",
    ("brief", "missing"): "Say what the face looks like.",
    ("name", "missing"): "Give the character a name.",
    ("each", "too_many"): "{got} portraits are too many: up to {limit} fit into one round.",
    ("until", "missing"): "Say when voting closes.",
    ("until", "past"): "That is past or too soon: voting stays open for 5 minutes at least.",
    ("until", "too_far"): "That is too far away: voting stays open for 30 days at most.",
    ("quorum", "too_many"): "{got} votes cannot come together: {limit} named here.",
    ("face", "missing"): "Choose whose face it shall be.",
    ("picture", "missing"): "Attach the picture.",
    ("real", "missing"): "Say what the picture shows.",
    ("agreed", "missing"): "For a photo of a real person, confirm that they agreed to this use.",
    ("lead", "stranger"): "They cannot lead this: they are no member here, or do not see this conversation.",
    ("voters", "stranger"): "{got} of these cannot vote: no member here, or not in this conversation.",
    ("like", "unknown"): "There is no face of this name that you may see.",
    ("like", "several"): "Several faces have this name. Attach the picture of the one you mean.",
    ("like", "no_model"): "{got} cannot draw after a face. {known} can.",
    ("like", "nobody"): "No model with an account here can draw after a face.",
}
_DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
_TOKEN = re.compile(r"<[@#!][^>]*>")
_LINK = re.compile(r"<[^|>]*\|([^>]*)>")
_NOTHING = "Nothing was started."


def where(channel_id: str) -> str:
    return f"The round is posted in {channel(channel_id)}, in sight of everybody there."


def where_alone() -> str:
    return "The round is posted here, in sight of nobody else."


def model(facts: ModelFacts) -> str:
    """`Recraft V4.1 · $0.04, largest $0.25`; plain text that does not change with the other choices."""
    draft, largest = facts.price(Size.DRAFT), facts.price(Size.FOUR_K)
    told = dollars(draft) if draft == largest else f"{dollars(draft)}, largest {dollars(largest)}"
    return f"{facts.title} · {told}"


def submit(quote: Quote | CastingError) -> str:
    return f"{SUBMIT} for up to {dollars(quote.price)}" if isinstance(quote, Quote) else SUBMIT


def estimate(quote: Quote | CastingError, titles: Titles, size: Size) -> str:
    """`*Up to $0.22*: 2 portraits each from Recraft V4.1 and GPT-Image-2 (skin and wardrobe both matter here).`"""
    if not isinstance(quote, Quote):
        return f"*No price yet*: {_marked(quote)}"
    names = [quiet(titles(model_id)) for model_id in dict.fromkeys(quote.models)]
    each = len(quote.models) // len(names)
    drawn = f"{count(each, 'portrait')}{' each' if len(names) > 1 else ''} from {several(names)}"
    told = [f"*Up to {dollars(quote.price)}*: {drawn}{routing.why(quote.reason)}.", *routing.left_out(quote.reason)]
    if len(names) == 1:
        told.append("One model draws them all, so the vote is not blind.")
    if quote.other is not None and quote.other != quote.price:
        told.append(f"{'As drafts' if size is Size.FOUR_K else 'At the largest size'} up to {dollars(quote.other)}.")
    return " ".join(told)


def suggested(one: Suggested) -> str:
    return _SUGGESTED[one.kind].format(name=cut(one.name, _NAME_SHOWN))


def recast(name: str, price: Decimal) -> str:
    return (
        f"{quiet(name)} is cast already. A re-cast asks the models for new portraits, up to {dollars(price)} in all; "
        "the present face stays in the history."
    )


def recast_yes(price: Decimal) -> str:
    return f"Re-cast for {dollars(price)}"


@singledispatch
def wrong(error: CastingError) -> str:
    """What stands at a field: plain text, since Slack shows no markup there."""
    return _plain(errors.sentence(error))


@wrong.register
def _(error: BriefError) -> str:
    pattern = _WRONG.get((error.field, error.problem))
    if pattern is None:
        return _plain(errors.sentence(error))
    return pattern.format(got=error.got, limit=error.limit, known=several(error.known))


@wrong.register
def _(error: AlreadyCasting) -> str:
    return f"{error.character} is being cast right now. Lock or drop that round first."


@wrong.register
def _(error: Dearer) -> str:
    if not error.shown:
        return f"{several(error.titles)} would draw this, for up to {dollars(error.price)}. Press Cast again to agree."
    return (
        f"The brief picks {several(error.titles)}: up to {dollars(error.price)} instead of {dollars(error.shown)}. "
        "Press Cast again to agree, or pick models."
    )


@wrong.register
def _(error: Barred) -> str:
    if error.guest:
        return "Guests can vote here, but not start rounds unless /cast settings names them."
    return "Here only those named in /cast settings can start rounds."


@wrong.register
def _(error: Overspent) -> str:
    return (
        f"Something cost {dollars(error.above)} more than was reserved, so nothing new is drawn until somebody has "
        "seen it: /cast spend asks."
    )


@wrong.register
def _(error: NotHere) -> str:
    return _plain(errors.sentence(error))


def _marked(error: CastingError) -> str:
    """The same where Slack does show markup."""
    return quiet(wrong(error))


def _plain(sentence: str) -> str:
    """A sentence of mrkdwn without what only mrkdwn shows; that nothing was started, the open form says."""
    told = _TOKEN.sub("somebody else", _LINK.sub(r"\1", _DATE.sub(r"\1", sentence)))
    told = told.replace(_NOTHING, "").replace("`", "").strip()
    return told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def choices(labels: Mapping[K, str]) -> list[tuple[str, str]]:
    """Pairs of a label and its value."""
    return [(label, str(value)) for value, label in labels.items()]
