"""The round's message after the lock: the record."""

from collections.abc import Iterator

from bot.face import Face
from handlers.blocks import finish
from handlers.blocks.shown import RoundViewData, portrait_file_id
from handlers.blocks.view import Block, View, actions, button, context, header, image, section, view
from handlers.words import alt, finishing, labels, recasting, records, rounds, run_off
from handlers.words.text import escape_mrkdwn


def record(data: RoundViewData) -> View:
    round_, face = data.round, data.face
    file_id = portrait_file_id(round_)
    title = records.header(face, data.current_face) if face else labels.record_header(round_.character)
    return view(
        " ".join(filter(None, [escape_mrkdwn(title), records.winner_plain_text(face, data.titles) if face else ""])),
        header(title),
        image(file_id, alt.face(round_.character, round_.brief.text)) if file_id else None,
        *(_face_blocks(data, face) if face else ()),
        context(run_off.first_ballot(round_)),
        context(records.other_candidates(round_, data.tally, data.titles)),
        context(
            rounds.cost(round_),
            rounds.intended_use(face.use) if face else "",
            finishing.original_size(face.portrait) if face else "",
        ),
        *finish.status_blocks(data),
        actions(_buttons(data)),
    )


def _face_blocks(data: RoundViewData, face: Face) -> Iterator[Block | None]:
    """What became of the face since, how it was chosen, who is on hold, and what it was cast in place of."""
    round_, tally, titles = data.round, data.tally, data.titles
    if unlock_text := records.unlock_notice(face, data.current_face, data.link_to(data.current_face)):
        yield section(unlock_text)
    yield section(records.winner(face, titles, records.sealed_results(round_, tally, round_.locked_candidate)))
    if number := records.understudy(round_, tally):
        understudy = round_.candidate_by_number(number)
        yield section(
            records.understudy_line(understudy, tally, titles, records.sealed_results(round_, tally, understudy))
        )
    if data.recast_face:
        yield context(
            records.recast_of_closed_round(round_.recast_reason, data.recast_face, data.link_to(data.recast_face))
        )


def _buttons(data: RoundViewData) -> Iterator[Block]:
    """A face that is not the character's any more can be looked at and taken on, and is finished no further."""
    round_, face, current_face = data.round, data.face, data.current_face
    is_current = face is not None and (current_face is None or current_face.round_id == face.round_id)
    if is_current and current_face:
        yield from finish.start_button(data)
    yield button("full", labels.FULL, round_.id)
    yield button("facts", labels.FACTS, round_.id)
    yield button("take", labels.DOWNLOAD, round_.id)
    if data.version_count > 1:
        yield button("versions", labels.VERSIONS, round_.id)
    if is_current:
        yield button("recast_face", recasting.OPEN, round_.id)
