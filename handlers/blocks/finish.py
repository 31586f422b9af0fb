"""The finish in a record: how it stands, both pictures side by side while the lead is asked, what can be pressed."""

from collections.abc import Iterator

from bot.finish import UpscaleState, latest_upscale
from handlers.blocks.shown import RoundViewData
from handlers.blocks.view import Block, actions, button, confirm, context, image, section
from handlers.words import alt, finishing, labels


def status_blocks(data: RoundViewData) -> Iterator[Block | None]:
    """Blocks below the record's own; none while nobody asked for a finish."""
    if not (upscale := latest_upscale(data.upscales)):
        return
    text = finishing.status(upscale, data.titles)
    if upscale.state is not UpscaleState.OFFERED:
        yield context(text)
        return
    yield section(text)
    if upscale.pair_file:
        yield image(upscale.pair_file, alt.upscale_pair(data.round.character, data.round.brief.text))
        value = f"{upscale.round_id} {upscale.id}"
        keep_button = button("keep_finish", labels.KEEP_UPSCALE, value, style="primary")
        yield actions([keep_button, button("keep_original", labels.KEEP_ORIGINAL, value)])


def start_button(data: RoundViewData) -> Iterator[Block]:
    """The press that asks for a finish, with its price; none where there is one, or nothing makes the face larger."""
    latest = latest_upscale(data.upscales)
    if data.upscale_plan is None or (latest and latest.is_live):
        return
    attempt = latest.attempt + 1 if latest else 1
    plan = data.upscale_plan
    confirmation = confirm(
        labels.upscale_question(data.round.character),
        finishing.consequence(plan, data.titles),
        labels.upscale(plan.price, reaches_4k=plan.reaches_4k),
    )
    label = labels.upscale(plan.price, reaches_4k=plan.reaches_4k)
    yield button("finish", label, f"{data.round.id} {attempt} {plan.model}", confirm=confirmation)
