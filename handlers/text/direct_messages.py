"""Direct messages about models that vendors retire."""

from bot.domain.catalogue import Retirement
from handlers.text.format import calendar_date, escape_mrkdwn


def retirement_notice(retirement: Retirement) -> str:
    """Say when the model retires, and which model replaces it."""
    model, successor = retirement.model, retirement.successor
    name = f"{escape_mrkdwn(model.title)} (`{model.id}`)"
    if retirement.is_replaced:
        text = f"{name} was replaced by its vendor and may go any day."
    elif retirement.is_retired:
        text = f"{name} is retired by its vendor and no longer used."
    else:
        text = f"{name} is available until {calendar_date(retirement.retires_on)}; after that it is not used."
    if successor is None:
        return f"{text} It has no successor; briefs without `--models` use the remaining models."
    return f"{text} Its successor is {escape_mrkdwn(successor.title)}: `--models {successor.name}`."
