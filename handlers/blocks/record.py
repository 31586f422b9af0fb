"""The round's message after the lock: the record."""

from handlers.blocks import finish
from handlers.blocks.shown import Shown, portrait_file
from handlers.blocks.view import View, actions, button, context, header, image, section, view
from handlers.words import alt, finishing, labels, rounds, run_off
from handlers.words.text import quiet


def record(shown: Shown) -> View:
    round_, face = shown.round, shown.face
    file_id = portrait_file(round_)
    title = labels.record_header(round_.character)
    told = rounds.record(face, shown.titles) if face else ""
    return view(
        " ".join(filter(None, [quiet(title), told])),
        header(title),
        image(file_id, alt.face(round_.character, round_.brief.text)) if file_id else None,
        section(told) if told else None,
        section("\n".join(rounds.revealed(s, shown.tally, shown.titles, round_.character) for s in round_.candidates))
        if shown.tally.answers
        else None,
        context(run_off.first_ballot(round_)),
        context(
            rounds.others(round_, shown.tally, shown.titles),
            rounds.cost(round_),
            rounds.use(face.use) if face else "",
            finishing.original(face.portrait) if face else "",
        ),
        *finish.standing(shown),
        actions(
            [
                *finish.offer(shown),
                button("full", labels.FULL, round_.id),
                button("facts", labels.FACTS, round_.id),
                button("take", labels.TAKE, round_.id),
            ]
        ),
    )
