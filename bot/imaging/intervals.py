"""Intervals of differences as PNG: one row for each pair. Pure functions; run them in a thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from PIL import Image, ImageDraw

from bot.imaging.encoding import to_png
from bot.imaging.fonts import font_for, truncate

_WIDTH, _MARGIN, _ROW, _FOOT = 1200, 40, 84, 72
_TEXT_COLOR, _MUTED_COLOR, _GRID_COLOR, _SURE_COLOR, _OPEN_COLOR = "#1d1c1d", "#616061", "#dddddd", "#2b6a8c", "#9a9a9a"
_LABEL_SIZE, _AXIS_SIZE = 26, 22
_LEAST_RANGE, _GREATEST_RANGE = 1.0, 4.0
_DOT, _BAR = 9, 6


@dataclass(frozen=True)
class IntervalRow:
    """A difference with its interval on the log-odds scale; `is_sure` rows are drawn in colour."""

    label: str
    value: float
    low: float
    high: float
    is_sure: bool


def interval_chart(rows: Sequence[IntervalRow], left_label: str, right_label: str) -> bytes:
    """Return a PNG, 1200 pixels wide: a line at zero, and for each row a dot with its interval.

    Intervals that reach beyond the axis are cut at its end with an arrow.
    """
    reach = max((abs(end) for row in rows for end in (row.low, row.high)), default=0.0)
    limit = min(max(ceil(2 * reach) / 2, _LEAST_RANGE), _GREATEST_RANGE)
    height = _MARGIN + len(rows) * _ROW + _FOOT
    picture = Image.new("RGB", (_WIDTH, height), "white")
    draw = ImageDraw.Draw(picture)
    bottom = height - _FOOT
    for tick in range(-int(limit), int(limit) + 1):
        x = _position(tick, limit)
        draw.line((x, _MARGIN, x, bottom), fill=_MUTED_COLOR if tick == 0 else _GRID_COLOR, width=2)
    for number, row in enumerate(rows):
        _draw_row(draw, row, _MARGIN + number * _ROW, limit)
    _draw_text(draw, (_MARGIN, bottom + _FOOT // 2), left_label, _AXIS_SIZE, _MUTED_COLOR, "lm")
    _draw_text(draw, (_WIDTH - _MARGIN, bottom + _FOOT // 2), right_label, _AXIS_SIZE, _MUTED_COLOR, "rm")
    return to_png(picture)


def _draw_row(draw: ImageDraw.ImageDraw, row: IntervalRow, top: int, limit: float) -> None:
    color = _SURE_COLOR if row.is_sure else _OPEN_COLOR
    _draw_text(draw, (_MARGIN, top + 24), row.label, _LABEL_SIZE, _TEXT_COLOR, "lm")
    middle = top + 58
    left, right = _position(max(row.low, -limit), limit), _position(min(row.high, limit), limit)
    draw.line((left, middle, right, middle), fill=color, width=_BAR)
    for end, x, side in ((row.low < -limit, left, -1), (row.high > limit, right, 1)):
        if end:
            draw.polygon(((x + 14 * side, middle), (x, middle - 10), (x, middle + 10)), fill=color)
    dot = _position(min(max(row.value, -limit), limit), limit)
    draw.ellipse((dot - _DOT, middle - _DOT, dot + _DOT, middle + _DOT), fill=color)


def _position(value: float, limit: float) -> float:
    return _WIDTH / 2 + value / limit * (_WIDTH / 2 - _MARGIN - 20)


def _draw_text(
    draw: ImageDraw.ImageDraw, position: tuple[int, int], text: str, size: int, fill: str, anchor: str
) -> None:
    if font := font_for(text, size):
        fitting_text = truncate(text, font, _WIDTH - 2 * _MARGIN)
        # The grid must not run through the text.
        draw.rectangle(draw.textbbox(position, fitting_text, font=font, anchor=anchor), fill="white")
        draw.text(position, fitting_text, fill=fill, font=font, anchor=anchor)
