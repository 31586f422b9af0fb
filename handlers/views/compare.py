"""The comparison: a modal with the chosen candidates, all at one crop and size."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.domain.slot import Slot
from bot.usecases.compare import ComparisonResult
from handlers.text import alt_text, slack_refusals
from handlers.text import compare as words
from handlers.text import picture_report as report_text
from handlers.text.model_titles import Titles
from handlers.views import picture_report as report_views
from handlers.views.builder import Block, actions, build_options, button, context, image, plain, section, view
from handlers.views.fields import build_modal

CHOICE_ID = "look_at"
LARGE_ID = "look_large"


def open_button(round_id: str) -> Block:
    return button("look", words.OPEN, round_id)


def compare(
    comparison: ComparisonResult, titles: Titles, file_urls: Mapping[str, str], side_by_side: str = ""
) -> dict[str, Any]:
    """Build the modal; `file_urls` links to each picture by slot id, `side_by_side` is the file that shows all chosen.

    Without that file, the chosen pictures stand below each other.
    """
    round_ = comparison.round
    menu = _menu(CHOICE_ID, comparison, round_.candidates, comparison.chosen, titles)
    body = view(
        words.TITLE,
        section(words.instructions(comparison), menu) | {"block_id": CHOICE_ID},
        *(
            _side_by_side(comparison, titles, file_urls, side_by_side)
            if side_by_side
            else _image_blocks(comparison, comparison.chosen, titles, file_urls)
        ),
        section(words.NOTHING) if not comparison.chosen else None,
        actions([report_views.report_button(round_.id, "report_candidate")]),
    )
    return build_modal("look", round_.id, words.TITLE, "", body)


def _menu(
    action_id: str, comparison: ComparisonResult, offered: Sequence[Slot], selected: Sequence[Slot], titles: Titles
) -> Block:
    """Build a menu for a section: unlike an input, it sends each choice at once and needs no submit button."""
    options, initial_options = (
        build_options((words.option(comparison.round, slot, titles), slot.id) for slot in slots)
        for slots in (offered, selected)
    )
    menu: Block = {"type": "multi_static_select", "action_id": action_id, "options": options}
    menu["placeholder"] = plain(words.PLACEHOLDER)
    return menu | {"initial_options": initial_options} if selected else menu


def _side_by_side(
    comparison: ComparisonResult, titles: Titles, file_urls: Mapping[str, str], file_id: str
) -> Iterator[Block | None]:
    """Show one picture of all chosen candidates, a line about each, and those that the user wants large."""
    round_, chosen = comparison.round, comparison.chosen
    yield image(file_id, alt_text.side_by_side(round_, [slot.number or 0 for slot in chosen]))
    for slot in chosen:
        yield context(words.line(round_, slot, titles, file_urls.get(slot.id, "")))
    large_menu = _menu(LARGE_ID, comparison, chosen, comparison.large, titles)
    # A new block id for each choice: Slack keeps the state of a block that stays, with candidates that are gone.
    yield section(words.SHOW_LARGE, large_menu) | {"block_id": large_block_id(comparison)}
    yield from _image_blocks(comparison, comparison.large, titles, file_urls)


def large_block_id(comparison: ComparisonResult) -> str:
    return f"{LARGE_ID}:{'-'.join(str(slot.number) for slot in comparison.chosen)}"


def _image_blocks(
    comparison: ComparisonResult, shown: Sequence[Slot], titles: Titles, file_urls: Mapping[str, str]
) -> Iterator[Block | None]:
    """Show each picture with its caption, or say why Slack shows none."""
    for slot in shown:
        if slot in comparison.round.hidden:
            yield section(report_text.hidden(comparison.round, slot))
    visible = [slot for slot in shown if slot not in comparison.round.hidden]
    slots = [slot for slot in visible if slot.file_id]
    if len(slots) < len(visible):
        yield section(
            slack_refusals.sheet_refused(comparison.round) if comparison.round.sheet_refused else words.NO_PICTURES
        )
    for slot in slots:
        description = alt_text.candidate(comparison.round, slot.number or 0)
        title = plain(words.caption(comparison.round, slot, titles))
        yield image(slot.file_id or "", description) | {"title": title}
        yield context(words.picture_link(comparison.round, slot, file_urls.get(slot.id, "")))
