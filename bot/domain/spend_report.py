"""What was spent, as it may be told: by production, model and person, with caps and what waits for an answer.

Nothing here names a model before its round's ballot is closed, and no exact sum does either: an open round counts as if
each of its portraits had cost what its dearest does.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from bot.domain.budget import BudgetPeriod, Caps
from bot.domain.ids import ChannelRef

_ZERO = Decimal(0)


@dataclass(frozen=True)
class LedgerEntry:
    """A charge in the ledger, for `character`. `hidden`: its ballot is open, so that nothing may tell whose it is.

    `kind` is slot or finish, `reserved` what was held back for it; money in dollars.
    """

    id: str
    kind: str
    round_id: str
    place: ChannelRef
    person: str
    character: str
    model: str
    day: date
    reserved: Decimal
    usd: Decimal
    source: str
    is_hidden: bool

    @property
    def overspend(self) -> Decimal:
        """How far it passed its reservation."""
        return max(self.usd - self.reserved, Decimal(0))


@dataclass(frozen=True)
class SpendTotal:
    """What a person paid one model for in one production, today and this month; `count` charges in the month."""

    place: ChannelRef
    person: str
    model: str
    today: Decimal
    month: Decimal
    count: int


@dataclass(frozen=True)
class RoundSpend:
    """What a person paid in one round: dollars for `count` charges, the last of them `at`."""

    round_id: str
    person: str
    usd: Decimal
    count: int
    at: datetime


@dataclass(frozen=True)
class BlindRoundSpend:
    """An open ballot's spending: exact sums, and how many of `count` slots at its dearest price they stand for.

    `home` is the home channel of the production that pays, empty where that is `place`'s.
    """

    place: ChannelRef
    person: str
    today: Decimal
    month: Decimal
    count_today: int
    count: int
    max_slot_price: Decimal
    home_channel: str = ""

    @property
    def max_today(self) -> Decimal:
        """What may be told of today: as if every slot were the dearest."""
        return max(self.today, self.count_today * self.max_slot_price)

    @property
    def max_month(self) -> Decimal:
        return max(self.month, self.count * self.max_slot_price)


@dataclass(frozen=True)
class ReportLine:
    """One line of a statement: `what` is a channel, an exact model id, a person's id, or empty; `faces` were locked."""

    key: str
    today: Decimal
    month: Decimal
    count: int
    faces: int = 0

    @property
    def per_face(self) -> Decimal | None:
        """Dollars of the month for each face locked in it."""
        return self.month / self.faces if self.faces else None


@dataclass(frozen=True)
class BudgetStatus:
    """A purse with its cap (None: it has none) and what it holds, reserved or spent."""

    period: BudgetPeriod
    limit: Decimal | None
    used: Decimal

    @property
    def remaining(self) -> Decimal | None:
        return None if self.limit is None else max(self.limit - self.used, _ZERO)


@dataclass(frozen=True)
class SpendReport:
    """What one person may know of their workspace's spending in the month of `day`, both in UTC.

    `total` is of the productions they see, `others` of all the rest, `blind` of the `count` rounds whose ballots are
    open. `questions` are theirs to answer, `elsewhere` counts those of other people. A production is told by its home
    channel, `films` are the names of those that have one.
    """

    day: date
    productions: tuple[ReportLine, ...]
    models: tuple[ReportLine, ...]
    people: tuple[ReportLine, ...]
    total: ReportLine
    others: ReportLine | None
    blind_total: ReportLine | None
    budget_statuses: tuple[BudgetStatus, ...]
    pending_charges: tuple[LedgerEntry, ...]
    other_pending_count: int
    production_names: Mapping[str, str] = field(default_factory=dict)


def group_by(
    totals: Iterable[SpendTotal], key: Callable[[SpendTotal], str], faces: Mapping[str, int] | None = None
) -> tuple[ReportLine, ...]:
    """Lines by whatever `by` names, the dearest month first; `faces` locked, by the same names."""
    groups: defaultdict[str, list[SpendTotal]] = defaultdict(list)
    for one in totals:
        groups[key(one)].append(one)
    lines = [sum_line(name, group, (faces or {}).get(name, 0)) for name, group in groups.items()]
    return tuple(sorted(lines, key=lambda line: (-line.month, line.key)))


def sum_line(key: str, totals: Sequence[SpendTotal], faces: int = 0) -> ReportLine:
    """One line for all of it."""
    today = sum((one.today for one in totals), _ZERO)
    month = sum((one.month for one in totals), _ZERO)
    return ReportLine(key, today, month, sum(one.count for one in totals), faces)


def blind_total(blind_spends: Sequence[BlindRoundSpend]) -> ReportLine | None:
    """What open rounds may have cost at most."""
    if not blind_spends:
        return None
    today = sum((one.max_today for one in blind_spends), _ZERO)
    return ReportLine("", today, sum((one.max_month for one in blind_spends), _ZERO), len(blind_spends))


def budget_status(
    period: BudgetPeriod, committed: Decimal, blind_spends: Iterable[BlindRoundSpend], caps: Caps
) -> BudgetStatus:
    """A purse as it may be told: what open rounds hold of it is counted at their dearest."""
    monthly = period.cap.endswith("month")
    matching = [one for one in blind_spends if period.owner in ("", one.person, one.home_channel or one.place.channel)]
    blind_margin = sum((one.max_month - one.month if monthly else one.max_today - one.today for one in matching), _ZERO)
    return BudgetStatus(period, caps.limit_for(period), committed + blind_margin)
