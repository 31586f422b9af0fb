"""Errors of the Web API and of the control API."""

from typing import Any


class SlackError(Exception):
    """A response with `ok: false`; `problems` become `errors` and `response_metadata.messages`."""

    def __init__(self, code: str, problems: tuple[str, ...] = (), **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.problems = problems
        self.extra = extra

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.extra}
        if self.problems:
            body["errors"] = list(self.problems)
            body["response_metadata"] = {"messages": [f"[ERROR] {problem}" for problem in self.problems]}
        return body


class ControlError(Exception):
    """An invalid call of the control API; `status` is the HTTP status."""

    def __init__(self, code: str, detail: str = "", status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.status = status
