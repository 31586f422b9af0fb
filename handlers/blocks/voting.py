"""The round's message while people vote: numbers, never models."""

from bot.round import Round
from handlers.blocks import look
from handlers.blocks.shown import Shown, blind_misses, origin, sheet
from handlers.blocks.view import Block, View, actions, button, context, header, overflow, question, section, view
from handlers.words import labels, lineage, rounds, voters
from handlers.words.text import quiet


def voting(shown: Shown) -> View:
    round_ = shown.round
    return view(
        f"{quiet(labels.voting_header(round_.character))} {rounds.ballot(round_, shown.tally, shown.turnout)}",
        header(labels.voting_header(round_.character)),
        origin(shown),
        *sheet(shown),
        section(rounds.HOW_TO_VOTE, look.press(round_.id)),
        actions(_numbers(shown)),
        context(rounds.ballot(round_, shown.tally, shown.turnout)),
        context(rounds.stop_sign(round_, shown.tally, shown.turnout)),
        context(rounds.who_votes(round_), voters.led_by(round_), lineage.variations(round_), rounds.under_way(round_)),
        *blind_misses(shown, reroll=True),
        actions(_lead(shown)),
        instead=rounds.SHEET_IN_THREAD,
    )


def _numbers(shown: Shown) -> list[Block]:
    votes = {number: shown.tally.votes.get(number, 0) for number in shown.round.slot_of}
    return [
        button(
            f"vote:{number}",
            labels.vote(number, votes[number]),
            slot_id,
            aloud=labels.vote_aloud(number, votes[number]),
        )
        for number, slot_id in shown.round.slot_of.items()
    ]


def lock(shown: Shown) -> Block:
    """The lead's lock; it carries the leader it shows, so that one who came to lead meanwhile is not locked unseen."""
    round_, leader = shown.round, shown.round.leader(shown.tally)
    seen = round_.slot_of.get(leader, "") if leader else ""
    sure = question(
        labels.lock_question(round_.character, leader),
        labels.lock_consequence(shown.tally, round_.lacking(shown.tally)),
        labels.lock_yes(leader),
    )
    value = f"{round_.id} {seen}".strip()
    return button("lock", labels.lock(leader), value, ask=sure, style="primary" if leader else "")


def more(round_: Round) -> Block:
    """What the lead needs less often."""
    until = int(round_.closes_at.timestamp()) if round_.closes_at else 0
    return overflow("more", [(labels.EXTEND, f"{round_.id} extend {until}"), (labels.DROP, f"{round_.id} drop")])


def close(shown: Shown, consequence: str = labels.CLOSE_CONSEQUENCE) -> Block:
    """It stands out once every vote is in, unless there is a lock that does."""
    complete = shown.turnout is not None and shown.turnout.complete
    lockable = not shown.round.sealed and shown.round.leader(shown.tally) is not None
    stop = question(labels.CLOSE_QUESTION, consequence, labels.CLOSE)
    style = "primary" if complete and not lockable else ""
    return button("close", labels.CLOSE, shown.round.id, ask=stop, style=style)


def _lead(shown: Shown) -> list[Block]:
    return [lock(shown), button("reroll", labels.REROLL, shown.round.id), close(shown), more(shown.round)]
