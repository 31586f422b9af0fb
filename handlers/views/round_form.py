"""The round form. Block ids do not depend on choices, since Slack keeps a field's content by its id."""

from typing import Any

from bot.domain.brief import QUORUM_LIMIT, SLOT_LIMIT
from bot.domain.errors import AlreadyCast, AlreadyCasting, BriefError, CastingError, NotAvailableHere
from bot.domain.round_form import Draft, ReferenceKind
from bot.usecases.round_form import NameSuggestion, RoundFormState
from handlers.text import errors
from handlers.text import reference_photo as reference_photo_text
from handlers.text import round_form as round_form_text
from handlers.text.model_titles import Titles
from handlers.views import fields
from handlers.views.builder import Block, build_options, context, header, plain, section, view
from handlers.views.fields import OPTIONAL, FieldOptions
from handlers.views.private import note
from handlers.views.reference_photo import FILETYPES

CALLBACK_ID, RECAST_CALLBACK_ID = "form", "form_recast"
FIELD_PREFIX = "cast_"
# The price depends on these fields.
PRICE_FIELDS = ("look", "models", "each", "size", "like")
# Fields that the form shows for each kind of reference.
_REFERENCE_FIELDS = {ReferenceKind.FACE: ("face",), ReferenceKind.PICTURE: ("picture", "real", "agreed")}
_ESTIMATE = "cast_estimate"
_MAX_OPTIONS = 100
# docs.slack.dev, "Submit, close": 24 characters.
_SUBMIT_LIMIT = 24
_FIELD_BY_ERROR = {"brief": "text", "like": "face", "for": "until"}


def form(state: RoundFormState, titles: Titles) -> dict[str, Any]:
    """Build the modal for the current state."""
    draft = state.draft
    is_dm = state.place.channel.startswith("D")
    blocks = view(
        round_form_text.TITLE,
        context(round_form_text.posted_in_dm() if is_dm else round_form_text.posted_in(state.place.channel)),
        *_face_blocks(draft),
        header(round_form_text.PORTRAITS),
        *_portrait_blocks(state),
        {**section(round_form_text.estimate(state.quote, titles, draft.size)), "block_id": _ESTIMATE},
        header(round_form_text.VOTE),
        *_vote_blocks(draft),
    )
    submit = round_form_text.submit(state.quote)
    return fields.build_modal(
        CALLBACK_ID,
        state.id,
        round_form_text.TITLE,
        submit if len(submit) <= _SUBMIT_LIMIT else round_form_text.SUBMIT,
        blocks,
    )


def options(suggestions: list[tuple[str, str]]) -> list[Block]:
    """Build the options of an external select from pairs of a label and its value."""
    return build_options(suggestions[:_MAX_OPTIONS])


def name_choices(suggestions: list[NameSuggestion]) -> list[tuple[str, str]]:
    # docs.slack.dev, "Option object": values are at most 150 characters. Submitting a longer name is an error.
    return [(round_form_text.suggestion(suggestion), suggestion.name[:150]) for suggestion in suggestions]


def recast(error: AlreadyCast) -> dict[str, Any]:
    """Build the confirmation with the price of a re-cast."""
    return fields.build_modal(
        RECAST_CALLBACK_ID,
        error.draft_id,
        round_form_text.RECAST_TITLE,
        round_form_text.recast_yes(error.price),
        note(errors.sentence(error)),
    )


def result(text: str) -> dict[str, Any]:
    """Build the modal that replaces the confirmation with its result."""
    return fields.build_modal("told", "", round_form_text.SENT_TITLE, "", note(text))


def block_id_for(error: CastingError, draft: Draft) -> str:
    """Return the id of the block that shows `error`."""
    if isinstance(error, AlreadyCasting):
        return f"{FIELD_PREFIX}name"
    if isinstance(error, (BriefError, NotAvailableHere)):
        field = error.field if isinstance(error, BriefError) else "like"
        field = _FIELD_BY_ERROR.get(field, field)
        if field == "face" and draft.reference_kind is not ReferenceKind.FACE:
            field = "picture" if draft.reference_kind is ReferenceKind.PICTURE else "like"
        return f"{FIELD_PREFIX}{field}"
    return f"{FIELD_PREFIX}models"


def _face_blocks(draft: Draft) -> list[Block | None]:
    look_options = FieldOptions(optional=True, hint=round_form_text.LOOK_HINT, dispatch=True)
    look = draft.look or ""
    return [
        fields.external_select(f"{FIELD_PREFIX}name", round_form_text.NAME, round_form_text.NAME_EMPTY, draft.name),
        fields.text_input(
            f"{FIELD_PREFIX}text",
            round_form_text.TEXT,
            draft.text,
            multiline=True,
            field_options=FieldOptions(hint=round_form_text.TEXT_HINT),
        ),
        fields.select(
            f"{FIELD_PREFIX}look",
            round_form_text.LOOK,
            round_form_text.choices(round_form_text.LOOKS),
            look,
            look_options,
            round_form_text.LOOK_EMPTY,
        ),
        fields.radio_buttons(
            f"{FIELD_PREFIX}like",
            round_form_text.REFERENCE,
            round_form_text.choices(round_form_text.REFERENCES),
            draft.reference_kind,
            FieldOptions(dispatch=True),
        ),
        *(_REFERENCE_BLOCKS[field](draft) for field in _REFERENCE_FIELDS.get(draft.reference_kind, ())),
    ]


def _portrait_blocks(state: RoundFormState) -> list[Block]:
    draft = state.draft
    models = [(round_form_text.model(m), m.id) for m in state.models[:_MAX_OPTIONS]]
    counts = [(str(n), str(n)) for n in range(1, SLOT_LIMIT + 1)]
    count_options = FieldOptions(dispatch=True, optional=True)
    models_options = FieldOptions(dispatch=True, optional=True, hint=round_form_text.MODELS_HINT)
    selected_count = str(draft.per_model or "")
    return [
        fields.multi_select(
            f"{FIELD_PREFIX}models",
            round_form_text.MODELS,
            round_form_text.MODELS_EMPTY,
            models,
            draft.models,
            models_options,
        ),
        fields.select(
            f"{FIELD_PREFIX}each",
            round_form_text.PER_MODEL,
            counts,
            selected_count,
            count_options,
            round_form_text.PER_MODEL_EMPTY,
        ),
        fields.radio_buttons(
            f"{FIELD_PREFIX}size",
            round_form_text.SIZE,
            round_form_text.choices(round_form_text.SIZES),
            draft.size,
            FieldOptions(dispatch=True),
        ),
        fields.select(
            f"{FIELD_PREFIX}aspect",
            round_form_text.ASPECT,
            round_form_text.choices(round_form_text.ASPECTS),
            draft.aspect,
        ),
    ]


def _vote_blocks(draft: Draft) -> list[Block]:
    voters_options, quorum_options = (
        FieldOptions(True, round_form_text.VOTERS_HINT),
        FieldOptions(True, round_form_text.QUORUM_HINT),
    )
    ballots, uses = round_form_text.choices(round_form_text.BALLOTS), round_form_text.choices(round_form_text.USES)
    return [
        fields.radio_buttons(f"{FIELD_PREFIX}ballot", round_form_text.BALLOT, ballots, draft.ballot),
        fields.datetime_picker(
            f"{FIELD_PREFIX}until",
            round_form_text.CLOSES_AT,
            draft.closes_at,
            FieldOptions(hint=round_form_text.CLOSES_AT_HINT),
        ),
        fields.users_select(f"{FIELD_PREFIX}voters", round_form_text.VOTERS, draft.voters, voters_options),
        fields.number_input(
            f"{FIELD_PREFIX}quorum", round_form_text.QUORUM, draft.quorum, 1, QUORUM_LIMIT, quorum_options
        ),
        fields.select(
            f"{FIELD_PREFIX}use", round_form_text.USE, uses, draft.use or "", OPTIONAL, round_form_text.USE_EMPTY
        ),
        fields.user_select(
            f"{FIELD_PREFIX}lead", round_form_text.LEAD, draft.lead, FieldOptions(hint=round_form_text.LEAD_HINT)
        ),
    ]


def _reference_face_block(draft: Draft) -> Block:
    return fields.external_select(
        f"{FIELD_PREFIX}face",
        round_form_text.REFERENCE_FACE,
        round_form_text.REFERENCE_FACE_EMPTY,
        draft.reference_character,
    )


def _picture_block(_: Draft) -> Block:
    return fields.file_input(f"{FIELD_PREFIX}picture", reference_photo_text.FILE, FILETYPES)


def _picture_kind_block(draft: Draft) -> Block:
    selected = "" if draft.shows_real_person is None else "photo" if draft.shows_real_person else "portrait"
    return fields.radio_buttons(
        f"{FIELD_PREFIX}real",
        reference_photo_text.KIND,
        [(reference_photo_text.PORTRAIT, "portrait"), (reference_photo_text.PHOTO, "photo")],
        selected,
    )


def _consent_block(draft: Draft) -> Block:
    selected = ["agreed"] if draft.has_consent else []
    block = fields.checkboxes(
        f"{FIELD_PREFIX}agreed", reference_photo_text.CONSENT, [(reference_photo_text.AGREED, "agreed")], selected
    )
    return block | {"hint": plain(reference_photo_text.CONSENT_HINT)}


_REFERENCE_BLOCKS = {
    "face": _reference_face_block,
    "picture": _picture_block,
    "real": _picture_kind_block,
    "agreed": _consent_block,
}
