"""What is said about finishes: what a press does and costs, how one stands, what became of it."""

from bot.face import Portrait
from bot.finish import Finish, FinishState, FinishWay, Plan
from handlers.words import misses
from handlers.words.text import dollars, person, quiet, size
from handlers.words.titles import Titles

ORIGINAL_STAYS = "The original stays as it is."


def consequence(plan: Plan, titles: Titles) -> str:
    """What somebody agrees to by pressing Finish; plain text."""
    who, price = titles(plan.model), dollars(plan.price)
    if plan.way is FinishWay.UPSCALE:
        return f"{who} enlarges this very picture for {price}; what is in it stays. {ORIGINAL_STAYS}"
    grown = "at 4K" if plan.reaches_4k else "larger, but short of 4K,"
    return (
        f"{who} draws the face again {grown} with this picture as its reference, for up to {price}. "
        f"You then see both side by side, and the lead keeps it or not. {ORIGINAL_STAYS}"
    )


def original(portrait: Portrait) -> str:
    return f"original {size(portrait)}"


def standing(finish: Finish, titles: Titles) -> str:
    """How the newest finish stands."""
    who = quiet(titles(finish.model))
    if finish.under_way:
        return f"{who} is finishing it, as {person(finish.asked_by)} asked, for up to {dollars(finish.price)}."
    if finish.state is FinishState.OFFERED:
        return f"Still the same face? {_came(finish, titles)}. The lead keeps it or not. {ORIGINAL_STAYS}"
    if finish.state is FinishState.KEPT:
        return f"Finish: {_came(finish, titles)}, asked by {person(finish.asked_by)}"
    if finish.state is FinishState.DECLINED:
        return f"A finish by {who} was not kept, so {person(finish.decided_by)} decided; it stays in the thread."
    assert finish.miss
    return f"No finish came: {misses.told(finish.miss, who, finish.price)} {ORIGINAL_STAYS}"


def known(finish: Finish, titles: Titles) -> str:
    """For whoever pressed again."""
    return f"Somebody pressed before you, and nothing more is charged. {standing(finish, titles)}"


def brief(finish: Finish) -> str:
    """`finish 3018 × 4096, 4K`, for a line of facts."""
    return f"finish {size(finish.portrait)}" if finish.portrait else ""


def rows(finish: Finish, titles: Titles, charged: str) -> tuple[tuple[str, str], ...]:
    """The lineage of a kept finish, as pairs of a label and its value; `charged` says where its price comes from."""
    assert finish.portrait
    way = "enlarged from the original" if finish.way is FinishWay.UPSCALE else "drawn again from the original"
    cost = dollars(finish.cost) if finish.cost is not None else "open"
    return (
        ("Finish", f"{size(finish.portrait)}, {finish.portrait.media_type}, {way}"),
        ("Finish by", f"{quiet(titles(finish.model))}, `{finish.model}`, asked by {person(finish.asked_by)}"),
        ("Finish price", f"{cost}, {charged}"),
        ("Finish SHA-256", f"`{finish.portrait.sha256}`"),
        ("From", f"`{finish.original}`"),
    )


def _came(finish: Finish, titles: Titles) -> str:
    assert finish.portrait
    cost = f" for {dollars(finish.cost)}" if finish.cost is not None else ""
    return f"{size(finish.portrait)} by {quiet(titles(finish.model))}{cost}"
