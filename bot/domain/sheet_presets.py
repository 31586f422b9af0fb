"""What video tools take as pictures of one person, and the views of a sheet that serve each of them.

Read on 28 November 2026. Each fact has its source; docs/using.md repeats them with this date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.character_sheet import Angle, Expression, SheetView, View, views_of

AS_OF = date(2026, 11, 28)

_ANGLES = tuple(Angle)
_STRONG = (Expression.SMILE, Expression.ANGER, Expression.FEAR)


@dataclass(frozen=True)
class Preset:
    """A choice of views for a video tool, which takes `fewest` to `most` pictures; `most` is None without a limit.

    With `has_frontal`, the first one is a frontal picture. `source` is the page that says so; empty for our own choice.
    """

    id: str
    title: str
    angles: tuple[Angle, ...]
    expressions: tuple[Expression, ...] = ()
    in_every_angle: bool = False
    fewest: int = 0
    most: int | None = None
    has_frontal: bool = False
    source: str = ""

    @property
    def views(self) -> tuple[View, ...]:
        return views_of(self.angles, self.expressions, in_every_angle=self.in_every_angle)


FULL_SHEET = Preset("full", "Character sheet", _ANGLES, (Expression.NEUTRAL, *_STRONG))
PRESETS: tuple[Preset, ...] = (
    FULL_SHEET,
    Preset(
        "kling",
        "Kling element",
        _ANGLES,
        fewest=1,
        most=5,
        has_frontal=True,
        source="https://wavespeed.ai/docs/docs-api/kwaivgi/kwaivgi-kling-elements-advanced",
    ),
    Preset(
        "runway",
        "Runway references",
        (Angle.FRONT, Angle.LEFT, Angle.PROFILE),
        fewest=1,
        most=3,
        source="https://internal.replicate.com/runwayml/gen4-image",
    ),
    Preset(
        "veo",
        "Veo ingredients",
        (Angle.FRONT, Angle.LEFT, Angle.CLOSE_UP),
        fewest=1,
        most=3,
        source="https://useapi.net/blog/260609",
    ),
    Preset(
        "higgsfield",
        "Higgsfield Soul ID",
        _ANGLES,
        _STRONG,
        in_every_angle=True,
        fewest=20,
        source="https://higgsfield.ai/blog/sould-id-best-character-consistency",
    ),
)
TOOLS = tuple(preset for preset in PRESETS if preset.source)


def preset_by_id(preset_id: str) -> Preset | None:
    return next((preset for preset in PRESETS if preset.id == preset_id), None)


def pictures_for(preset: Preset, chosen: Sequence[SheetView]) -> tuple[SheetView, ...]:
    """Return the pictures of a sheet that fit the tool: the preset's own views first, at most as many as it takes."""
    wanted = {view: position for position, view in enumerate(preset.views)}
    fitting = sorted(
        (attempt for attempt in chosen if attempt.view in wanted), key=lambda attempt: wanted[attempt.view]
    )
    return tuple(fitting[: preset.most])
