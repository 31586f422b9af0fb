"""blocks.validate: what Slack would say about blocks, a message or a view; docs.slack.dev, "blocks.validate"."""

from playground.slack.call import Call, Method
from playground.slack.errors import SlackError
from playground.slack.rates import SPECIAL
from playground.slack.store import Json
from playground.slack.validator import check_document

# What is asked about, and the code with which Slack says no.
_CODES = {"blocks": "invalid_blocks", "message": "invalid_message", "view": "invalid_view"}


def validate(call: Call) -> Json:
    """Exactly one of the three; problems stand in `errors`, each with its JSON pointer."""
    given = [name for name in _CODES if name in call.arguments]
    if len(given) != 1:
        raise SlackError("invalid_arguments", ("exactly one of blocks, message and view must be given",))
    code = _CODES[given[0]]
    document = call.arguments.nested(given[0], code)
    if not isinstance(document, list if given[0] == "blocks" else dict):
        raise SlackError("invalid_arguments", (f"{given[0]} has the wrong type",))
    if problems := check_document(document):
        raise SlackError(code, errors=[_pointed(problem) for problem in problems])
    return {}


def _pointed(problem: str) -> Json:
    """A problem as this method tells it: `message [json-pointer:/blocks/0]` taken apart."""
    message, _, pointer = problem.rpartition(" [json-pointer:")
    return {"pointer": pointer.rstrip("]"), "code": "failed_constraint", "message": message or problem}


METHODS = {"blocks.validate": Method(validate, SPECIAL)}
