"""The spend report: sums, chart, caps, and the charges that the reader must confirm."""

from collections.abc import Iterator, Mapping

from bot.domain.spend_report import LedgerEntry, SpendReport
from handlers.text import spend as spend_text
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, View, actions, button, context, header, image, section, view

_MAX_PENDING_CHARGES = 8


def spend_report(
    report: SpendReport, titles: Titles, file_id: str = "", names: Mapping[str, str] | None = None
) -> View:
    """Build the report; `file_id` is the chart, empty until Slack can show it, and `names` are those in the chart."""
    return view(
        f"{spend_text.header(report)}: {spend_text.total(report)}",
        header(spend_text.header(report)),
        section(spend_text.total(report) if report.productions else spend_text.NOTHING),
        image(file_id, spend_text.alt_text(report, titles, names or {})) if file_id else None,
        _table(spend_text.PRODUCTIONS, spend_text.productions(report.productions, report.production_names)),
        _table(spend_text.MODELS, spend_text.models(report.models, titles)),
        _table(spend_text.PEOPLE, spend_text.people(report.people)),
        context(spend_text.others(report.others), spend_text.blind_total(report.blind_total)),
        _table(spend_text.CAPS, "\n".join(spend_text.cap(budget_status) for budget_status in report.budget_statuses)),
        *_pending_charges(report, titles),
        context(spend_text.other_pending_charges(report.other_pending_count)),
    )


def overspent(entry: LedgerEntry) -> View:
    """Tell the payer that a charge exceeded its reservation."""
    text = spend_text.overspent(entry)
    return view(text, section(text), actions([button("seen:0", spend_text.ACKNOWLEDGE, entry.id, style="primary")]))


def _table(title: str, lines: str) -> Block | None:
    return section(f"*{title}*\n{lines}") if lines else None


def _pending_charges(report: SpendReport, titles: Titles) -> Iterator[Block | None]:
    if report.pending_charges:
        yield section(f"*{spend_text.PENDING_CHARGES}*")
    for n, entry in enumerate(report.pending_charges[:_MAX_PENDING_CHARGES]):
        yield section(spend_text.pending_charge(entry, titles))
        yield actions(_answer_buttons(n, entry))


def _answer_buttons(n: int, entry: LedgerEntry) -> list[Block]:
    if entry.overspend:
        return [button(f"seen:{n}", spend_text.ACKNOWLEDGE, entry.id, style="primary")]
    return [
        button(f"charged:{n}", spend_text.CHARGED, entry.id),
        button(f"not_charged:{n}", spend_text.NOT_CHARGED, entry.id),
    ]
