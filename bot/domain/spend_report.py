"""The spend report: by production, model and person, with caps and pending charges.

Until a ballot closes, the report reveals no model of its round. An open round counts every portrait at its highest slot
price.
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
    """A charge in the ledger, for `character`. `is_hidden`: the ballot is open, so the charge must stay anonymous.

    `kind` is slot or upscale, `reserved` the amount held back; money in dollars.
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
        """How far the charge exceeds its reservation."""
        return max(self.usd - self.reserved, Decimal(0))


@dataclass(frozen=True)
class SpendTotal:
    """What a person paid for one model in one production, today and this month; `count` charges in the month."""

    place: ChannelRef
    person: str
    model: str
    today: Decimal
    month: Decimal
    count: int


@dataclass(frozen=True)
class RoundSpend:
    """What a person paid in one round: dollars for `count` charges, the last one `at`."""

    round_id: str
    person: str
    usd: Decimal
    count: int
    at: datetime


@dataclass(frozen=True)
class BlindRoundSpend:
    """Spending of rounds with an open ballot: exact sums, and the number of slots at `max_slot_price` they stand for.

    `home_channel` is that of the paying production, empty where it is `place`'s.
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
        """Today's amount as shown: every slot at the highest price."""
        return max(self.today, self.count_today * self.max_slot_price)

    @property
    def max_month(self) -> Decimal:
        return max(self.month, self.count * self.max_slot_price)


@dataclass(frozen=True)
class ReportLine:
    """One line of the report. `key` is a channel, an exact model id, a user id, or empty; `faces` were locked."""

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
    """A budget period, its cap (None without one) and the amount reserved or spent."""

    period: BudgetPeriod
    limit: Decimal | None
    used: Decimal

    @property
    def remaining(self) -> Decimal | None:
        return None if self.limit is None else max(self.limit - self.used, _ZERO)


@dataclass(frozen=True)
class SpendReport:
    """The spending of a workspace in the month of `day` (UTC) that one person may see.

    `total` covers the productions they see, `others` all others, `blind_total` the rounds with open ballots.
    `pending_charges` are theirs to confirm, `other_pending_count` counts those of other people. A production is
    identified by its home channel; `production_names` maps those to names.
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
    """Return lines grouped by `key`, highest month first; `faces` are locked faces by the same key."""
    groups: defaultdict[str, list[SpendTotal]] = defaultdict(list)
    for one in totals:
        groups[key(one)].append(one)
    lines = [sum_line(name, group, (faces or {}).get(name, 0)) for name, group in groups.items()]
    return tuple(sorted(lines, key=lambda line: (-line.month, line.key)))


def sum_line(key: str, totals: Sequence[SpendTotal], faces: int = 0) -> ReportLine:
    """Return one line with the sums."""
    today = sum((one.today for one in totals), _ZERO)
    month = sum((one.month for one in totals), _ZERO)
    return ReportLine(key, today, month, sum(one.count for one in totals), faces)


def blind_total(blind_spends: Sequence[BlindRoundSpend]) -> ReportLine | None:
    """Return the most that rounds with open ballots may have cost."""
    if not blind_spends:
        return None
    today = sum((one.max_today for one in blind_spends), _ZERO)
    return ReportLine("", today, sum((one.max_month for one in blind_spends), _ZERO), len(blind_spends))


def budget_status(
    period: BudgetPeriod, committed: Decimal, blind_spends: Iterable[BlindRoundSpend], caps: Caps
) -> BudgetStatus:
    """Return the public status of a budget period: open rounds count at their highest slot price."""
    monthly = period.cap.endswith("month")
    matching = [one for one in blind_spends if period.owner in ("", one.person, one.home_channel or one.place.channel)]
    blind_margin = sum((one.max_month - one.month if monthly else one.max_today - one.today for one in matching), _ZERO)
    return BudgetStatus(period, caps.limit_for(period), committed + blind_margin)
