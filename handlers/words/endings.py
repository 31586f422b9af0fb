"""What is told of a model that its vendor takes away."""

from bot.catalogue import Ending
from handlers.words.text import calendar, quiet


def notice(ending: Ending) -> str:
    """What happens when, and which model to ask instead."""
    model, successor = ending.model, ending.successor
    name = f"{quiet(model.title)} (`{model.id}`)"
    if ending.gone:
        what = f"{name} is no longer served by its vendor, so it is not asked any more."
    else:
        what = f"{name} is served until {calendar(ending.on)}; from then on it is not asked any more."
    if successor is None:
        return f"{what} Nobody names a successor; a brief without `--models` goes to the models that are left."
    return f"{what} In its place there is {quiet(successor.title)}: `--models {successor.name}`."
