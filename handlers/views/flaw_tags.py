"""What looks artificial: the form for an open ballot, and the words that a refined brief is offered."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from bot.domain.ballot import FlawTag
from bot.domain.flaw_tags import OfferedWords
from bot.domain.slot import Slot
from bot.usecases.flaw_tags import FlawForm
from handlers.text import alt_text
from handlers.text import flaw_tags as words
from handlers.text import sealed_ballot as sealed_ballot_text
from handlers.views.builder import Block, button, context, image, plain, section, view
from handlers.views.fields import build_modal, choices_of, multi_select

CALLBACK_ID, ADD_ACTION = "flaws", "add_words"
_TAGS_PREFIX = "flaws "


def open_button(round_id: str) -> Block:
    return button(CALLBACK_ID, words.OPEN, round_id)


def form(flaw_form: FlawForm) -> dict[str, Any]:
    """Build the modal: large pictures in the person's own order, each with a menu of tags."""
    blocks = [block for slot in flaw_form.candidates for block in _candidate_blocks(flaw_form, slot)]
    shown = view(words.INTRO, section(words.INTRO), *blocks)
    return build_modal(CALLBACK_ID, flaw_form.round.id, words.TITLE, words.SUBMIT, shown)


def slot_id_of(block_id: str) -> str:
    """Return the slot whose tags a field holds; empty for another field."""
    return block_id.removeprefix(_TAGS_PREFIX) if block_id.startswith(_TAGS_PREFIX) else ""


def _candidate_blocks(flaw_form: FlawForm, slot: Slot) -> Iterator[Block]:
    round_, number = flaw_form.round, slot.number or 0
    label = sealed_ballot_text.candidate_label(number)
    if slot.file_id and slot not in round_.hidden:
        yield image(slot.file_id, alt_text.candidate(round_, number)) | {"title": plain(label)}
    yield multi_select(
        f"{_TAGS_PREFIX}{slot.id}",
        label,
        sealed_ballot_text.FLAWS_PLACEHOLDER,
        choices_of(sealed_ballot_text.FLAW_LABELS),
        flaw_form.own.get(slot.id, ()),
    )


def word_offers(offers: Sequence[OfferedWords], added: Collection[FlawTag]) -> Iterator[Block | None]:
    """Offer words for the most frequent tags, each with a button that puts them into the brief."""
    for offered in offers:
        if offered.tag in added:
            yield context(words.added(offered))
        else:
            yield section(words.offer(offered), button(ADD_ACTION, words.ADD, offered.tag.value))
