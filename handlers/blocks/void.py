"""The message of a round that ended without a face."""

from collections.abc import Iterator

from handlers.blocks import look
from handlers.blocks.shown import RoundViewData, contact_sheet, named_failures
from handlers.blocks.view import Block, View, context, header, section, view
from handlers.words import labels, lineage, rounds
from handlers.words.text import escape_mrkdwn


def void(data: RoundViewData) -> View:
    """Why it ended, and what it cost."""
    round_, has_successor = data.round, lineage.has_successor(data.round)
    text = (
        lineage.successor_notice(round_, data.child.link if data.child else "")
        if has_successor
        else rounds.void_notice(round_)
    )
    return view(
        f"{escape_mrkdwn(labels.void_header(round_.character))}. {rounds.void_notice(round_)}",
        header(labels.void_header(round_.character)),
        section(text, look.open_button(round_.id) if has_successor and round_.candidates else None),
        *(_kept_blocks(data) if has_successor else ()),
        *named_failures(data),
        context(rounds.requested_by(round_), rounds.cost(round_)),
    )


def _kept_blocks(data: RoundViewData) -> Iterator[Block | None]:
    """A round whose place another one took can still be looked at: the sheet, and the votes as they were known."""
    round_, tally = data.round, data.tally
    yield from contact_sheet(data)
    yield context(lineage.leader_summary(round_, tally))
    if round_.tally:
        yield section(
            "\n".join(rounds.candidate_result(round_, slot, tally, data.titles) for slot in round_.candidates)
        )
