"""The spend report: sums, chart, caps, and the charges that the reader must confirm."""

from collections.abc import Iterator, Mapping

from bot.domain.spend_report import LedgerEntry, SpendReport
from handlers.text import spend as words
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, View, actions, button, context, header, image, section, text_view, view

_MAX_PENDING_CHARGES = 8


def spend_report(
    report: SpendReport, titles: Titles, file_id: str = "", names: Mapping[str, str] | None = None
) -> View:
    """Build the report; `file_id` is the chart, empty until Slack can show it, and `names` are those in the chart."""
    return view(
        f"{words.header(report)}: {words.total(report)}",
        header(words.header(report)),
        section(words.total(report) if report.productions else words.NOTHING),
        image(file_id, words.alt_text(report, titles, names or {})) if file_id else None,
        _table(words.PRODUCTIONS, words.productions(report.productions, report.production_names)),
        _table(words.MODELS, words.models(report.models, titles)),
        _table(words.PEOPLE, words.people(report.people)),
        context(words.others(report.others), words.blind_total(report.blind_total)),
        _table(words.CAPS, "\n".join(words.cap(budget_status) for budget_status in report.budget_statuses)),
        *_pending_charges(report, titles),
        context(words.other_pending_charges(report.other_pending_count)),
    )


def overspent(entry: LedgerEntry) -> View:
    """Tell the payer that a charge exceeded its reservation."""
    return text_view(words.overspent(entry), button("seen:0", words.ACKNOWLEDGE, entry.id, style="primary"))


def _table(title: str, lines: str) -> Block | None:
    return section(f"*{title}*\n{lines}") if lines else None


def _pending_charges(report: SpendReport, titles: Titles) -> Iterator[Block | None]:
    if report.pending_charges:
        yield section(f"*{words.PENDING_CHARGES}*")
    for n, entry in enumerate(report.pending_charges[:_MAX_PENDING_CHARGES]):
        yield section(words.pending_charge(entry, titles))
        yield actions(_answer_buttons(n, entry))


def _answer_buttons(n: int, entry: LedgerEntry) -> list[Block]:
    if entry.overspend:
        return [button(f"seen:{n}", words.ACKNOWLEDGE, entry.id, style="primary")]
    return [
        button(f"charged:{n}", words.CHARGED, entry.id),
        button(f"not_charged:{n}", words.NOT_CHARGED, entry.id),
    ]
