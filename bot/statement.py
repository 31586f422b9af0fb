"""What was spent, as it may be told: by production, model and person, with caps and what waits for an answer.

Nothing here names a model before its round's ballot is closed, and no exact sum does either: an open round counts as if
each of its portraits had cost what its dearest does.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from bot.budget import Caps, Purse
from bot.face import Place

_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Entry:
    """A charge in the ledger, for `character`. `hidden`: its ballot is open, so that nothing may tell whose it is.

    `kind` is slot or finish, `reserved` what was held back for it; money in dollars.
    """

    id: str
    kind: str
    round_id: str
    place: Place
    person: str
    character: str
    model: str
    day: date
    reserved: Decimal
    usd: Decimal
    source: str
    hidden: bool

    @property
    def above(self) -> Decimal:
        """How far it passed its reservation."""
        return max(self.usd - self.reserved, Decimal(0))


@dataclass(frozen=True)
class Spent:
    """What a person paid one model for in one production, today and this month; `count` charges in the month."""

    place: Place
    person: str
    model: str
    today: Decimal
    month: Decimal
    count: int


@dataclass(frozen=True)
class Paid:
    """What a person paid in one round: dollars for `count` charges, the last of them `at`."""

    round_id: str
    person: str
    usd: Decimal
    count: int
    at: datetime


@dataclass(frozen=True)
class Veiled:
    """An open ballot's spending: exact sums, and how many of `count` slots at its dearest price they stand for.

    `home` is the home channel of the production that pays, empty where that is `place`'s.
    """

    place: Place
    person: str
    today: Decimal
    month: Decimal
    count_today: int
    count: int
    dearest: Decimal
    home: str = ""

    @property
    def most_today(self) -> Decimal:
        """What may be told of today: as if every slot were the dearest."""
        return max(self.today, self.count_today * self.dearest)

    @property
    def most(self) -> Decimal:
        return max(self.month, self.count * self.dearest)


@dataclass(frozen=True)
class Line:
    """One line of a statement: `what` is a channel, an exact model id, a person's id, or empty; `faces` were locked."""

    what: str
    today: Decimal
    month: Decimal
    count: int
    faces: int = 0

    @property
    def per_face(self) -> Decimal | None:
        """Dollars of the month for each face locked in it."""
        return self.month / self.faces if self.faces else None


@dataclass(frozen=True)
class Standing:
    """A purse with its cap (None: it has none) and what it holds, reserved or spent."""

    purse: Purse
    limit: Decimal | None
    used: Decimal

    @property
    def left(self) -> Decimal | None:
        return None if self.limit is None else max(self.limit - self.used, _NOTHING)


@dataclass(frozen=True)
class Statement:
    """What one person may know of their workspace's spending in the month of `day`, both in UTC.

    `total` is of the productions they see, `others` of all the rest, `blind` of the `count` rounds whose ballots are
    open. `questions` are theirs to answer, `elsewhere` counts those of other people. A production is told by its home
    channel, `films` are the names of those that have one.
    """

    day: date
    productions: tuple[Line, ...]
    models: tuple[Line, ...]
    people: tuple[Line, ...]
    total: Line
    others: Line | None
    blind: Line | None
    standings: tuple[Standing, ...]
    questions: tuple[Entry, ...]
    elsewhere: int
    films: Mapping[str, str] = field(default_factory=dict)


def grouped(
    spent: Iterable[Spent], by: Callable[[Spent], str], faces: Mapping[str, int] | None = None
) -> tuple[Line, ...]:
    """Lines by whatever `by` names, the dearest month first; `faces` locked, by the same names."""
    groups: defaultdict[str, list[Spent]] = defaultdict(list)
    for one in spent:
        groups[by(one)].append(one)
    lines = [together(name, some, (faces or {}).get(name, 0)) for name, some in groups.items()]
    return tuple(sorted(lines, key=lambda line: (-line.month, line.what)))


def together(what: str, spent: Sequence[Spent], faces: int = 0) -> Line:
    """One line for all of it."""
    today = sum((one.today for one in spent), _NOTHING)
    month = sum((one.month for one in spent), _NOTHING)
    return Line(what, today, month, sum(one.count for one in spent), faces)


def blind(veiled: Sequence[Veiled]) -> Line | None:
    """What open rounds may have cost at most."""
    if not veiled:
        return None
    today = sum((one.most_today for one in veiled), _NOTHING)
    return Line("", today, sum((one.most for one in veiled), _NOTHING), len(veiled))


def standing(purse: Purse, holds: Decimal, veiled: Iterable[Veiled], caps: Caps) -> Standing:
    """A purse as it may be told: what open rounds hold of it is counted at their dearest."""
    monthly = purse.cap.endswith("month")
    theirs = [one for one in veiled if purse.owner in ("", one.person, one.home or one.place.channel)]
    more = sum((one.most - one.month if monthly else one.most_today - one.today for one in theirs), _NOTHING)
    return Standing(purse, caps.of(purse), holds + more)
