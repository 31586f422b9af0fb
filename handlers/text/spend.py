"""The spend report: sums, caps, pending charges, and the labels of its chart."""

from collections.abc import Mapping, Sequence

from bot.domain.spend_report import BudgetStatus, LedgerEntry, ReportLine, SpendReport
from bot.imaging.charts import Bar, Panel
from handlers.text.format import (
    channel,
    day_of_month,
    dollars,
    escape_mrkdwn,
    join_parts,
    join_words,
    month,
    person,
    pluralize,
    truncate,
    when,
)
from handlers.text.model_titles import Titles

CHARGED = "It was charged"
NOT_CHARGED = "It was not"
ACKNOWLEDGE = "Confirm"
PRODUCTIONS = "By production"
MODELS = "By model"
PEOPLE = "By person"
CAPS = "Caps"
PENDING_CHARGES = "Waiting for your answer"
NOTHING = "No spending this month on closed rounds that you can see."
FILE_NAME = "spending.png"

_MAX_LINES = 10
_MAX_BARS = 6
_BAR_LABEL_LIMIT = 40
_BLOCKED_NOTE = "No new portraits are drawn in this workspace until you confirm it."
_ITEMS = {"slot": "a portrait", "upscale": "a finish", "sheet_view": "a view of a character sheet"}
_CAPS = {
    "day": "this workspace today",
    "person_day": "you today",
    "production_month": "this production this month",
    "workspace_month": "this workspace this month",
}


def header(report: SpendReport) -> str:
    return f"Spending in {month(report.day)}"


def total(report: SpendReport) -> str:
    """Return `$0.20 today, $14.20 this month (UTC) · 3 faces locked, $4.74 a face`."""
    line = report.total
    text = f"{dollars(line.today)} today, {dollars(line.month)} this month (UTC)"
    if line.per_face is None:
        return f"{text} · no face locked this month"
    return f"{text} · {pluralize(line.faces, 'face')} locked, {dollars(line.per_face)} a face"


def productions(lines: Sequence[ReportLine], production_names: Mapping[str, str]) -> str:
    return _numbered_lines(
        [(escape_mrkdwn(production_names.get(line.key, "")) or channel(line.key), line) for line in lines]
    )


def models(lines: Sequence[ReportLine], titles: Titles) -> str:
    return _numbered_lines([(f"{escape_mrkdwn(titles(line.key))} `{line.key}`", line) for line in lines])


def people(lines: Sequence[ReportLine]) -> str:
    return _numbered_lines([(person(line.key), line) for line in lines])


def others(line: ReportLine | None) -> str:
    """Sum up the productions that the reader cannot see."""
    return f"Other productions: {dollars(line.today)} today, {dollars(line.month)} this month" if line else ""


def blind_total(line: ReportLine | None) -> str:
    """Sum up open rounds, without models."""
    if line is None:
        return ""
    return f"{pluralize(line.count, 'open round')}: up to {dollars(line.month)} reserved"


def cap(budget_status: BudgetStatus) -> str:
    """Return `this workspace today: $3.10 of $20.00, $16.90 left until ...`."""
    text = f"{_CAPS[budget_status.period.cap]}: {dollars(budget_status.used)}"
    if budget_status.limit is None or budget_status.remaining is None:
        return f"{text}, no cap"
    left = f"{dollars(budget_status.remaining)} left until {when(budget_status.period.resets_at)}"
    return f"{text} of {dollars(budget_status.limit)}, {left}"


def pending_charge(entry: LedgerEntry, titles: Titles) -> str:
    """Ask about one charge; a charge of an open round shows neither model nor amount."""
    if entry.overspend:
        model = "" if entry.is_hidden else f", {escape_mrkdwn(titles(entry.model))}"
        return f"Cost {dollars(entry.overspend)} more than was reserved ({_item(entry)}{model}). {_BLOCKED_NOTE}"
    text = f"May have been charged: {dollars(entry.usd)} ({_item(entry)}, {escape_mrkdwn(titles(entry.model))})."
    return f"{text} It stays reserved until you confirm what the vendor's bill shows."


def other_pending_charges(number: int) -> str:
    return f"{pluralize(number, 'more charge')} waiting for the people who made them" if number else ""


def overspent(entry: LedgerEntry) -> str:
    """Tell the payer once that a charge exceeded its reservation."""
    item = f"{_ITEMS[entry.kind].capitalize()} for {escape_mrkdwn(entry.character)}"
    return f"{item} cost {dollars(entry.overspend)} more than its listed price, which was reserved. {_BLOCKED_NOTE}"


def charge_resolved(entry: LedgerEntry, *, was_charged: bool) -> str:
    text = f"{dollars(entry.usd)} for {escape_mrkdwn(entry.character)}"
    return f"{text} counts as spent." if was_charged else f"{text} is released: nothing was charged."


def overspend_acknowledged(entry: LedgerEntry) -> str:
    return (
        f"Noted: {dollars(entry.overspend)} more for {escape_mrkdwn(entry.character)}. This workspace can spend again."
    )


def panels(report: SpendReport, titles: Titles, names: Mapping[str, str]) -> tuple[Panel, ...]:
    """Build the chart's panels. Productions and people have the number of their line, and their name.

    `names` are those of channels and people by id, as far as Slack tells them.
    """
    names = {**names, **report.production_names}
    return (
        Panel(PRODUCTIONS, _numbered_bars(report.productions, names)),
        Panel(MODELS, tuple(_bar(titles(line.key), "", line) for line in report.models[:_MAX_BARS])),
        Panel(PEOPLE, _numbered_bars(report.people, names)),
    )


def bar_ids(report: SpendReport) -> tuple[Sequence[str], Sequence[str]]:
    """Return the ids of the channels and of the people in the chart."""
    channels = [line.key for line in report.productions[:_MAX_BARS] if line.key not in report.production_names]
    return channels, [line.key for line in report.people[:_MAX_BARS]]


def alt_text(report: SpendReport, titles: Titles, names: Mapping[str, str]) -> str:
    """Describe the chart for screen readers."""
    texts = [
        f"{panel.title.lower()} {join_words([f'{bar.label} {bar.amount}' for bar in panel.bars])}"
        for panel in panels(report, titles, names)
    ]
    return truncate(f"Bars of the spending in {month(report.day)}: {'; '.join(texts)}", 1000)


def _numbered_lines(lines: Sequence[tuple[str, ReportLine]]) -> str:
    """Number the lines as in the chart."""
    texts = [f"{n} · {name} · {_line_totals(line)}" for n, (name, line) in enumerate(lines[:_MAX_LINES], start=1)]
    rest = len(lines) - _MAX_LINES
    return "\n".join([*texts, *([f"and {rest} more"] if rest > 0 else [])])


def _line_totals(line: ReportLine) -> str:
    text = f"{dollars(line.month)} ({dollars(line.today)} today) for {pluralize(line.count, 'charge')}"
    return text if line.per_face is None else f"{text} · {pluralize(line.faces, 'face')}, {dollars(line.per_face)} each"


def _item(entry: LedgerEntry) -> str:
    return f"{escape_mrkdwn(entry.character)}, {_ITEMS[entry.kind]} of {day_of_month(entry.day)}"


def _numbered_bars(lines: Sequence[ReportLine], names: Mapping[str, str]) -> tuple[Bar, ...]:
    bars = []
    for number, line in enumerate(lines[:_MAX_BARS], start=1):
        name = " ".join(names.get(line.key, "").split())
        bars.append(_bar(join_parts(str(number), name), str(number), line))
    return tuple(bars)


def _bar(label: str, short_label: str, line: ReportLine) -> Bar:
    return Bar(truncate(label, _BAR_LABEL_LIMIT), dollars(line.month), float(line.month), short_label)
