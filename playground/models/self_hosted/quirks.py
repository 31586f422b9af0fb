"""Differences between self-hosted servers with OpenAI's Images API, from vLLM-Omni's documents and from relays."""

from typing import Annotated, Literal

import msgspec

ErrorShape = Literal["object", "string", "detail", "message"]


class ServerQuirks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behaviour of the practice server.

    `response_format` rejected: sending it is an error, and responses are base64. `url`: what it returns if base64 is
    not requested. `size` ignored: every picture is 1024x1024. `errors`: {"error": {...}}, {"error": "words"},
    {"detail": "words"} or {"message": "words"}. `auth` optional: no key is required. `most`: pictures per call.
    """

    response_format: Literal["accepted", "rejected"] = "accepted"
    url: Literal["absolute", "relative", "data", "private"] = "absolute"
    size: Literal["kept", "ignored"] = "kept"
    errors: ErrorShape = "object"
    auth: Literal["optional", "required"] = "optional"
    most: Annotated[int, msgspec.Meta(ge=1)] = 4

    def with_changes(self, changes: dict[str, object]) -> "ServerQuirks":
        """Return a copy with changes; raises msgspec.ValidationError for an unknown quirk."""
        return msgspec.convert({**msgspec.structs.asdict(self), **changes}, ServerQuirks)
