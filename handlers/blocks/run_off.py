"""The round's message while a run-off is held: only the finalists, under their old numbers, one choice each."""

from handlers.blocks import look
from handlers.blocks.shown import Shown, origin, sheet
from handlers.blocks.view import Block, View, actions, button, context, header, section, view
from handlers.blocks.voting import close, lock, more
from handlers.words import labels, rounds, voters
from handlers.words import run_off as words
from handlers.words.text import quiet


def run_off(shown: Shown) -> View:
    round_ = shown.round
    heading = words.heading(round_.character, tuple(round_.on_ballot))
    # Before a sealed run-off closes, a lock would tell the tally.
    lead = [*([] if round_.sealed else [lock(shown)]), close(shown, words.CLOSE_CONSEQUENCE), more(round_)]
    return view(
        f"{quiet(heading)} {rounds.ballot(round_, shown.tally, shown.turnout)}",
        header(heading),
        origin(shown),
        *sheet(shown),
        section(words.HOW_TO_VOTE, look.press(round_.id)),
        actions(_numbers(shown)),
        context(rounds.ballot(round_, shown.tally, shown.turnout)),
        context(rounds.stop_sign(round_, shown.tally, shown.turnout)),
        context(words.first_ballot(round_)),
        context(rounds.who_votes(round_), voters.led_by(round_)),
        context(words.SEALED if round_.sealed else ""),
        actions(lead),
    )


def _numbers(shown: Shown) -> list[Block]:
    votes = shown.tally.votes
    return [
        button(
            f"choose:{number}",
            labels.vote(number, votes.get(number, 0)),
            slot_id,
            aloud=words.aloud(number) if shown.round.sealed else labels.vote_aloud(number, votes.get(number, 0)),
        )
        for number, slot_id in shown.round.on_ballot.items()
    ]
