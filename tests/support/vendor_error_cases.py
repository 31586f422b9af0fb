"""Every form of a bad response, with the failure it must become."""

import gzip
import json

from bot.domain.model_errors import (
    AuthenticationFailed,
    ContentRefused,
    InsufficientCredit,
    InvalidImage,
    InvalidRequest,
    ModelRetired,
    PaidStatus,
    ProviderDown,
    RateLimited,
    TimedOut,
)
from tests.support.fake_vendor_server import CannedResponse
from tests.support.vendor_cases import (
    BASE64,
    ECHO,
    GEMINI,
    HTML,
    OPENAI,
    RECRAFT,
    VENDORS,
    ErrorCase,
    Json,
    Vendor,
)


def common_cases(vendor: Vendor) -> list[ErrorCase]:
    """Responses that any vendor, or a gateway before it, may send."""
    success = vendor.success_body(BASE64)
    retry = CannedResponse({"error": {"message": ECHO}}, 429, {"Retry-After": "7"})
    return [
        ErrorCase("an HTML page in place of the answer", CannedResponse(HTML), InvalidImage, "maybe", "not JSON"),
        ErrorCase("an empty body", CannedResponse(b""), InvalidImage, "maybe", "not JSON"),
        ErrorCase("nesting without end", CannedResponse(b'{"x":' + b"[" * 50_000), InvalidImage, "maybe", "not JSON"),
        ErrorCase("JSON of another shape", CannedResponse(["picture"]), InvalidImage, "yes", "malformed"),
        ErrorCase(
            "base64 that breaks off", CannedResponse(vendor.success_body(BASE64[:-3])), InvalidImage, "yes", "malformed"
        ),
        ErrorCase(
            "base64 with a foreign sign",
            CannedResponse(vendor.success_body(BASE64[:40] + "*" + BASE64[41:])),
            InvalidImage,
            "yes",
        ),
        ErrorCase(
            "an empty picture", CannedResponse(vendor.success_body("")), InvalidImage, _paid_for_empty_picture(vendor)
        ),
        ErrorCase("500", CannedResponse({"error": {"message": ECHO}}, 500), ProviderDown, "maybe"),
        ErrorCase("502 as a page", CannedResponse(HTML, 502), ProviderDown, "maybe", "status 502"),
        ErrorCase("503", CannedResponse({"error": {"message": ECHO}}, 503), ProviderDown, "no", call_count=3),
        ErrorCase(
            "503 for a minute", CannedResponse(b"", 503, {"Retry-After": "60"}), ProviderDown, "no", "status 503"
        ),
        ErrorCase("504 as a page", CannedResponse(HTML, 504), ProviderDown, "maybe", "status 504"),
        ErrorCase("529", CannedResponse({"error": {"message": ECHO}}, 529), ProviderDown, "no", call_count=3),
        *(
            ErrorCase(
                f"{encoding} from a gateway",
                CannedResponse(twice_gzipped(success), headers={"Content-Encoding": encoding}),
                InvalidImage,
                "maybe",
                "unreadable encoding",
            )
            for encoding in ("gzip, gzip", "br")
        ),
        ErrorCase(
            "an encoded error",
            CannedResponse(twice_gzipped(success), 429, {"Content-Encoding": "gzip, gzip"}),
            RateLimited,
            "no",
            "status 429",
        ),
        ErrorCase("409", CannedResponse({"error": {"message": ECHO}}, 409), ProviderDown, "maybe"),
        ErrorCase("408", CannedResponse({"error": {"message": ECHO}}, 408), TimedOut, "maybe"),
        ErrorCase("a redirect", CannedResponse(b"", 307, {"Location": "/elsewhere"}), ProviderDown, "no", "status 307"),
        ErrorCase("a page that forbids", CannedResponse(HTML, 403), ProviderDown, "no", "status 403"),
        ErrorCase("a page that is not there", CannedResponse(HTML, 404), ProviderDown, "no", "status 404"),
        ErrorCase("a page that does not understand", CannedResponse(HTML, 400), ProviderDown, "no", "status 400"),
        ErrorCase("401", CannedResponse({"error": {"message": ECHO}}, 401), AuthenticationFailed, "no"),
        ErrorCase("401 as a page", CannedResponse(HTML, 401), AuthenticationFailed, "no"),
        ErrorCase("429 with seconds", retry, RateLimited, "no", retry_after=7),
        ErrorCase("429 as a page", CannedResponse(HTML, 429), RateLimited, "no", "status 429"),
        ErrorCase(
            "cut before reading",
            CannedResponse(success, behavior="cut before reading"),
            ProviderDown,
            "maybe",
            "connection lost",
        ),
        ErrorCase(
            "cut before answering",
            CannedResponse(success, behavior="cut before answering"),
            ProviderDown,
            "maybe",
            "connection lost",
        ),
        ErrorCase(
            "cut in the answer",
            CannedResponse(success, behavior="cut in the answer"),
            ProviderDown,
            "maybe",
            "connection lost",
        ),
    ]


def twice_gzipped(body: Json) -> bytes:
    return gzip.compress(gzip.compress(json.dumps(body).encode()))


def _paid_for_empty_picture(vendor: Vendor) -> PaidStatus:
    """Credits and tokens show that the call was charged; Google's tokens show it less reliably."""
    return "maybe" if vendor is GEMINI else "yes"


def _recraft_error(status: int, code: str, message: str) -> CannedResponse:
    return CannedResponse({"code": code, "message": f"{message} {ECHO}"}, status, {"X-Recraft-Requestid": "q"})


RECRAFT_CASES = [
    ErrorCase(
        "moderation",
        _recraft_error(400, "content_moderation", "Rejected."),
        ContentRefused,
        detail="content_moderation",
    ),
    ErrorCase(
        "a picture flagged",
        _recraft_error(422, "nsfw_content", "Flagged as NSFW."),
        ContentRefused,
        detail="nsfw_content",
    ),
    ErrorCase("no credits", _recraft_error(400, "not_enough_credits", "Not enough credits."), InsufficientCredit),
    ErrorCase("no credits by 402", _recraft_error(402, "payment_required", "Top up."), InsufficientCredit),
    ErrorCase("no credits by 429", _recraft_error(429, "limit", "Insufficient balance."), InsufficientCredit),
    ErrorCase("402 without a word", CannedResponse({}, 402), InsufficientCredit),
    ErrorCase(
        "a bad key", _recraft_error(401, "unauthorized", "Invalid token."), AuthenticationFailed, detail="unauthorized"
    ),
    ErrorCase("a key that may not", _recraft_error(403, "forbidden", "Not for you."), AuthenticationFailed),
    ErrorCase("a retired id", _recraft_error(404, "model_not_found", "Model recraftv4_1 was not found."), ModelRetired),
    ErrorCase(
        "a retired id by 400", _recraft_error(400, "bad_value", "model: recraftv4_1 is no longer served."), ModelRetired
    ),
    ErrorCase(
        "a size not known", _recraft_error(400, "invalid_request", "size: 3:4 is not supported."), InvalidRequest
    ),
    ErrorCase(
        "too fast", _recraft_error(429, "too_many_requests", "Slow down."), RateLimited, detail="too_many_requests"
    ),
    ErrorCase("errors in a list", CannedResponse({"errors": [{"message": "NSFW"}]}, 400), ContentRefused),
    ErrorCase("no data", CannedResponse({"credits": 0, "data": []}), InvalidImage, "no", "no image"),
    ErrorCase("no data, charged", CannedResponse({"credits": 35, "data": []}), InvalidImage, "yes", "no image"),
    ErrorCase("null data", CannedResponse({"data": None}), InvalidImage, "maybe", "no image"),
    ErrorCase(
        "an address only",
        CannedResponse({"data": [{"url": "http://10.0.0.1/x.png"}]}),
        InvalidImage,
        "yes",
        "address not allowed",
    ),
]


def _openai_error(status: int, code: str | None, kind: str = "invalid_request_error", **more: object) -> CannedResponse:
    error = {"message": ECHO, "type": kind, "param": more.pop("param", None), "code": code, **more}
    return CannedResponse({"error": error}, status, {"x-request-id": "req_1"})


def _blocked(**details: object) -> CannedResponse:
    return _openai_error(400, "moderation_blocked", "image_generation_user_error", moderation_details=details)


_RATE_LIMIT = _openai_error(429, "rate_limit_exceeded", "input-images")

OPENAI_CASES = [
    ErrorCase(
        "moderation, older", _openai_error(400, "moderation_blocked", "image_generation_user_error"), ContentRefused
    ),
    ErrorCase(
        "moderation of the words",
        _blocked(moderation_stage="input", categories=["violence", "self-harm"]),
        ContentRefused,
        detail="input:violence:self-harm",
    ),
    ErrorCase(
        "moderation of the picture",
        _blocked(moderation_stage="output", categories=[]),
        ContentRefused,
        "maybe",
        "output",
    ),
    ErrorCase("moderation at a stage unknown", _blocked(moderation_stage="unknown"), ContentRefused, "no", "unknown"),
    ErrorCase("the older policy code", _openai_error(400, "content_policy_violation"), ContentRefused),
    ErrorCase(
        "no quota",
        _openai_error(429, "insufficient_quota", "insufficient_quota"),
        InsufficientCredit,
        "no",
        "insufficient_quota",
    ),
    ErrorCase(
        "no quota by type alone",
        _openai_error(429, None, "insufficient_quota"),
        InsufficientCredit,
        "no",
        "insufficient_quota",
    ),
    ErrorCase("a hard limit", _openai_error(429, "billing_hard_limit_reached"), InsufficientCredit),
    ErrorCase("a hard limit by 400", _openai_error(400, "billing_hard_limit_reached"), InsufficientCredit),
    ErrorCase("a project's limit", _openai_error(429, "project_spend_limit_exceeded"), InsufficientCredit),
    ErrorCase("a bad key", _openai_error(401, "invalid_api_key"), AuthenticationFailed, "no", "invalid_api_key"),
    ErrorCase(
        "a key not for this model", _openai_error(403, "model_not_found"), AuthenticationFailed, "no", "model_not_found"
    ),
    ErrorCase(
        "an organization not verified",
        CannedResponse({"error": {"message": "Your organization must be verified to use it.", "type": "x"}}, 403),
        AuthenticationFailed,
        detail="organization not verified",
    ),
    ErrorCase("a retired id", _openai_error(404, "model_not_found"), ModelRetired, "no", "model_not_found"),
    ErrorCase("a retired id by 400", _openai_error(400, "model_not_found"), ModelRetired),
    ErrorCase(
        "a size not legal",
        _openai_error(400, "invalid_value", param="size"),
        InvalidRequest,
        "no",
        "invalid_value:size",
    ),
    ErrorCase("a code that is a sentence", _openai_error(400, ECHO), InvalidRequest, "no", "status 400"),
    ErrorCase("a code that is a number", CannedResponse({"error": {"message": ECHO, "code": 7}}, 400), InvalidRequest),
    ErrorCase("too fast, no time told", _RATE_LIMIT, RateLimited, "no", "rate_limit_exceeded"),
    ErrorCase(
        "too fast, in milliseconds",
        CannedResponse(_RATE_LIMIT.body, 429, {"retry-after-ms": "1500", "retry-after": "2"}),
        RateLimited,
        retry_after=1.5,
    ),
    ErrorCase("overload", _openai_error(503, None, "server_error"), ProviderDown, "no", "server_error", call_count=3),
    ErrorCase("no data", CannedResponse({"created": 0, "data": []}), InvalidImage, "maybe", "no image"),
    ErrorCase("null data", CannedResponse({"data": None}), InvalidImage, "maybe", "no image"),
]


def _google_error(status: int, name: str, message: str = ECHO, *details: Json) -> CannedResponse:
    return CannedResponse(
        {"error": {"code": status, "message": message, "status": name, "details": list(details)}}, status
    )


def _rpc_detail(kind: str, **fields: object) -> Json:
    return {"@type": f"type.googleapis.com/google.rpc.{kind}", **fields}


def _finished_without_picture(reason: str, **usage: int) -> CannedResponse:
    candidate = {"content": {"role": "model"}, "finishReason": reason, "finishMessage": None}
    tokens = {"promptTokenCount": 12} | usage
    return CannedResponse({"candidates": [candidate], "usageMetadata": tokens})


_INVALID_KEY = _google_error(400, "INVALID_ARGUMENT", ECHO, _rpc_detail("ErrorInfo", reason="API_KEY_INVALID"))
_EXHAUSTED = "RESOURCE_EXHAUSTED"
_FREE_TIER = _rpc_detail("QuotaFailure", violations=[{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}])
_FINISHED_REFUSED = (
    "SAFETY PROHIBITED_CONTENT BLOCKLIST SPII RECITATION IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION"
)

GEMINI_CASES = [
    *(
        ErrorCase(
            f"blocked for {reason}",
            CannedResponse({"promptFeedback": {"blockReason": reason}}),
            ContentRefused,
            "no",
            reason,
        )
        for reason in ("SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY")
    ),
    *(
        ErrorCase(f"finished by {reason}", _finished_without_picture(reason), ContentRefused, "no", reason)
        for reason in _FINISHED_REFUSED.split()
    ),
    *(
        ErrorCase(f"finished by {reason}", _finished_without_picture(reason), InvalidImage, "maybe", reason)
        for reason in ("NO_IMAGE", "IMAGE_OTHER", "OTHER", "MAX_TOKENS", "MALFORMED_RESPONSE")
    ),
    ErrorCase(
        "refused after output",
        _finished_without_picture("IMAGE_SAFETY", candidatesTokenCount=1120),
        ContentRefused,
        "maybe",
    ),
    ErrorCase(
        "refused after thinking",
        _finished_without_picture("IMAGE_SAFETY", thoughtsTokenCount=96),
        ContentRefused,
        "maybe",
    ),
    ErrorCase(
        "an account limited",
        _finished_without_picture("PUP_LIMITED_DISABLED"),
        AuthenticationFailed,
        "no",
        "PUP_LIMITED_DISABLED",
    ),
    ErrorCase("no candidates", CannedResponse({"candidates": []}), InvalidImage, "maybe", "no image"),
    ErrorCase("a bad key is a 400", _INVALID_KEY, AuthenticationFailed, "no", "INVALID_ARGUMENT:API_KEY_INVALID"),
    ErrorCase(
        "a bad key, in words", _google_error(400, "INVALID_ARGUMENT", "API key not valid."), AuthenticationFailed
    ),
    ErrorCase("a bad key in a list", CannedResponse([_INVALID_KEY.body], 400), AuthenticationFailed),
    ErrorCase(
        "a key that may not", _google_error(403, "PERMISSION_DENIED"), AuthenticationFailed, "no", "PERMISSION_DENIED"
    ),
    ErrorCase("a retired id", _google_error(404, "NOT_FOUND"), ModelRetired, "no", "NOT_FOUND"),
    ErrorCase("a field not known", _google_error(400, "INVALID_ARGUMENT"), InvalidRequest, "no", "INVALID_ARGUMENT"),
    ErrorCase(
        "a quota of zero", _google_error(429, _EXHAUSTED, "Quota exceeded, limit: 0, model: x"), InsufficientCredit
    ),
    ErrorCase("a free tier's quota", _google_error(429, _EXHAUSTED, ECHO, _FREE_TIER), InsufficientCredit),
    ErrorCase(
        "a spending cap",
        _google_error(429, _EXHAUSTED, "The project's monthly spending cap is reached."),
        InsufficientCredit,
    ),
    ErrorCase(
        "billing turned off",
        _google_error(403, "PERMISSION_DENIED", ECHO, _rpc_detail("ErrorInfo", reason="BILLING_DISABLED")),
        InsufficientCredit,
    ),
    ErrorCase(
        "too fast",
        _google_error(429, _EXHAUSTED, ECHO, _rpc_detail("RetryInfo", retryDelay="2.5s")),
        RateLimited,
        "no",
        _EXHAUSTED,
        retry_after=2.5,
    ),
    ErrorCase("too fast, no time told", _google_error(429, _EXHAUSTED, "Quota exceeded, limit: 10"), RateLimited),
    ErrorCase("overload", _google_error(503, "UNAVAILABLE"), ProviderDown, "no", "UNAVAILABLE", call_count=3),
    ErrorCase(
        "a gateway's deadline", _google_error(504, "DEADLINE_EXCEEDED"), ProviderDown, "maybe", "DEADLINE_EXCEEDED"
    ),
]

ALL_CASES: list[tuple[Vendor, ErrorCase]] = [
    *((vendor, case) for vendor in VENDORS for case in common_cases(vendor)),
    *((RECRAFT, case) for case in RECRAFT_CASES),
    *((OPENAI, case) for case in OPENAI_CASES),
    *((GEMINI, case) for case in GEMINI_CASES),
]
