"""Replacements for parts of a message that Slack rejects."""

NO_BUTTONS = (
    "Slack takes no buttons here at the moment. Nothing is lost: the vote counts number emoji while it is open, the "
    "deadline holds, and the buttons come back by themselves."
)
NO_MENU = "A menu is missing here, since Slack does not take it at the moment."
NO_FIELD = "A field is missing here, since Slack does not take it at the moment."


def option(menu: str, label: str) -> str:
    """Label the button that replaces an option of a menu."""
    return f"{menu}: {label}" if menu else label
