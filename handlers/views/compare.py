"""The comparison: a modal with the chosen candidates, all at one crop and size."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.usecases.compare import ComparisonResult
from handlers.text import alt_text, slack_refusals
from handlers.text import compare as compare_text
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, build_options, button, context, image, plain, section, view
from handlers.views.fields import build_modal

CHOICE_ID = "look_at"


def open_button(round_id: str) -> Block:
    return button("look", compare_text.OPEN, round_id)


def compare(comparison: ComparisonResult, titles: Titles, file_urls: Mapping[str, str]) -> dict[str, Any]:
    """Build the modal; `file_urls` links to each picture by slot id."""
    round_ = comparison.round
    body = view(
        compare_text.TITLE,
        section(compare_text.instructions(comparison), _menu(comparison, titles)) | {"block_id": CHOICE_ID},
        *_image_blocks(comparison, titles, file_urls),
        section(compare_text.NOTHING) if not comparison.chosen else None,
    )
    return build_modal("look", round_.id, compare_text.TITLE, "", body)


def _menu(comparison: ComparisonResult, titles: Titles) -> Block:
    """Build a menu for a section: unlike an input, it sends each choice at once and needs no submit button."""
    options, selected = (
        build_options((compare_text.option(comparison.round, slot, titles), slot.id) for slot in slots)
        for slots in (comparison.round.candidates, comparison.chosen)
    )
    menu: Block = {"type": "multi_static_select", "action_id": CHOICE_ID, "options": options}
    menu["placeholder"] = plain(compare_text.PLACEHOLDER)
    return menu | {"initial_options": selected} if selected else menu


def _image_blocks(comparison: ComparisonResult, titles: Titles, file_urls: Mapping[str, str]) -> Iterator[Block | None]:
    """Show each picture with its caption, or say why Slack shows none."""
    slots = [slot for slot in comparison.chosen if slot.file_id]
    if len(slots) < len(comparison.chosen):
        yield section(
            slack_refusals.sheet_refused(comparison.round)
            if comparison.round.sheet_refused
            else compare_text.NO_PICTURES
        )
    for slot in slots:
        description = alt_text.candidate(comparison.round, slot.number or 0)
        title = plain(compare_text.caption(comparison.round, slot, titles))
        yield image(slot.file_id or "", description) | {"title": title}
        yield context(compare_text.picture_link(comparison.round, slot, file_urls.get(slot.id, "")))
