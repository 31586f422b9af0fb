"""The round message while people vote: numbers, never models."""

from collections.abc import Iterator

from bot.domain.round import Round
from handlers.text import labels, lineage, voters
from handlers.text import round as round_text
from handlers.views import comments as comment_views
from handlers.views import compare as compare_views
from handlers.views import flaw_tags as flaw_tag_views
from handlers.views.builder import Block, View, actions, button, confirm, context, overflow, section
from handlers.views.round.shared import RoundViewData, blind_failures, contact_sheet, origin, round_view


def voting(data: RoundViewData) -> View:
    round_ = data.round
    heading = labels.round_header(round_)
    status = round_text.ballot_status(round_, data.tally, data.turnout)
    return round_view(
        round_,
        heading,
        f" {status}",
        origin(data),
        *contact_sheet(data),
        section(round_text.HOW_TO_VOTE),
        actions(vote_buttons(data)),
        actions(
            [
                compare_views.open_button(round_.id),
                comment_views.open_button(round_.id),
                flaw_tag_views.open_button(round_.id),
            ]
        ),
        context(status),
        context(round_text.vote_outlook(round_, data.tally, data.turnout)),
        context(
            round_text.who_votes(round_),
            voters.led_by(round_),
            lineage.variations(round_),
            round_text.in_progress(round_),
        ),
        *blind_failures(data, can_reroll=True),
        actions(_lead_elements(data)),
        image_placeholder=round_text.SHEET_IN_THREAD,
    )


def vote_buttons(data: RoundViewData) -> Iterator[Block]:
    """Build a button for each candidate, and one for none of them."""
    for number, slot_id in data.round.slot_id_by_number.items():
        votes = data.tally.votes.get(number, 0)
        label, spoken = labels.counted(f"{number}", votes), labels.vote_accessibility_label(number, votes)
        yield button(f"vote:{number}", label, slot_id, accessibility_label=spoken)
    count = data.tally.none_count
    label, spoken = labels.counted(labels.NONE, count), labels.vote_accessibility_label(None, count)
    yield button("vote_none", label, data.round.id, accessibility_label=spoken)


def lock_button(data: RoundViewData) -> Block:
    """Build the lead's lock button.

    Its value is the leader that it shows, so a lock after a lead change is rejected. Without a leader a press asks what
    to do.
    """
    round_, leader = data.round, data.round.leader(data.tally)
    if leader is None:
        return button("lock", labels.lock(None), round_.id)
    confirmation = confirm(
        labels.lock_question(round_.character, leader), labels.lock_consequence(data.tally), labels.lock_yes(leader)
    )
    value = f"{round_.id} {round_.slot_id_by_number[leader]}"
    return button("lock", labels.lock(leader), value, confirm=confirmation, style="primary")


def more_menu(round_: Round) -> Block:
    """Build the menu of less frequent controls."""
    closes_at = int(round_.closes_at.timestamp()) if round_.closes_at else 0
    return overflow("more", [(labels.EXTEND, f"{round_.id} extend {closes_at}"), (labels.DROP, f"{round_.id} drop")])


def close_button(data: RoundViewData, consequence: str = labels.CLOSE_CONSEQUENCE) -> Block:
    """Build the close button; it is primary once every vote is in, unless the lock button is."""
    is_complete = data.turnout is not None and data.turnout.is_complete
    can_lock = not data.round.is_sealed and data.round.leader(data.tally) is not None
    confirmation = confirm(labels.CLOSE_QUESTION, consequence, labels.CLOSE)
    style = "primary" if is_complete and not can_lock else ""
    return button("close", labels.CLOSE, data.round.id, confirm=confirmation, style=style)


def _lead_elements(data: RoundViewData) -> list[Block]:
    return [
        lock_button(data),
        button("reroll", labels.REROLL, data.round.id),
        close_button(data),
        more_menu(data.round),
    ]
