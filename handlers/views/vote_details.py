"""Who voted for what, in a modal."""

from collections.abc import Iterator

from bot.usecases.vote_details import BallotVoters, RoundVoters
from handlers.text import vote_details as words
from handlers.text.model_titles import Titles
from handlers.views.builder import Block, View, context, section, view


def vote_details(voters: RoundVoters, titles: Titles) -> View:
    """Show each ballot: a line for every candidate with votes, most votes first, and those who chose none."""
    return view(
        words.TITLE,
        section(words.heading(voters.round.character)),
        *(block for ballot in voters.ballots for block in _ballot_blocks(voters, ballot, titles)),
        context(words.WHO_SEES_IT),
    )


def _ballot_blocks(voters: RoundVoters, ballot: BallotVoters, titles: Titles) -> Iterator[Block | None]:
    if len(voters.ballots) > 1:
        yield section(words.BALLOTS[ballot.stage])
    ranked = sorted(ballot.people.items(), key=lambda item: (-len(item[1]), item[0]))
    for number, people in ranked:
        yield section(words.candidate(number, titles(voters.round.candidate_by_number(number).model), people))
    if ballot.chose_none:
        yield section(words.chose_none(ballot.chose_none))
    if not (ballot.people or ballot.chose_none or ballot.missing):
        yield section(words.NOBODY)
    yield context(words.missing(ballot.missing))
