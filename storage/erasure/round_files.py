"""Which files in Slack show a round, and which of them show only what may be shown."""

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import run_off_sheet_key, sheet_page_key
from bot.domain.round import Round
from storage.db.erasure_tables import posted_files
from storage.db.face_tables import sheet_views, upscales
from storage.db.tables import rounds, slack_uploads, slots


async def list_slack_files(connection: AsyncConnection, round_id: str) -> set[str]:
    """Return the ids of all files in Slack that show the round."""
    found: set[str] = set()
    for columns, condition in (
        ((rounds.c.sheet_file, rounds.c.record_file), rounds.c.id == round_id),
        ((slots.c.file_id, slots.c.original_file), slots.c.round_id == round_id),
        ((upscales.c.pair_file, upscales.c.file_id), upscales.c.round_id == round_id),
        ((sheet_views.c.file_id,), sheet_views.c.round_id == round_id),
        ((posted_files.c.file_id,), posted_files.c.round_id == round_id),
    ):
        for row in await connection.execute(select(*columns).where(condition)):
            found.update(file_id for file_id in row if file_id)
    return found | await _uploads_of(connection, round_id)


async def list_hidden_files(connection: AsyncConnection, round_: Round) -> set[str]:
    """Return the files in Slack that may show a hidden portrait of the round; none while no portrait is hidden.

    The files of other portraits stay, and what was uploaded since: the contact sheet that covers the portrait. Files
    with the faces of several rounds (posters, PDFs) show a round's face only.
    """
    if not round_.hidden:
        return set()
    shown = [slot for slot in round_.slots if slot not in round_.hidden]
    kept = {round_.sheet_file, *(file_id for slot in shown for file_id in (slot.file_id, slot.original_file))}
    kept |= await _uploads_of(connection, round_.id)
    if not round_.is_face_hidden:
        kept.add(round_.record_file)
        pairs = select(upscales.c.pair_file, upscales.c.file_id).where(upscales.c.round_id == round_.id)
        kept.update(file_id for row in await connection.execute(pairs) for file_id in row)
        views = select(sheet_views.c.file_id).where(sheet_views.c.round_id == round_.id)
        kept.update(await connection.scalars(views))
        page = select(slack_uploads.c.files).where(slack_uploads.c.key == sheet_page_key(round_.id))
        kept.update(file_id for files in await connection.scalars(page) for file_id in files.split())
        of_others = select(posted_files.c.file_id).where(posted_files.c.round_id != round_.id)
        of_round = select(posted_files.c.file_id).where(posted_files.c.round_id == round_.id)
        kept.update(await connection.scalars(of_round.where(posted_files.c.file_id.in_(of_others))))
    return await list_slack_files(connection, round_.id) - kept


async def delete_uploads(connection: AsyncConnection, round_id: str, files: set[str]) -> None:
    """Forget earlier uploads of these files, and those whose key names the round."""
    is_of_files = [slack_uploads.c.files.contains(file_id, autoescape=True) for file_id in sorted(files)]
    await connection.execute(delete(slack_uploads).where(or_(_is_upload_of(round_id), *is_of_files)))


async def _uploads_of(connection: AsyncConnection, round_id: str) -> set[str]:
    query = select(slack_uploads.c.files).where(_is_upload_of(round_id))
    return {file_id for (files,) in await connection.execute(query) for file_id in files.split()}


def _is_upload_of(round_id: str) -> ColumnElement[bool]:
    """Return the condition for uploads whose key names the round; other keys are hashes."""
    return or_(
        slack_uploads.c.key == run_off_sheet_key(round_id),
        slack_uploads.c.key.startswith("side-by-side:") & slack_uploads.c.key.contains(round_id, autoescape=True),
    )
