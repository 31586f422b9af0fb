"""Upscales: what they cost, their status and their facts."""

from bot.domain.face import Portrait
from bot.domain.upscale import Upscale, UpscaleMethod, UpscalePlan, UpscaleState
from handlers.text import failures
from handlers.text.format import dollars, escape_mrkdwn, person, size
from handlers.text.model_titles import Titles

ORIGINAL_STAYS = "The original stays as it is."


def consequence(plan: UpscalePlan, titles: Titles) -> str:
    """Say what the user confirms with the button; plain text."""
    model_title, price = titles(plan.model), dollars(plan.price)
    if plan.method is UpscaleMethod.UPSCALER:
        return f"{model_title} enlarges the picture for {price} without redrawing it. {ORIGINAL_STAYS}"
    size_text = "at 4K" if plan.reaches_4k else "larger, but short of 4K,"
    return (
        f"{model_title} draws the face again {size_text} with this picture as its reference, for up to {price}. "
        f"You then see both side by side, and the lead decides whether to keep it. {ORIGINAL_STAYS}"
    )


def original_size(portrait: Portrait) -> str:
    return f"original {size(portrait)}"


def status(upscale: Upscale, titles: Titles) -> str:
    """Describe the state of the newest upscale."""
    model_title = escape_mrkdwn(titles(upscale.model))
    if upscale.is_in_progress:
        request = f"as {person(upscale.requested_by)} asked, for up to {dollars(upscale.price)}"
        return f"{model_title} is finishing it, {request}."
    if upscale.state is UpscaleState.OFFERED:
        return f"Still the same face? {_result(upscale, titles)}. The lead decides whether to keep it. {ORIGINAL_STAYS}"
    if upscale.state is UpscaleState.KEPT:
        return f"Finish: {_result(upscale, titles)}, asked by {person(upscale.requested_by)}"
    if upscale.state is UpscaleState.DECLINED:
        return f"{person(upscale.decided_by)} did not keep the finish by {model_title}; it stays in the thread."
    assert upscale.failure
    return f"The finish failed: {failures.failure_reason(upscale.failure, model_title, upscale.price)} {ORIGINAL_STAYS}"


def already_started(upscale: Upscale, titles: Titles) -> str:
    """Tell a second user that another one pressed before them."""
    return f"Already requested; nothing more is charged. {status(upscale, titles)}"


def upscaled_size(upscale: Upscale) -> str:
    """Return `finish 3018 × 4096, 4K`."""
    return f"finish {size(upscale.portrait)}" if upscale.portrait else ""


def rows(upscale: Upscale, titles: Titles, cost_note: str) -> tuple[tuple[str, str], ...]:
    """Return a kept upscale's facts as pairs of a label and its value; `cost_note` says where its price comes from."""
    assert upscale.portrait
    method = (
        "enlarged from the original" if upscale.method is UpscaleMethod.UPSCALER else "drawn again from the original"
    )
    cost = dollars(upscale.cost) if upscale.cost is not None else "open"
    return (
        ("Finish", f"{size(upscale.portrait)}, {upscale.portrait.media_type}, {method}"),
        (
            "Finish by",
            f"{escape_mrkdwn(titles(upscale.model))}, `{upscale.model}`, asked by {person(upscale.requested_by)}",
        ),
        ("Finish price", f"{cost}, {cost_note}"),
        ("Finish SHA-256", f"`{upscale.portrait.sha256}`"),
        ("From", f"`{upscale.original_sha256}`"),
    )


def _result(upscale: Upscale, titles: Titles) -> str:
    assert upscale.portrait
    cost = f" for {dollars(upscale.cost)}" if upscale.cost is not None else ""
    return f"{size(upscale.portrait)} by {escape_mrkdwn(titles(upscale.model))}{cost}"
