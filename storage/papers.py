"""Ballot papers: one a person and leg, the newest kept; each new one raises the version a close is compared with."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballot import BallotSubmission
from bot.round import RoundState
from storage.database import upsert
from storage.slots import bump_ballot_version
from storage.tables import ballot_submissions, rounds


async def record_submission(connection: AsyncConnection, submission: BallotSubmission) -> bool:
    """Keep a newer paper of a voting round; False when it came too late or an equal or newer one is there."""
    query = select(rounds.c.id).where(rounds.c.id == submission.round_id, rounds.c.state == RoundState.VOTING)
    if await connection.scalar(query.with_for_update()) is None:
        return False
    insertion = upsert(connection, ballot_submissions).values(**vars(submission))
    key_columns = [column.name for column in ballot_submissions.primary_key]
    answers = {name: getattr(submission, name) for name in ("reads_human", "matches_character", "flaw_tags", "event_ts_us")}
    statement = insertion.on_conflict_do_update(
        index_elements=key_columns, set_=answers, where=ballot_submissions.c.event_ts_us < submission.event_ts_us
    )
    if await connection.scalar(statement.returning(ballot_submissions.c.person)) is None:
        return False
    await bump_ballot_version(connection, submission.round_id)
    return True


async def list_submissions(connection: AsyncConnection, round_id: str) -> Sequence[BallotSubmission]:
    rows = await connection.execute(select(ballot_submissions).where(ballot_submissions.c.round_id == round_id))
    return [BallotSubmission(**row) for row in rows.mappings()]
