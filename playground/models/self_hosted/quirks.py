"""In what self-hosted servers that claim OpenAI's Images API differ: seen in vLLM-Omni's documents and in relays."""

from typing import Annotated, Literal

import msgspec

ErrorShape = Literal["object", "string", "detail", "message"]


class ServerQuirks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the practice server behaves until told otherwise.

    `response_format` rejected: sending it is an error, and every answer is base64. `url`: what is given where base64 is
    not asked for. `size` ignored: every picture is 1024x1024. `errors`: {"error": {...}}, {"error": "words"},
    {"detail": "words"} or {"message": "words"}. `auth` optional: no key is fine. `most`: pictures a call.
    """

    response_format: Literal["accepted", "rejected"] = "accepted"
    url: Literal["absolute", "relative", "data", "private"] = "absolute"
    size: Literal["kept", "ignored"] = "kept"
    errors: ErrorShape = "object"
    auth: Literal["optional", "required"] = "optional"
    most: Annotated[int, msgspec.Meta(ge=1)] = 4

    def with_changes(self, changes: dict[str, object]) -> "ServerQuirks":
        """With some habits replaced; raises msgspec.ValidationError for one that does not exist."""
        return msgspec.convert({**msgspec.structs.asdict(self), **changes}, ServerQuirks)
