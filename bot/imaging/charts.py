"""Bar charts as PNG. Pure functions; run them in a thread."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.imaging.encoding import to_png
from bot.imaging.fonts import draw_line, font_for

_BARS_WIDTH, _LABELS_WIDTH, _AMOUNTS_WIDTH = 1200, 360, 160
_MARGIN, _PANEL_HEAD, _BAR_STEP = 40, 64, 48
_TEXT_COLOR, _MUTED_COLOR, _BAR_COLOR = "#1d1c1d", "#616061", "#2b6a8c"


@dataclass(frozen=True)
class Bar:
    """A bar of length `value`, with `label` before and `amount` after it.

    `short_label` is drawn where no font has the characters of the label.
    """

    label: str
    amount: str
    value: float
    short_label: str = ""


@dataclass(frozen=True)
class Panel:
    """Bars under one title."""

    title: str
    bars: tuple[Bar, ...]


def bar_chart(panels: Sequence[Panel]) -> bytes:
    """Return a PNG, 1200 pixels wide, with panels of horizontal bars on one common scale."""
    rows = sum(len(panel.bars) for panel in panels)
    height = 2 * _MARGIN + rows * _BAR_STEP + len(panels) * _PANEL_HEAD
    picture = Image.new("RGB", (_BARS_WIDTH, height), "white")
    draw = ImageDraw.Draw(picture)
    longest = max((bar.value for panel in panels for bar in panel.bars), default=0.0) or 1.0
    y = _MARGIN
    for panel in panels:
        draw_line(draw, (_MARGIN, y + _PANEL_HEAD // 2), panel.title, 30, _TEXT_COLOR, _BARS_WIDTH)
        y += _PANEL_HEAD
        for bar in panel.bars:
            _draw_bar(draw, y, bar, bar.value / longest)
            y += _BAR_STEP
    return to_png(picture)


def _draw_bar(draw: ImageDraw.ImageDraw, y: int, bar: Bar, share: float) -> None:
    middle = y + _BAR_STEP // 2
    left, max_width = _MARGIN + _LABELS_WIDTH, _BARS_WIDTH - 2 * _MARGIN - _LABELS_WIDTH - _AMOUNTS_WIDTH
    right = left + max(4, round(max_width * share))
    label = bar.label if font_for(bar.label, 26) else bar.short_label
    draw_line(draw, (left - 16, middle), label, 26, _MUTED_COLOR, _LABELS_WIDTH, "rm")
    draw.rounded_rectangle((left, middle - 15, right, middle + 15), radius=6, fill=_BAR_COLOR)
    draw_line(draw, (right + 14, middle), bar.amount, 26, _TEXT_COLOR, _BARS_WIDTH)
