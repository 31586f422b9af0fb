"""The round message of a run-off: the finalists under their old numbers, one choice per voter."""

from collections.abc import Iterator

from handlers.text import alt_text, labels, voters
from handlers.text import round as round_text
from handlers.text import run_off as words
from handlers.views import comments as comment_views
from handlers.views import compare as compare_views
from handlers.views import picture_report as report
from handlers.views.builder import Block, View, actions, button, context, image, section
from handlers.views.round.shared import RoundViewData, origin, round_view
from handlers.views.round.voting import close_button, lock_button, more_menu


def run_off(data: RoundViewData) -> View:
    round_ = data.round
    heading = words.heading(round_.character, tuple(round_.ballot_options))
    status = round_text.ballot_status(round_, data.tally, data.turnout)
    # A lock button would reveal the leader of a sealed run-off.
    lead_elements = [
        *([] if round_.is_sealed else [lock_button(data)]),
        close_button(data, words.CLOSE_CONSEQUENCE),
        more_menu(round_),
    ]
    return round_view(
        round_,
        heading,
        f" {status}",
        origin(data),
        *report.hidden(round_),
        _finalists(data),
        section(words.HOW_TO_VOTE),
        actions(_choice_buttons(data)),
        actions([compare_views.open_button(round_.id), comment_views.open_button(round_.id)]),
        context(status),
        context(round_text.vote_outlook(round_, data.tally, data.turnout)),
        context(words.first_ballot(round_)),
        context(round_text.who_votes(round_), voters.led_by(round_)),
        context(words.SEALED if round_.is_sealed else ""),
        actions(lead_elements),
    )


def _finalists(data: RoundViewData) -> Block | None:
    """Show the finalists alone; until Slack has their picture, say so."""
    if not data.run_off_sheet:
        return context(words.PICTURE_TO_COME)
    return image(data.run_off_sheet, alt_text.contact_sheet(data.round, tuple(data.round.ballot_options)))


def _choice_buttons(data: RoundViewData) -> Iterator[Block]:
    for number, slot_id in data.round.ballot_options.items():
        votes = data.tally.votes.get(number, 0)
        spoken = labels.vote_accessibility_label(number, votes)
        if data.round.is_sealed:
            spoken = words.accessibility_label(number)
        yield button(f"choose:{number}", labels.counted(f"{number}", votes), slot_id, accessibility_label=spoken)
