"""Draws the panels of a board as one HTML page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_COLORS = ("#1f77b4", "#d9822b", "#2e8b57", "#b23b3b", "#7b5ea7", "#7a5c4a", "#c25f9c", "#5f6b73")
_COLUMN, _ROW = 57, 38
_STYLE = """
body { margin: 0; background: #eef0f2; font: 13px 'DejaVu Sans', sans-serif; color: #22262b }
main { position: relative; margin: 14px }
section { position: absolute; background: white; border: 1px solid #d4d8dd; border-radius: 4px; box-sizing: border-box;
  padding: 8px 10px; overflow: hidden }
h2 { font-size: 13px; margin: 0 0 4px }
h1 { position: absolute; font-size: 14px; margin: 0; padding: 8px 2px }
.value { font-size: 26px; font-weight: bold; color: #20603f } .value small { font-size: 12px; color: #555 }
.legend { font-size: 11px; color: #444; margin-top: 2px } .legend b { font-size: 14px }
.none { color: #777 }
svg text { font-size: 10px; fill: #666 }
"""


@dataclass(frozen=True)
class Series:
    """One line: its legend, and points of a share of the time (0 to 1) and a value."""

    legend: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Panel:
    """One panel: `kind` is row, stat or timeseries; `place` has x, y, w and h in the board's 24 columns."""

    title: str
    kind: str
    unit: str
    place: Mapping[str, int]
    series: tuple[Series, ...]


def page_html(panels: Sequence[Panel]) -> str:
    bottom = max(panel.place["y"] + panel.place["h"] for panel in panels) * _ROW
    return f"<style>{_STYLE}</style><main style='height:{bottom}px'>{''.join(map(_panel, panels))}</main>"


def _panel(panel: Panel) -> str:
    place = panel.place
    left, top = place["x"] * _COLUMN, place["y"] * _ROW
    if panel.kind == "row":
        return f"<h1 style='left:{left}px;top:{top}px'>{escape(panel.title)}</h1>"
    width, height = place["w"] * _COLUMN - 8, place["h"] * _ROW - 8
    body = _stat(panel) if panel.kind == "stat" else _chart(panel, width - 22, height - 62)
    box = f"left:{left}px;top:{top}px;width:{width}px;height:{height}px"
    return f"<section style='{box}'><h2>{escape(panel.title)}</h2>{body}</section>"


def _stat(panel: Panel) -> str:
    """Show the last value of each series."""
    shown = [
        f"<div class=value>{_amount(s.points[-1][1], panel.unit)} <small>{escape(s.legend)}</small></div>"
        for s in panel.series
        if s.points
    ]
    return "".join(shown[:3]) or "<div class=none>No data</div>"


def _chart(panel: Panel, width: int, height: int) -> str:
    drawn = [series for series in panel.series if series.points]
    if not drawn:
        return "<div class=none>No data in this run</div>"
    top = max(value for series in drawn for _, value in series.points) or 1.0
    left, plot_width, plot_height = 58, width - 62, height - 14
    lines = []
    for tick in (0.0, 0.5, 1.0):
        y = 9 + plot_height * (1 - tick)
        lines.append(f"<line x1={left} x2={width} y1={y} y2={y} stroke='#e4e7ea' />")
        lines.append(f"<text x={left - 6} y={y + 3} text-anchor=end>{_amount(top * tick, panel.unit)}</text>")
    legends = []
    for number, series in enumerate(drawn):
        color = _COLORS[number % len(_COLORS)]
        points = " ".join(
            f"{left + at * plot_width:.1f},{9 + plot_height * (1 - value / top):.1f}" for at, value in series.points
        )
        lines.append(f"<polyline points='{points}' fill=none stroke='{color}' stroke-width=1.6 />")
        legends.append(f"<span><b style='color:{color}'>―</b> {escape(series.legend or panel.title)}</span>")
    return (
        f"<svg width={width} height={height + 4}>{''.join(lines)}</svg>"
        f"<div class=legend>{' &nbsp; '.join(legends[:6])}</div>"
    )


def _amount(value: float, unit: str) -> str:
    """Return a value in its unit, shortened as people read it."""
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if unit == "currencyUSD":
        return f"${value:.2f}"
    if unit == "bytes":
        return f"{value / 1024**3:.3g} GiB"
    if unit == "s":
        return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"
    return f"{value:.3g}" + (" req/s" if unit == "reqps" else "")
