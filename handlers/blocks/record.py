"""The round's message after the lock: the record."""

from collections.abc import Iterator

from bot.face import Face
from handlers.blocks import finish
from handlers.blocks.shown import Shown, portrait_file
from handlers.blocks.view import Block, View, actions, button, context, header, image, section, view
from handlers.words import alt, finishing, labels, recasting, records, rounds, run_off
from handlers.words.text import quiet


def record(shown: Shown) -> View:
    round_, face = shown.round, shown.face
    file_id = portrait_file(round_)
    title = records.header(face, shown.present) if face else labels.record_header(round_.character)
    return view(
        " ".join(filter(None, [quiet(title), records.plainly(face, shown.titles) if face else ""])),
        header(title),
        image(file_id, alt.face(round_.character, round_.brief.text)) if file_id else None,
        *(_told(shown, face) if face else ()),
        context(run_off.first_ballot(round_)),
        context(records.others(round_, shown.tally, shown.titles)),
        context(
            rounds.cost(round_),
            rounds.use(face.use) if face else "",
            finishing.original(face.portrait) if face else "",
        ),
        *finish.standing(shown),
        actions(_presses(shown)),
    )


def _told(shown: Shown, face: Face) -> Iterator[Block | None]:
    """What became of the face since, how it was chosen, who is on hold, and what it was cast in place of."""
    round_, tally, titles = shown.round, shown.tally, shown.titles
    if since := records.unlocked(face, shown.present, shown.link(shown.present)):
        yield section(since)
    yield section(records.winner(face, titles, records.answered(round_, tally, round_.locked)))
    if number := records.understudy(round_, tally):
        second = round_.numbered(number)
        yield section(records.on_hold(second, tally, titles, records.answered(round_, tally, second)))
    if shown.before:
        yield context(records.came_of(round_.because, shown.before, shown.link(shown.before)))


def _presses(shown: Shown) -> Iterator[Block]:
    """A face that is not the character's any more can be looked at and taken on, and is finished no further."""
    round_, face, present = shown.round, shown.face, shown.present
    standing = face is not None and (present is None or present.round_id == face.round_id)
    if standing and present:
        yield from finish.offer(shown)
    yield button("full", labels.FULL, round_.id)
    yield button("facts", labels.FACTS, round_.id)
    yield button("take", labels.TAKE, round_.id)
    if shown.versions > 1:
        yield button("versions", labels.VERSIONS, round_.id)
    if standing:
        yield button("recast_face", recasting.OPEN, round_.id)
