"""The round form. Block ids do not depend on choices, since Slack keeps a field's content by its id."""

from typing import Any

from bot.domain.brief import QUORUM_LIMIT, SLOT_LIMIT
from bot.domain.errors import AlreadyCast, AlreadyCasting, BriefError, CastingError, ConsentNeeded, NotAvailableHere
from bot.domain.round_form import Draft, ReferenceKind
from bot.usecases.round_form import NameSuggestion, RoundFormState
from handlers.text import errors
from handlers.text import reference_photo as reference_photo_text
from handlers.text import round_form as round_form_text
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, build_options, context, header, plain, section, view
from handlers.views.fields import (
    OPTIONAL,
    FieldOptions,
    build_modal,
    checkboxes,
    choices_of,
    datetime_picker,
    external_select,
    file_input,
    long_text_inputs,
    multi_select,
    number_input,
    radio_buttons,
    select,
    user_select,
    users_select,
)
from handlers.views.private import note

CALLBACK_ID, RECAST_CALLBACK_ID, CONSENT_CALLBACK_ID = "form", "form_recast", "form_consent"
FIELD_PREFIX = "cast_"
# The price depends on these fields.
PRICE_FIELDS = ("look", "models", "each", "size", "like")
_ESTIMATE = "cast_estimate"
_MAX_OPTIONS = 100
# docs.slack.dev, "Submit, close": 24 characters.
_SUBMIT_LIMIT = 24
# docs.slack.dev, "File input": filetypes are file name extensions.
# HEIC is taken so that the answer can say what to do with it.
_FILETYPES = ("png", "jpg", "jpeg", "webp", "avif", "gif", "tif", "tiff", "heic", "heif")
_FIELD_BY_ERROR = {"brief": "text", "like": "face", "for": "until"}


def form(state: RoundFormState, titles: Titles) -> dict[str, Any]:
    """Build the modal for the current state."""
    draft = state.draft
    blocks = view(
        round_form_text.TITLE,
        context(round_form_text.posted_in(state.place)),
        *_face_blocks(draft),
        header(round_form_text.PORTRAITS),
        *_portrait_blocks(state),
        {**section(round_form_text.estimate(state.quote, titles, draft.size)), "block_id": _ESTIMATE},
        header(round_form_text.VOTE),
        *_vote_blocks(draft),
    )
    submit = round_form_text.submit(state.quote)
    return build_modal(
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
    return build_modal(
        RECAST_CALLBACK_ID,
        error.draft_id,
        round_form_text.RECAST_TITLE,
        round_form_text.recast_yes(error.price),
        note(errors.sentence(error)),
    )


def consent(error: ConsentNeeded) -> dict[str, Any]:
    """Build the question whether the person in the photo agreed to this use too."""
    question, answer = errors.sentence(error), f"*{reference_photo_text.agreed_to(error.use)}*"
    body, submit = view(question, section(question), section(answer)), round_form_text.CONSENT_YES
    return build_modal(CONSENT_CALLBACK_ID, error.draft_id, round_form_text.CONSENT_TITLE, submit, body)


def result(text: str) -> dict[str, Any]:
    """Build the modal that replaces the confirmation with its result."""
    return build_modal("notice", "", round_form_text.SENT_TITLE, "", note(text))


def block_id_for(error: CastingError, draft: Draft) -> str:
    """Return the id of the block that shows `error`."""
    if isinstance(error, AlreadyCasting):
        return "cast_name"
    if isinstance(error, (BriefError, NotAvailableHere)):
        field = error.field if isinstance(error, BriefError) else "like"
        field = _FIELD_BY_ERROR.get(field, field)
        if field == "face" and draft.reference_kind is not ReferenceKind.FACE:
            field = "picture" if draft.reference_kind is ReferenceKind.PICTURE else "like"
        return f"{FIELD_PREFIX}{field}"
    return "cast_models"


def _face_blocks(draft: Draft) -> list[Block]:
    looks = choices_of(round_form_text.LOOKS)
    look_options = FieldOptions(optional=True, hint=round_form_text.LOOK_HINT, dispatch=True)
    kinds = choices_of(round_form_text.REFERENCES)
    return [
        external_select("cast_name", round_form_text.NAME, round_form_text.NAME_EMPTY, draft.name),
        *long_text_inputs("cast_text", round_form_text.TEXT, draft.text, FieldOptions(hint=round_form_text.TEXT_HINT)),
        select("cast_look", round_form_text.LOOK, looks, draft.look or "", look_options, round_form_text.LOOK_EMPTY),
        radio_buttons("cast_like", round_form_text.REFERENCE, kinds, draft.reference_kind, FieldOptions(dispatch=True)),
        *_reference_blocks(draft),
    ]


def _reference_blocks(draft: Draft) -> list[Block]:
    if draft.reference_kind is ReferenceKind.FACE:
        return [
            external_select(
                "cast_face",
                round_form_text.REFERENCE_FACE,
                round_form_text.REFERENCE_FACE_EMPTY,
                draft.reference_character,
            )
        ]
    if draft.reference_kind is not ReferenceKind.PICTURE:
        return []
    kinds = [(reference_photo_text.PORTRAIT, "portrait"), (reference_photo_text.PHOTO, "photo")]
    kind = "" if draft.shows_real_person is None else "photo" if draft.shows_real_person else "portrait"
    consent = [(reference_photo_text.AGREED, "agreed")]
    checked = ["agreed"] if draft.has_consent else []
    return [
        file_input("cast_picture", reference_photo_text.FILE, _FILETYPES),
        radio_buttons("cast_real", reference_photo_text.KIND, kinds, kind),
        checkboxes("cast_agreed", reference_photo_text.CONSENT, consent, checked)
        | {"hint": plain(reference_photo_text.CONSENT_HINT)},
    ]


def _portrait_blocks(state: RoundFormState) -> list[Block]:
    draft = state.draft
    models = [(round_form_text.model(m), m.id) for m in state.models[:_MAX_OPTIONS]]
    models_options = FieldOptions(dispatch=True, optional=True, hint=round_form_text.MODELS_HINT)
    counts = [(str(n), str(n)) for n in range(1, SLOT_LIMIT + 1)]
    count, count_options = str(draft.per_model or ""), FieldOptions(dispatch=True, optional=True)
    sizes = choices_of(round_form_text.SIZES)
    return [
        multi_select(
            "cast_models", round_form_text.MODELS, round_form_text.MODELS_EMPTY, models, draft.models, models_options
        ),
        select("cast_each", round_form_text.PER_MODEL, counts, count, count_options, round_form_text.PER_MODEL_EMPTY),
        radio_buttons("cast_size", round_form_text.SIZE, sizes, draft.size, FieldOptions(dispatch=True)),
        select("cast_aspect", round_form_text.ASPECT, choices_of(round_form_text.ASPECTS), draft.aspect),
        select("cast_ground", round_form_text.GROUND, choices_of(round_form_text.GROUNDS), draft.ground),
    ]


def _vote_blocks(draft: Draft) -> list[Block]:
    closes_at_options = FieldOptions(hint=round_form_text.CLOSES_AT_HINT)
    voters_options = FieldOptions(optional=True, hint=round_form_text.VOTERS_HINT)
    quorum_options = FieldOptions(optional=True, hint=round_form_text.QUORUM_HINT)
    uses = choices_of(round_form_text.USES)
    return [
        radio_buttons("cast_ballot", round_form_text.BALLOT, choices_of(round_form_text.BALLOTS), draft.ballot),
        datetime_picker("cast_until", round_form_text.CLOSES_AT, draft.closes_at, closes_at_options),
        users_select("cast_voters", round_form_text.VOTERS, draft.voters, voters_options),
        number_input("cast_quorum", round_form_text.QUORUM, draft.quorum, 1, QUORUM_LIMIT, quorum_options),
        select("cast_use", round_form_text.USE, uses, draft.use or "", OPTIONAL, round_form_text.USE_EMPTY),
        user_select("cast_lead", round_form_text.LEAD, draft.lead, FieldOptions(hint=round_form_text.LEAD_HINT)),
    ]
