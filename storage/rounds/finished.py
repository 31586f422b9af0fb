"""Rounds whose ballot closed, with everything that people voted: three queries, however many rounds."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import and_, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ballot import BallotSubmission, VoteInput
from bot.domain.standings.report import FinishedRound
from storage.db.ballot_tables import ballot_submissions, vote_inputs
from storage.db.tables import is_follow_up, rounds
from storage.rounds.queries import list_rounds


async def list_finished(connection: AsyncConnection, team: str, limit: int) -> Sequence[FinishedRound]:
    """List the newest rounds with a frozen tally, newest first; callbacks and re-auditions compare something else."""
    is_finished = and_(rounds.c.team == team, rounds.c.tally.is_not(None), not_(is_follow_up))
    ids = select(rounds.c.id).where(is_finished).order_by(rounds.c.opened_at.desc(), rounds.c.id).limit(limit)
    newest = ids.subquery()
    found = await list_rounds(connection, rounds.c.id.in_(select(newest.c.id)), rounds.c.opened_at.desc())
    inputs: defaultdict[str, list[VoteInput]] = defaultdict(list)
    query = select(vote_inputs).where(vote_inputs.c.round_id.in_(select(newest.c.id)), vote_inputs.c.on)
    for row in (await connection.execute(query)).mappings():
        inputs[row["round_id"]].append(VoteInput(**row))
    submissions: defaultdict[str, list[BallotSubmission]] = defaultdict(list)
    query = select(ballot_submissions).where(ballot_submissions.c.round_id.in_(select(newest.c.id)))
    for row in (await connection.execute(query)).mappings():
        submissions[row["round_id"]].append(BallotSubmission(**row))
    return [FinishedRound(round_, inputs[round_.id], submissions[round_.id]) for round_ in found]
