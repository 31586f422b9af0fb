"""The message of a round that ended without a face."""

from collections.abc import Iterator

from bot.domain.erasure import DELETED
from handlers.text import deletion, labels, lineage
from handlers.text import round as round_text
from handlers.views import compare as compare_views
from handlers.views.builder import Block, View, context, header, section, view
from handlers.views.round.shared import RoundViewData, contact_sheet, named_failures, round_view


def void(data: RoundViewData) -> View:
    if data.round.void_reason == DELETED:
        notice = deletion.DELETING_NOTICE if data.round.slots else deletion.DELETED_NOTICE
        return view(notice, header(deletion.DELETED_HEADER), section(notice))
    round_, has_successor = data.round, lineage.has_successor(data.round)
    text = (
        lineage.successor_notice(round_, data.child.link if data.child else "")
        if has_successor
        else round_text.void_notice(round_)
    )
    return round_view(
        round_,
        labels.round_header(round_),
        f". {round_text.void_notice(round_)}",
        section(text, compare_views.open_button(round_.id) if has_successor and round_.candidates else None),
        *(_replaced_round_blocks(data) if has_successor else ()),
        *named_failures(data),
        context(round_text.requested_by(round_), round_text.cost(round_)),
    )


def _replaced_round_blocks(data: RoundViewData) -> Iterator[Block | None]:
    """Show the sheet and the known votes of a round that another one replaced."""
    round_, tally = data.round, data.tally
    yield from contact_sheet(data)
    yield context(lineage.leader_summary(round_, tally))
    if round_.tally:
        yield section(
            "\n".join(round_text.candidate_result(round_, slot, tally, data.titles) for slot in round_.candidates)
        )
