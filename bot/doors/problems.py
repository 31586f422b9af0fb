"""Errors as problem documents (RFC 9457). `type` is a relative reference to the page of the doors that explains it."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from bot.domain import errors, service_errors
from bot.domain.errors import BriefError, CastingError, DoorRefused, NotAvailableHere, OverBudget
from bot.doors import words

MEDIA_TYPE = "application/problem+json"
_RETRY_SECONDS = 5
_UNAUTHORIZED_REASONS = frozenset({"unknown", "revoked", "expired"})


class ProblemDocument(BaseModel):
    """A problem document; further members depend on its type."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str = ""


class Problem(Exception):
    """An answer that is a problem document; `members` are its further members."""

    def __init__(
        self, status: int, code: str, detail: str = "", headers: Mapping[str, str] | None = None, **members: object
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail
        self.headers, self.members = dict(headers or {}), members

    @property
    def title(self) -> str:
        return words.TITLES[self.code]

    def response(self) -> Response:
        document = {"type": f"/v1/docs#{self.code}", "title": self.title, "status": self.status}
        document |= {"detail": self.detail} if self.detail else {}
        members = {key: value for key, value in self.members.items() if value not in (None, "", ())}
        return JSONResponse(document | members, self.status, self.headers, MEDIA_TYPE)


def problem_of(error: CastingError) -> Problem:
    """Translate an expected failure; the one place that knows its status."""
    detail = words.describe(error)
    if isinstance(error, DoorRefused):
        return _refusal(error, detail)
    if isinstance(error, BriefError):
        code = "idempotency-key-used" if error.problem == "used" else "invalid-brief"
        round_id = error.got if error.problem == "used" else None
        return Problem(
            422, code, detail, field=error.field, problem=error.problem, allowed=error.allowed, round_id=round_id
        )
    if isinstance(error, NotAvailableHere):
        if error.reason in ("not_invited", "not_member"):
            return Problem(403, "forbidden", detail)
        return Problem(404, "not-found", detail)
    if isinstance(error, OverBudget):
        resets_at = error.resets_at.isoformat() if error.resets_at else None
        return Problem(
            409,
            "over-budget",
            detail,
            cap=error.cap,
            limit_usd=str(error.limit),
            price_usd=str(error.price),
            remaining_usd=str(error.remaining),
            resets_at=resets_at,
        )
    return _other(error, detail)


def _refusal(error: DoorRefused, detail: str) -> Problem:
    if error.reason in _UNAUTHORIZED_REASONS:
        challenge = {"WWW-Authenticate": 'Bearer realm="castroom", error="invalid_token"'}
        return Problem(401, "unauthorized", detail, challenge)
    if error.reason == "too_many":
        return Problem(429, "rate-limited", detail, {"Retry-After": str(max(1, error.retry_after))})
    if error.reason == "scope":
        return Problem(403, "scope", detail, scope=error.got)
    return Problem(403, "forbidden", detail)


def _other(error: CastingError, detail: str) -> Problem:
    match error:
        case errors.AlreadyCasting():
            return Problem(409, "already-casting", detail, round_id=error.round_id)
        case errors.ConsentNeeded():
            return Problem(409, "consent-needed", detail)
        case errors.AlreadyCast():
            return Problem(409, "already-cast", detail)
        case errors.ModelsUnavailable():
            return Problem(409, "models-unavailable", detail, requested=error.requested, available=error.configured)
        case errors.NoModels():
            return Problem(409, "models-unavailable", detail)
        case errors.PermissionDenied() | errors.NotLead():
            return Problem(403, "forbidden", detail)
        case errors.PersonLimitReached():
            return Problem(429, "too-many", detail, {"Retry-After": "60"}, limit=error.limit, kind=error.kind)
        case errors.UnacknowledgedOverspend():
            return Problem(409, "overspend", detail)
        case errors.PassportUnavailable():
            return Problem(404, "no-passport", detail, reason=error.reason)
        case service_errors.PortraitMissing():
            return Problem(410, "gone", detail)
        case service_errors.SlackUnavailable() | service_errors.StorageUnavailable():
            return Problem(503, "unavailable", detail, {"Retry-After": str(_RETRY_SECONDS)})
    return Problem(409, "conflict", detail)


def answer_problems(app: FastAPI) -> None:
    """Let the app answer every error with a problem document."""

    async def on_problem(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return error.response()

    async def on_casting_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, CastingError)
        return problem_of(error).response()

    async def on_invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        # Without the rejected values, which may be secrets that were sent in the wrong place.
        found = [{"at": ".".join(map(str, one["loc"])), "problem": one["msg"]} for one in error.errors()]
        return Problem(422, "invalid-request", errors=found).response()

    async def on_http_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = "not-found" if error.status_code == 404 else "http"
        return Problem(error.status_code, code, str(error.detail), error.headers).response()

    async def on_unexpected(_request: Request, _error: Exception) -> Response:
        return Problem(500, "internal", words.INTERNAL).response()

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(CastingError, on_casting_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_unexpected)
