"""Replacements for parts of a message that Slack rejects."""

NO_BUTTONS = (
    "Slack does not accept buttons here right now. Nothing is lost: the vote counts number emoji while it is open, the "
    "deadline holds, and the buttons come back by themselves."
)
NO_MENU = "A menu is missing here, because Slack does not accept it right now."
NO_FIELD = "A field is missing here, because Slack does not accept it right now."


def option(menu: str, label: str) -> str:
    """Label the button that replaces an option of a menu."""
    return f"{menu}: {label}" if menu else label
