"""What is said where Slack does not take a part of a message."""

NO_BUTTONS = (
    "Slack takes no buttons here at the moment. Nothing is lost: the vote counts number emoji while it is open, the "
    "deadline holds, and the buttons come back by themselves."
)
NO_MENU = "A menu is missing here, since Slack does not take it at the moment."
NO_FIELD = "A field is missing here, since Slack does not take it at the moment."


def option(menu: str, label: str) -> str:
    """A button in the place of a menu's line."""
    return f"{menu}: {label}" if menu else label
