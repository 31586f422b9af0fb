"""Signed links to a face's pictures: good for ten minutes, and only while their holder may see the face."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class SignedLink:
    """What a link's signature covers; `holder` is the id of the caller who asked for it."""

    face_id: str
    kind: str
    holder: str
    expires: int

    def signature(self, key: bytes) -> str:
        text = "\n".join((self.face_id, self.kind, self.holder, str(self.expires)))
        return hmac.new(key, text.encode("utf-8", "replace"), sha256).hexdigest()

    def is_valid(self, signature: str, key: bytes, now: datetime) -> bool:
        is_signed = hmac.compare_digest(self.signature(key).encode(), signature.encode("utf-8", "replace"))
        return is_signed and now.timestamp() < self.expires

    def url(self, base_url: str, key: bytes) -> str:
        query = {"holder": self.holder, "expires": str(self.expires), "signature": self.signature(key)}
        return f"{base_url}/v1/links/{self.face_id}/{self.kind}?{urlencode(query)}"


def new_link(face_id: str, kind: str, holder: str, now: datetime) -> SignedLink:
    return SignedLink(face_id, kind, holder, int((now + LIFETIME).timestamp()))
