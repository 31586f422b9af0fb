"""What a webhook's answer may say about the face: its state in the production's targets. Everything else is refused."""

from dataclasses import dataclass

import msgspec

from bot.domain.errors import BriefError
from bot.domain.target import TARGET_LIMIT, TargetInput


@dataclass(eq=False)
class AnswerRefused(Exception):
    """The answer is not what docs/webhooks.md describes; `problem` says why and repeats nothing of it."""

    problem: str


class _Report(msgspec.Struct, forbid_unknown_fields=True):
    target: str
    state: str
    external_id: str = ""


class _Answer(msgspec.Struct, forbid_unknown_fields=True):
    targets: list[_Report]


def parse_answer(body: bytes, content_type: str) -> tuple[TargetInput, ...]:
    """Return the reports of an answer, empty unless it is a JSON object with `targets`; raises AnswerRefused.

    An answer that says nothing about targets is no error: many receivers answer with text or an object of their own.
    """
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return ()
    try:
        if "targets" not in msgspec.json.decode(body, type=dict[str, msgspec.Raw]):
            return ()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AnswerRefused("malformed") from error
    if len(answer.targets) > TARGET_LIMIT:
        raise AnswerRefused("too_many")
    try:
        return tuple(TargetInput.parse(each.target, each.state, each.external_id) for each in answer.targets)
    except BriefError as error:
        raise AnswerRefused(f"{error.field}_{error.problem}") from error
