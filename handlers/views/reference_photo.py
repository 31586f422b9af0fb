"""The form that attaches a picture to a brief; the draft stores the brief."""

from decimal import Decimal
from typing import Any

from bot.ports.rounds import RoundDraft
from handlers.text import reference_photo as reference_photo_text
from handlers.views.builder import Block, build_options, context, paragraph, plain
from handlers.views.fields import TEXT_LIMIT

CALLBACK_ID = "photo"
BRIEF, FILE, KIND, CONSENT = "brief", "file", "kind", "consent"
PORTRAIT, PHOTO = "portrait", "photo"
FIELD = "field"
# docs.slack.dev, "File input": filetypes are file name extensions.
FILETYPES = ("png", "jpg", "jpeg", "webp")


def form(draft: RoundDraft, price: Decimal) -> dict[str, Any]:
    """Build the modal; a brief that is too long for Slack's field stays as typed."""
    fits = len(draft.brief.text) <= TEXT_LIMIT
    kinds = build_options([(reference_photo_text.PORTRAIT, PORTRAIT), (reference_photo_text.PHOTO, PHOTO)])
    consent = {"type": "checkboxes", "options": build_options([(reference_photo_text.AGREED, "agreed")])}
    return {
        "type": "modal",
        "callback_id": CALLBACK_ID,
        "private_metadata": draft.id,
        "title": plain(reference_photo_text.TITLE),
        "submit": plain(reference_photo_text.SUBMIT),
        "close": plain(reference_photo_text.CLOSE),
        "blocks": [
            paragraph(reference_photo_text.intro(draft.brief.name, price)),
            _brief_input(draft.brief.text) if fits else context(reference_photo_text.LONG_BRIEF),
            _input(
                FILE, reference_photo_text.FILE, {"type": "file_input", "filetypes": list(FILETYPES), "max_files": 1}
            ),
            _input(KIND, reference_photo_text.KIND, {"type": "radio_buttons", "options": kinds}),
            _input(CONSENT, reference_photo_text.CONSENT, consent)
            | {"optional": True, "hint": plain(reference_photo_text.CONSENT_HINT)},
        ],
    }


def _brief_input(text: str) -> Block:
    field = {"type": "plain_text_input", "multiline": True, "initial_value": text, "max_length": TEXT_LIMIT}
    return _input(BRIEF, reference_photo_text.BRIEF, field)


def _input(name: str, label: str, element: Block) -> Block:
    return {"type": "input", "block_id": name, "label": plain(label), "element": {**element, "action_id": FIELD}}
