"""The finish in a record: how it stands, both pictures side by side while the lead is asked, what can be pressed."""

from collections.abc import Iterator

from bot.finish import FinishState, newest
from handlers.blocks.shown import Shown
from handlers.blocks.view import Block, actions, button, context, image, question, section
from handlers.words import alt, finishing, labels


def standing(shown: Shown) -> Iterator[Block | None]:
    """Blocks below the record's own; none while nobody asked for a finish."""
    if not (finish := newest(shown.finishes)):
        return
    told = finishing.standing(finish, shown.titles)
    if finish.state is not FinishState.OFFERED:
        yield context(told)
        return
    yield section(told)
    if finish.pair_file:
        yield image(finish.pair_file, alt.pair(shown.round.character, shown.round.brief.text))
        value = f"{finish.round_id} {finish.id}"
        keep = button("keep_finish", labels.KEEP_FINISH, value, style="primary")
        yield actions([keep, button("keep_original", labels.KEEP_ORIGINAL, value)])


def offer(shown: Shown) -> Iterator[Block]:
    """The press that asks for a finish, with its price; none where there is one, or nothing makes the face larger."""
    last = newest(shown.finishes)
    if shown.plan is None or (last and last.live):
        return
    attempt = last.attempt + 1 if last else 1
    plan = shown.plan
    sure = question(
        labels.finish_question(shown.round.character),
        finishing.consequence(plan, shown.titles),
        labels.finish(plan.price, reaches_4k=plan.reaches_4k),
    )
    label = labels.finish(plan.price, reaches_4k=plan.reaches_4k)
    yield button("finish", label, f"{shown.round.id} {attempt} {plan.model}", ask=sure)
