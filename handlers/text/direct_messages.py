"""Direct messages about models that vendors retire."""

from bot.domain.catalogue import Retirement
from handlers.text.format import calendar_date, escape_mrkdwn


def retirement_notice(retirement: Retirement) -> str:
    """Say when the model retires, and which model replaces it."""
    model, successor = retirement.model, retirement.successor
    name = f"{escape_mrkdwn(model.title)} (`{model.id}`)"
    if retirement.is_retired:
        text = f"{name} is no longer served by its vendor, so it is not asked any more."
    else:
        text = f"{name} is served until {calendar_date(retirement.retires_on)}; from then on it is not asked any more."
    if successor is None:
        return f"{text} Nobody names a successor; a brief without `--models` goes to the models that are left."
    return f"{text} In its place there is {escape_mrkdwn(successor.title)}: `--models {successor.name}`."
