"""A production's customs as a form leaves them: read, checked, and compared with what held before."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Self, TypeVar

from bot.brief import LONGEST, QUORUM_LIMIT, SHORTEST, SLOT_LIMIT, Secrecy, in_one_line
from bot.budget import Caps
from bot.catalogue import Look
from bot.errors import BriefError, Unfit
from bot.production import Customs, Production

NAME_LIMIT = 60
STYLE_LIMIT = 500
PEOPLE_LIMIT = 50
# The choice of a channel's own production, which may have no id yet.
OWN = "own"
# Slack's menus cannot be emptied once something is chosen, so there is a word for nothing.
ANY = "any"

V = TypeVar("V")

PEOPLE = ("starters", "spenders", "lockers", "keepers")
# In the order of the form and of what is told about changes.
FIELDS = ("name", "style", "ballot", "for", "quorum", "models", "look", *PEOPLE, "per_round", "per_month")

_DOLLARS = re.compile(r"\$?\s*(\d{1,6})(?:[.,](\d{1,2}))?\s*\$?")


@dataclass(frozen=True)
class Wished:
    """Name and customs as somebody wants them. `production` is another one to cast for (an id or OWN), else empty."""

    name: str
    customs: Customs
    production: str = ""

    @classmethod
    def of(cls, chosen: Mapping[str, tuple[str, ...]]) -> Self:
        """What stands in a form, by field; raises Unfit with every field that cannot be understood."""
        form = _Form(chosen)
        customs = Customs(
            models=form.several("models", SLOT_LIMIT),
            look=form.read("look", lambda _, raw: Look(raw), None),
            style=form.read("style", _words(STYLE_LIMIT), ""),
            ballot=form.read("ballot", lambda _, raw: Secrecy(raw), Secrecy.QUICK),
            open_for=form.read("for", _span, timedelta(hours=24)),
            quorum=form.read("quorum", _count, None),
            per_round=form.read("per_round", _dollars, None),
            per_month=form.read("per_month", _dollars, None),
            **{field: form.several(field, PEOPLE_LIMIT) for field in PEOPLE},
        )
        wished = cls(form.read("name", _words(NAME_LIMIT), ""), customs, form.one("production"))
        if form.faults:
            raise Unfit(tuple(form.faults))
        return wished

    def misfits(self, caps: Caps) -> Iterator[BriefError]:
        """The production's own caps that are not below Castroom's."""
        months = [m for m in (caps.per_production_month, caps.per_workspace_month) if m is not None]
        for field, wanted, limits in (
            ("per_round", self.customs.per_round, [caps.per_round]),
            ("per_month", self.customs.per_month, months),
        ):
            if wanted is not None and limits and wanted > min(limits):
                yield BriefError(field, "above", str(min(limits)))

    def changes(self, before: Production) -> tuple[tuple[str, str, str], ...]:
        """Field, old and new value, each in words that can be read back, of what is not as it was."""
        old, new = written(before.name, before.customs), written(self.name, self.customs)
        return tuple((field, old[field], new[field]) for field in FIELDS if old[field] != new[field])


def written(name: str, customs: Customs) -> dict[str, str]:
    """Every field in one line: ids with blanks between them, minutes, dollars; empty for what is not set."""
    return {
        "name": name,
        "models": " ".join(customs.models),
        "look": customs.look or "",
        "style": customs.style,
        "ballot": customs.ballot,
        "for": str(int(customs.open_for.total_seconds() // 60)),
        "quorum": str(customs.quorum or ""),
        **{field: " ".join(getattr(customs, field)) for field in PEOPLE},
        "per_round": "" if customs.per_round is None else str(customs.per_round),
        "per_month": "" if customs.per_month is None else str(customs.per_month),
    }


class _Form:
    """Fields by name; what is wrong with any of them is kept in `faults`."""

    def __init__(self, chosen: Mapping[str, tuple[str, ...]]) -> None:
        self._chosen = chosen
        self.faults: list[BriefError] = []

    def one(self, field: str) -> str:
        return next(iter(self._chosen.get(field, ())), "").strip()

    def several(self, field: str, limit: int) -> tuple[str, ...]:
        """At most `limit` of them."""
        held = self._chosen.get(field, ())
        if len(held) > limit:
            self.faults.append(BriefError(field, "too_many", str(len(held)), limit=limit))
        return tuple(held)

    def read(self, field: str, reader: Callable[[str, str], V], otherwise: V) -> V:
        """What `reader` makes of the field's text; `otherwise` where it is empty, or wrong."""
        if (raw := self.one(field)) in ("", ANY):
            return otherwise
        try:
            return reader(field, raw)
        except BriefError as error:
            self.faults.append(error)
            return otherwise


def _words(limit: int) -> Callable[[str, str], str]:
    def read(field: str, raw: str) -> str:
        words = in_one_line(raw, field)
        if len(words) > limit:
            raise BriefError(field, "too_long", str(len(words)), limit=limit)
        return words

    return read


def _span(field: str, raw: str) -> timedelta:
    """Minutes."""
    minutes = timedelta(minutes=int(raw)) if raw.isdecimal() else timedelta(0)
    if not SHORTEST <= minutes <= LONGEST:
        raise BriefError(field, "out_of_range", raw)
    return minutes


def _count(field: str, raw: str) -> int:
    if not re.fullmatch("[1-9][0-9]?", raw):
        raise BriefError(field, "not_a_count", raw, limit=QUORUM_LIMIT)
    return int(raw)


def _dollars(field: str, raw: str) -> Decimal:
    match = _DOLLARS.fullmatch(raw)
    if not match or not (amount := Decimal(f"{int(match[1])}.{match[2] or '00'}")):
        raise BriefError(field, "not_dollars", raw)
    return amount
