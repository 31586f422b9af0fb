"""Sentences of the installation pages."""

TITLE = "Castroom for Slack"
INTRODUCTION = "Castroom lets a team cast a face together: one brief, several image models, one vote, one locked face."
ADD = "Add to Slack"
ADD_NOTE = "Slack shows what Castroom may do and asks you to confirm. The link works for ten minutes."

INSTALLED_TITLE = "Castroom is installed"
NEXT_STEPS = "Open a channel in Slack, invite @Castroom, and type /cast help."

FAILED_TITLE = "Castroom was not installed"
START_AGAIN = "Start again"
_REASONS = {
    "access_denied": "The request was declined in Slack. Nothing was stored.",
    "invalid_browser": (
        "The installation was started in another browser, or this page was loaded a second time. Start again here, and "
        "allow cookies for this site."
    ),
    "invalid_state": "The link was used already, or it is older than ten minutes.",
    "missing_code": "Slack sent no code with the request.",
    "invalid_code": "Slack did not accept the installation. The code works once, for ten minutes.",
    "storage_error": "The installation could not be stored. Try again in a minute.",
    "unavailable": "Slack or the database did not answer. Try again in a minute.",
}


def installed(workspace: str) -> str:
    return f"Castroom is installed in {workspace}." if workspace else "Castroom is installed."


def failed(reason: str) -> str:
    """Explain a reason of Bolt's or an error code of Slack's."""
    return _REASONS.get(reason, f"Slack answered with the error {reason}.")
