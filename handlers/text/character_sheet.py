"""The character sheet: its form, the messages of its views, and its line under the record."""

from decimal import Decimal

from bot.domain.catalogue import ModelSpec, Size
from bot.domain.character_sheet import Expression, Sheet, SheetView, View
from bot.domain.face import Face
from bot.domain.sheet_presets import AS_OF, Preset
from handlers.text import failures
from handlers.text.format import calendar_date, capitalize_first, dollars, escape_mrkdwn, link, person, pluralize
from handlers.text.model_titles import Titles

OPEN = "Character sheet …"
TITLE = "Character sheet"
NOTHING_TO_DRAW = "Draw views"
PRESET, VIEWS, EXPRESSIONS, EVERY = "Made for", "Views", "Expressions", "Where expressions are drawn"
MODEL, SIZE = "Model", "Size"
VIEWS_HINT = "With the expression of the locked face. Left and right are those of the picture: where the nose points."
EXPRESSIONS_HINT = "From the front, unless you choose every view below."
EVERY_CHOICE = "Draw each expression in every chosen view, not only from the front"
MODEL_HINT = "Models that take a reference picture, the one that keeps a face best first."
SIZES = {Size.TWO_K: "2K on the long side", Size.FOUR_K: "4K where the model has it, else its largest"}
INTRO = (
    "Each view is drawn from the original of the locked face, never from another view: one call a view. A view that "
    "the model declines is one missing picture, which costs nothing."
)
JUDGE = "Is this the same person as the locked face? Compare by eye; nothing here is measured."
SAME, DRIFTED, KEEP = "Same person", "Drifted", "Keep"
DRAW_AGAIN_QUESTION = "Draw this view again?"
SUPERSEDED = "Drawn again below."


def expression_label(expression: Expression) -> str:
    return capitalize_first(expression.value)


def view_label(view: View, *, is_there: bool) -> str:
    return f"{view.title} · drawn already" if is_there else view.title


def model_label(model: ModelSpec, price: Decimal) -> str:
    single = " · keeps its pose" if model.max_references == 1 else ""
    return f"{model.title} · {dollars(price)} a view{single}"


def preset_label(preset: Preset, count: int) -> str:
    return f"{preset.title} · {pluralize(count, 'view')}"


def preset_note(preset: Preset, chosen: int) -> str:
    """Say what a tool takes, since when this is known, and how many pictures are chosen."""
    if not preset.source:
        return ""
    if preset.has_frontal and preset.most:
        takes = f"one frontal picture and up to {preset.most - 1} more"
    elif preset.most:
        takes = f"up to {pluralize(preset.most, 'picture')}"
    else:
        takes = f"{pluralize(preset.fewest, 'picture')} and more"
    known = f"{link(preset.source, 'source')}, as of {calendar_date(AS_OF)}"
    fits = "too many for it" if preset.most and chosen > preset.most else "chosen"
    return f"{preset.title} takes {takes} ({known}); {chosen} {fits}."


def price_line(count: int, left_out: int, model: ModelSpec, size: Size, price: Decimal) -> str:
    """Return the price of the chosen views; `left_out` are drawn already."""
    there = f" {pluralize(left_out, 'view')} of the choice {'is' if left_out == 1 else 'are'} drawn already."
    if not count:
        return f"Nothing to draw.{there if left_out else ' Choose at least one view.'}"
    pixels = model.pixels[size].replace("x", " × ")
    drawn = f"*{pluralize(count, 'view')}* by {escape_mrkdwn(model.title)}, about {pixels} each: up to "
    return f"{drawn}*{dollars(price)}*.{there if left_out else ''}"


def submit(count: int, price: Decimal) -> str:
    """Label the button with what it costs, in at most 24 characters."""
    return f"Draw {count} · {dollars(price)}" if count else NOTHING_TO_DRAW


def price_increased(price: Decimal) -> str:
    return f"This costs up to {dollars(price)} now. Nothing was started. Submit again to agree."


def draw_again(price: Decimal) -> str:
    return f"Draw again · {dollars(price)}"


def draw_again_consequence(model: ModelSpec, price: Decimal) -> str:
    return f"{model.title} draws it from the original once more, for up to {dollars(price)}. This picture stays here."


def view_heading(attempt: SheetView, titles: Titles) -> str:
    """Return `*Profile* · Nano Banana Pro · 1,792 × 2,400 · $0.15`."""
    portrait = attempt.portrait
    size = f" · {portrait.width} × {portrait.height}" if portrait else ""
    cost = f" · {dollars(attempt.cost)}" if attempt.cost is not None else ""
    again = f" · attempt {attempt.attempt}" if attempt.attempt > 1 else ""
    return f"*{attempt.view.title}*{again} · {escape_mrkdwn(titles(attempt.model))}{size}{cost}"


def missing(attempt: SheetView, titles: Titles) -> str:
    """Say why a view has no picture, and what it cost."""
    assert attempt.failure
    reason = failures.failure_reason(attempt.failure, escape_mrkdwn(titles(attempt.model)), attempt.price)
    return f"*{attempt.view.title}* is missing: {reason}"


def decision(attempt: SheetView) -> str:
    return f"Kept by {person(attempt.kept_by)}." if attempt.kept_by else ""


def alt_text(face: Face, attempt: SheetView) -> str:
    return (
        f"Left the locked face, right the {attempt.view.title.lower()} view drawn from it, at one crop; version "
        f"{face.version}"
    )


def file_texts(character: str, view_key: str) -> tuple[str, str]:
    """Return title and alternative text of a file: one view beside the locked face, or `all` of them."""
    if view_key == "all":
        alt = f"The character sheet of {character}: the locked face and its views, each with its name, model and date"
        return f"{character} · character sheet", alt
    name = view_key.replace("-", " ")
    return (
        f"{character} · {name} beside the locked face",
        f"Left the locked face of {character}, right its {name} view, at one crop",
    )


def record_line(sheet: Sheet) -> str:
    """Sum up a sheet under the record; empty without one."""
    if not sheet.attempts:
        return ""
    drawing = sum(attempt.is_in_progress for attempt in sheet.attempts)
    kept = sum(bool(attempt.kept_by) for attempt in sheet.chosen)
    waiting = sum(not sheet.opinions_on(a).same and not sheet.opinions_on(a).drifted for a in sheet.chosen)
    parts = [
        f"{drawing} being drawn" if drawing else "",
        f"{pluralize(len(sheet.chosen), 'view')} drawn" if sheet.chosen else "",
        f"{len(sheet.missing)} missing" if sheet.missing else "",
        f"{kept} kept" if kept else "",
        f"{waiting} not judged yet" if waiting and not drawing else "",
        dollars(sheet.cost) if sheet.cost else "",
    ]
    return f"Character sheet in the thread: {' · '.join(filter(None, parts))}"


def package(sheet: Sheet, *, is_included: bool) -> str:
    """Say what a package has of the sheet; empty without one."""
    if not sheet.chosen:
        return ""
    if is_included:
        return f", its character sheet with {pluralize(len(sheet.chosen), 'view')}"
    return ", the picture of its character sheet (the single views are too large for one ZIP: `bot export` writes them)"
