"""How this side says no."""

from typing import Any


class SlackError(Exception):
    """An answer with `ok: false`; `problems` become `errors` and `response_metadata.messages`."""

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
    """A call of the control door that makes no sense; `status` is HTTP's."""

    def __init__(self, code: str, detail: str = "", status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.status = status
