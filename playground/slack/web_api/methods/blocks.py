"""blocks.validate: validation of blocks, a message or a view (docs.slack.dev, "blocks.validate")."""

from playground.slack.block_kit.validator import check_document
from playground.slack.core.errors import SlackError
from playground.slack.core.rate_limits import SPECIAL
from playground.slack.core.store import Json
from playground.slack.workspace.api_call import ApiCall, ApiMethod

# The argument, and the error code for it.
_ERROR_CODES = {"blocks": "invalid_blocks", "message": "invalid_message", "view": "invalid_view"}


def validate(call: ApiCall) -> Json:
    """Validate exactly one of the three; problems are in `errors`, each with its JSON pointer."""
    arguments = [name for name in _ERROR_CODES if name in call.arguments]
    if len(arguments) != 1:
        raise SlackError("invalid_arguments", ("exactly one of blocks, message and view must be given",))
    code = _ERROR_CODES[arguments[0]]
    document = call.arguments.json_value(arguments[0], code)
    if not isinstance(document, list if arguments[0] == "blocks" else dict):
        raise SlackError("invalid_arguments", (f"{arguments[0]} has the wrong type",))
    if problems := check_document(document):
        raise SlackError(code, errors=[_error_entry(problem) for problem in problems])
    return {}


def _error_entry(problem: str) -> Json:
    """Split a problem `message [json-pointer:/blocks/0]` as this method returns it."""
    message, _, pointer = problem.rpartition(" [json-pointer:")
    return {"pointer": pointer.rstrip("]"), "code": "failed_constraint", "message": message or problem}


METHODS = {"blocks.validate": ApiMethod(validate, SPECIAL)}
