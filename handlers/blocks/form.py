"""The form of a round. A field keeps its id whatever is chosen, since by that Slack keeps what stands in it."""

from typing import Any

from bot.brief import QUORUM_LIMIT, SLOT_LIMIT
from bot.draft import Draft, Whose
from bot.drafting import Form, Suggested
from bot.errors import AlreadyCast, AlreadyCasting, BriefError, CastingError, NotHere
from handlers.blocks import dialog
from handlers.blocks.dialog import MAY_BE_EMPTY, How
from handlers.blocks.photo import ENDINGS
from handlers.blocks.view import Block, View, context, header, mrkdwn, plain, section, view
from handlers.words import form as words
from handlers.words import photo
from handlers.words.titles import Titles

KIND, RECAST = "form", "form_recast"
PREFIX = "cast_"
# Fields on which the price depends.
TELLING = ("look", "models", "each", "size", "like")
# Fields that stand there only while something is drawn after somebody.
_AFTER = {Whose.FACE: ("face",), Whose.PICTURE: ("picture", "real", "agreed")}
_ESTIMATE = "cast_estimate"
_MOST_OFFERED = 100
# docs.slack.dev, "Submit, close": 24 characters.
_SUBMIT_LIMIT = 24
_FIELDS = {"brief": "text", "like": "face", "for": "until"}


def form(shown: Form, titles: Titles) -> dict[str, Any]:
    """The modal as it stands now."""
    draft = shown.draft
    alone = shown.place.channel.startswith("D")
    blocks = view(
        words.TITLE,
        context(words.where_alone() if alone else words.where(shown.place.channel)),
        *_face(draft),
        header(words.PORTRAITS),
        *_portraits(shown),
        {**section(words.estimate(shown.quote, titles, draft.size)), "block_id": _ESTIMATE},
        header(words.VOTE),
        *_vote(draft),
    )
    submit = words.submit(shown.quote)
    return dialog.dialog(KIND, shown.id, words.TITLE, submit if len(submit) <= _SUBMIT_LIMIT else words.SUBMIT, blocks)


def options(suggestions: list[tuple[str, str]]) -> list[Block]:
    """Choices of (label, value) for a menu that asks while somebody types."""
    return [{"text": plain(label), "value": value} for label, value in suggestions[:_MOST_OFFERED]]


def names(suggested: list[Suggested]) -> list[tuple[str, str]]:
    # docs.slack.dev, "Option object": a value has 150 characters at most; a longer name is refused when it is sent.
    return [(words.suggested(one), one.name[:150]) for one in suggested]


def recast(cast: AlreadyCast) -> dict[str, Any]:
    """What a re-cast costs, on top of the form."""
    told = words.recast(cast.character, cast.price)
    return dialog.dialog(RECAST, cast.wish_id, words.RECAST_TITLE, words.recast_yes(cast.price), _told(told))


def sent(told: str) -> dict[str, Any]:
    """In the place of what was asked: how it ended."""
    return dialog.dialog("told", "", words.SENT_TITLE, "", _told(told))


def field_of(error: CastingError, draft: Draft) -> str:
    """The block at which `error` stands."""
    if isinstance(error, AlreadyCasting):
        return f"{PREFIX}name"
    if isinstance(error, (BriefError, NotHere)):
        field = error.field if isinstance(error, BriefError) else "like"
        field = _FIELDS.get(field, field)
        if field == "face" and draft.like is not Whose.FACE:
            field = "picture" if draft.like is Whose.PICTURE else "like"
        return f"{PREFIX}{field}"
    return f"{PREFIX}models"


def _face(draft: Draft) -> list[Block | None]:
    tells = How(optional=True, hint=words.LOOK_HINT, tells=True)
    look = draft.look or ""
    return [
        dialog.searched(f"{PREFIX}name", words.NAME, words.NAME_EMPTY, draft.name),
        dialog.typed(f"{PREFIX}text", words.TEXT, draft.text, lines=True, how=How(hint=words.TEXT_HINT)),
        dialog.pick(f"{PREFIX}look", words.LOOK, words.choices(words.LOOKS), look, tells, words.LOOK_EMPTY),
        dialog.radios(f"{PREFIX}like", words.LIKE, words.choices(words.LIKES), draft.like, How(tells=True)),
        *(_AFTERWARDS[field](draft) for field in _AFTER.get(draft.like, ())),
    ]


def _portraits(shown: Form) -> list[Block]:
    draft = shown.draft
    models = [(words.model(m), m.id) for m in shown.models[:_MOST_OFFERED]]
    each = [(str(n), str(n)) for n in range(1, SLOT_LIMIT + 1)]
    tells = How(tells=True, optional=True)
    told = How(tells=True, optional=True, hint=words.MODELS_HINT)
    chosen = str(draft.each or "")
    return [
        dialog.picks(f"{PREFIX}models", words.MODELS, words.MODELS_EMPTY, models, draft.models, told),
        dialog.pick(f"{PREFIX}each", words.EACH, each, chosen, tells, words.EACH_EMPTY),
        dialog.radios(f"{PREFIX}size", words.SIZE, words.choices(words.SIZES), draft.size, How(tells=True)),
        dialog.pick(f"{PREFIX}aspect", words.ASPECT, words.choices(words.ASPECTS), draft.aspect),
    ]


def _vote(draft: Draft) -> list[Block]:
    anybody, any_number = How(True, words.VOTERS_HINT), How(True, words.QUORUM_HINT)
    ballots, uses = words.choices(words.BALLOTS), words.choices(words.USES)
    return [
        dialog.radios(f"{PREFIX}ballot", words.BALLOT, ballots, draft.ballot),
        dialog.moment(f"{PREFIX}until", words.UNTIL, draft.until, How(hint=words.UNTIL_HINT)),
        dialog.people(f"{PREFIX}voters", words.VOTERS, draft.voters, anybody),
        dialog.number(f"{PREFIX}quorum", words.QUORUM, draft.quorum, 1, QUORUM_LIMIT, any_number),
        dialog.pick(f"{PREFIX}use", words.USE, uses, draft.use or "", MAY_BE_EMPTY, words.USE_EMPTY),
        dialog.somebody(f"{PREFIX}lead", words.LEAD, draft.lead, How(hint=words.LEAD_HINT)),
    ]


def _whose(draft: Draft) -> Block:
    return dialog.searched(f"{PREFIX}face", words.LIKE_FACE, words.LIKE_FACE_EMPTY, draft.face)


def _picture(_: Draft) -> Block:
    return dialog.attachment(f"{PREFIX}picture", photo.FILE, ENDINGS)


def _real(draft: Draft) -> Block:
    shown = "" if draft.real is None else "photo" if draft.real else "portrait"
    return dialog.radios(f"{PREFIX}real", photo.KIND, [(photo.PORTRAIT, "portrait"), (photo.PHOTO, "photo")], shown)


def _agreed(draft: Draft) -> Block:
    ticked = ["agreed"] if draft.agreed else []
    block = dialog.ticks(f"{PREFIX}agreed", photo.CONSENT, [(photo.AGREED, "agreed")], ticked)
    return block | {"hint": plain(photo.CONSENT_HINT)}


_AFTERWARDS = {"face": _whose, "picture": _picture, "real": _real, "agreed": _agreed}


def _told(text: str) -> View:
    return view(text, {"type": "section", "text": mrkdwn(text)})
