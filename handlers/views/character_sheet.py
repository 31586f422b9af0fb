"""The form of a character sheet, and the message of each view."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.domain.catalogue import ModelSpec, Size
from bot.domain.character_sheet import SHEET_SIZES, Angle, Expression, Sheet, SheetView, View, view_price, views_of
from bot.domain.face import Face
from bot.domain.sheet_presets import FULL_SHEET, PRESETS, preset_by_id
from bot.usecases.character_sheet import SheetOptions
from handlers.text import character_sheet as words
from handlers.text import labels
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, actions, button, confirm, context, image, section, view
from handlers.views.builder import View as MessageView
from handlers.views.fields import build_modal, checkboxes, radio_buttons, select

CALLBACK_ID = "character_sheet"
FIELD = "sheet_"
PRESET, ANGLES, EXPRESSIONS, EVERY, MODEL, SIZE = (
    f"{FIELD}{name}" for name in ("preset", "views", "expressions", "every", "model", "size")
)


@dataclass(frozen=True)
class SheetChoice:
    """What is chosen in the form; `reset` counts choices of a preset, since Slack keeps the state of a block's id."""

    preset: str = FULL_SHEET.id
    angles: tuple[Angle, ...] = FULL_SHEET.angles
    expressions: tuple[Expression, ...] = FULL_SHEET.expressions
    in_every_angle: bool = FULL_SHEET.in_every_angle
    model: str = ""
    size: Size = Size.TWO_K
    reset: int = 0

    @property
    def views(self) -> tuple[View, ...]:
        return views_of(self.angles, self.expressions, in_every_angle=self.in_every_angle)

    def with_preset(self, preset_id: str) -> "SheetChoice":
        """Return the choice with the views of a preset."""
        preset = preset_by_id(preset_id) or FULL_SHEET
        return replace(
            self,
            preset=preset.id,
            angles=preset.angles,
            expressions=preset.expressions,
            in_every_angle=preset.in_every_angle,
            reset=self.reset + 1,
        )


def open_button(round_id: str) -> Block:
    return button("character_sheet", words.OPEN, round_id)


def form(options: SheetOptions, choice: SheetChoice, formed_at_us: int, note: str = "") -> dict[str, Any]:
    """Build the form; `formed_at_us` is when it was opened, `note` says what changed since."""
    model = next((m for m in options.models if m.id == choice.model), options.models[0])
    price = options.price(choice.views, model.id, choice.size)
    preset = preset_by_id(choice.preset) or FULL_SHEET
    preset_note = words.preset_note(preset, len(choice.views))
    metadata = f"{options.face.round_id} {formed_at_us} {choice.reset} {price}"
    return build_modal(
        CALLBACK_ID,
        metadata,
        words.TITLE,
        words.submit(len(options.open_views(choice.views)), price),
        view(
            words.INTRO,
            section(note) if note else None,
            section(words.INTRO),
            section(_price_line(options, choice, model, price)),
            select(
                PRESET,
                words.PRESET,
                [(words.preset_label(each, len(each.views)), each.id) for each in PRESETS],
                preset.id,
                dispatch=True,
            ),
            context(preset_note) if preset_note else None,
            *_view_fields(options, choice),
            select(
                MODEL,
                words.MODEL,
                [(words.model_label(each, view_price(each, choice.size)), each.id) for each in options.models],
                model.id,
                dispatch=True,
                hint=words.MODEL_HINT,
            ),
            radio_buttons(
                SIZE, words.SIZE, [(words.SIZES[size], size.value) for size in SHEET_SIZES], choice.size, dispatch=True
            ),
        ),
    )


def _view_fields(options: SheetOptions, choice: SheetChoice) -> Iterator[Block]:
    drawn = {attempt.view for attempt in options.sheet.chosen}
    yield checkboxes(
        f"{ANGLES}:{choice.reset}",
        words.VIEWS,
        [(words.view_label(View(angle), is_there=View(angle) in drawn), angle.value) for angle in Angle],
        [angle.value for angle in choice.angles],
        dispatch=True,
        hint=words.VIEWS_HINT,
    )
    yield checkboxes(
        f"{EXPRESSIONS}:{choice.reset}",
        words.EXPRESSIONS,
        [(words.expression_label(each), each.value) for each in Expression if each is not Expression.AS_CAST],
        [each.value for each in choice.expressions],
        dispatch=True,
        hint=words.EXPRESSIONS_HINT,
    )
    yield checkboxes(
        f"{EVERY}:{choice.reset}",
        words.EVERY,
        [(words.EVERY_CHOICE, "every")],
        ["every"] if choice.in_every_angle else [],
        dispatch=True,
    )


def _price_line(options: SheetOptions, choice: SheetChoice, model: ModelSpec, price: Decimal) -> str:
    count = len(options.open_views(choice.views))
    return words.price_line(count, len(choice.views) - count, model, choice.size, price)


@dataclass(frozen=True)
class SheetMessage:
    """An attempt at a view with what its message shows.

    `model` draws the view again; None while that is not offered. `is_hidden` is a reported face.
    """

    face: Face
    sheet: Sheet
    attempt: SheetView
    titles: Titles
    model: ModelSpec | None
    is_hidden: bool = False

    @property
    def value(self) -> str:
        return f"{self.attempt.round_id} {self.attempt.id}"

    @property
    def is_newest(self) -> bool:
        return self.sheet.next_attempt(self.attempt.view) == self.attempt.attempt + 1


def view_message(message: SheetMessage) -> MessageView:
    """Build the thread's message of one final attempt; it names no character, since it stays after a deletion."""
    attempt = message.attempt
    if attempt.failure:
        text = words.missing(attempt, message.titles)
        superseded = "" if message.is_newest else words.SUPERSEDED
        return view(text, section(text), context(superseded), actions(_again_button(message)))
    heading = words.view_heading(attempt, message.titles)
    shows_picture = attempt.file_id and not message.is_hidden
    return view(
        heading,
        section(heading),
        image(attempt.file_id or "", words.alt_text(message.face, attempt)) if shows_picture else None,
        context(words.JUDGE),
        context(words.decision(attempt), "" if message.is_newest else words.SUPERSEDED),
        actions(_buttons(message)),
    )


def _buttons(message: SheetMessage) -> Iterator[Block]:
    opinions = message.sheet.opinions_on(message.attempt)
    yield button("sheet_same", labels.counted(words.SAME, opinions.same), message.value)
    yield button("sheet_drifted", labels.counted(words.DRIFTED, opinions.drifted), message.value)
    if not message.attempt.kept_by:
        yield button("sheet_keep", words.KEEP, message.value, style="primary")
    yield from _again_button(message)


def _again_button(message: SheetMessage) -> Iterator[Block]:
    """Offer another attempt under the newest one, with the model and its price."""
    if message.model is None or not message.is_newest:
        return
    price = view_price(message.model, message.attempt.size)
    label = words.draw_again(price)
    question = confirm(words.DRAW_AGAIN_QUESTION, words.draw_again_consequence(message.model, price), label)
    yield button("sheet_again", label, f"{message.value} {message.model.id}", confirm=question)
