"""The round form. Block ids do not depend on choices, since Slack keeps a field's content by its id."""

from typing import Any

from bot.domain.brief import QUORUM_LIMIT, SLOT_LIMIT
from bot.domain.errors import AlreadyCast, AlreadyCasting, BriefError, CastingError, ConsentNeeded, NotAvailableHere
from bot.domain.round_form import Draft, ReferenceKind
from bot.usecases.round_form import NameSuggestion, RoundFormState
from handlers.text import errors
from handlers.text import reference_photo as reference_photo_text
from handlers.text import round_form as words
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, build_options, context, header, section, view
from handlers.views.fields import (
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
        words.TITLE,
        context(words.posted_in(state.place)),
        *_face_blocks(draft),
        header(words.PORTRAITS),
        *_portrait_blocks(state),
        {**section(words.estimate(state.quote, titles, draft.size)), "block_id": _ESTIMATE},
        header(words.VOTE),
        *_vote_blocks(draft),
    )
    submit = words.submit(state.quote)
    submit = submit if len(submit) <= _SUBMIT_LIMIT else words.SUBMIT
    return build_modal(CALLBACK_ID, state.id, words.TITLE, submit, blocks)


def options(suggestions: list[tuple[str, str]]) -> list[Block]:
    """Build the options of an external select from pairs of a label and its value."""
    return build_options(suggestions[:_MAX_OPTIONS])


def name_choices(suggestions: list[NameSuggestion]) -> list[tuple[str, str]]:
    # docs.slack.dev, "Option object": values are at most 150 characters. Submitting a longer name is an error.
    return [(words.suggestion(suggestion), suggestion.name[:150]) for suggestion in suggestions]


def recast(error: AlreadyCast) -> dict[str, Any]:
    """Build the confirmation with the price of a re-cast."""
    body, submit = note(errors.sentence(error)), words.recast_yes(error.price)
    return build_modal(RECAST_CALLBACK_ID, error.draft_id, words.RECAST_TITLE, submit, body)


def consent(error: ConsentNeeded) -> dict[str, Any]:
    """Build the question whether the person in the photo agreed to this use too."""
    question, answer = errors.sentence(error), f"*{reference_photo_text.agreed_to(error.use)}*"
    body, submit = view(question, section(question), section(answer)), words.CONSENT_YES
    return build_modal(CONSENT_CALLBACK_ID, error.draft_id, words.CONSENT_TITLE, submit, body)


def result(text: str) -> dict[str, Any]:
    """Build the modal that replaces the confirmation with its result."""
    return build_modal("notice", "", words.SENT_TITLE, "", note(text))


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
    looks, kinds = choices_of(words.LOOKS), choices_of(words.REFERENCES)
    return [
        external_select("cast_name", words.NAME, words.NAME_EMPTY, draft.name),
        *long_text_inputs("cast_text", words.TEXT, draft.text, hint=words.TEXT_HINT),
        select(
            "cast_look",
            words.LOOK,
            looks,
            draft.look or "",
            placeholder=words.LOOK_EMPTY,
            optional=True,
            hint=words.LOOK_HINT,
            dispatch=True,
        ),
        radio_buttons("cast_like", words.REFERENCE, kinds, draft.reference_kind, dispatch=True),
        *_reference_blocks(draft),
    ]


def _reference_blocks(draft: Draft) -> list[Block]:
    if draft.reference_kind is ReferenceKind.FACE:
        face = draft.reference_character
        return [external_select("cast_face", words.REFERENCE_FACE, words.REFERENCE_FACE_EMPTY, face)]
    if draft.reference_kind is not ReferenceKind.PICTURE:
        return []
    kinds = [(reference_photo_text.PORTRAIT, "portrait"), (reference_photo_text.PHOTO, "photo")]
    kind = "" if draft.shows_real_person is None else "photo" if draft.shows_real_person else "portrait"
    consent = [(reference_photo_text.AGREED, "agreed")]
    checked = ["agreed"] if draft.has_consent else []
    return [
        file_input("cast_picture", reference_photo_text.FILE, _FILETYPES),
        radio_buttons("cast_real", reference_photo_text.KIND, kinds, kind),
        checkboxes(
            "cast_agreed", reference_photo_text.CONSENT, consent, checked, hint=reference_photo_text.CONSENT_HINT
        ),
    ]


def _portrait_blocks(state: RoundFormState) -> list[Block]:
    draft = state.draft
    models = [(words.model(m), m.id) for m in state.models[:_MAX_OPTIONS]]
    counts = [(str(n), str(n)) for n in range(1, SLOT_LIMIT + 1)]
    return [
        multi_select(
            "cast_models",
            words.MODELS,
            words.MODELS_EMPTY,
            models,
            draft.models,
            hint=words.MODELS_HINT,
            dispatch=True,
        ),
        select(
            "cast_each",
            words.PER_MODEL,
            counts,
            str(draft.per_model or ""),
            placeholder=words.PER_MODEL_EMPTY,
            optional=True,
            dispatch=True,
        ),
        radio_buttons("cast_size", words.SIZE, choices_of(words.SIZES), draft.size, dispatch=True),
        select("cast_aspect", words.ASPECT, choices_of(words.ASPECTS), draft.aspect),
        select("cast_ground", words.GROUND, choices_of(words.GROUNDS), draft.ground),
    ]


def _vote_blocks(draft: Draft) -> list[Block]:
    uses, use = choices_of(words.USES), draft.use or ""
    return [
        radio_buttons("cast_ballot", words.BALLOT, choices_of(words.BALLOTS), draft.ballot),
        datetime_picker("cast_until", words.CLOSES_AT, draft.closes_at, hint=words.CLOSES_AT_HINT),
        users_select("cast_voters", words.VOTERS, draft.voters, optional=True, hint=words.VOTERS_HINT),
        number_input("cast_quorum", words.QUORUM, draft.quorum, 1, QUORUM_LIMIT, optional=True, hint=words.QUORUM_HINT),
        select("cast_use", words.USE, uses, use, placeholder=words.USE_EMPTY, optional=True),
        user_select("cast_lead", words.LEAD, draft.lead, hint=words.LEAD_HINT),
    ]
