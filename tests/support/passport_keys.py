"""Keys that sign in tests, and pictures as a vendor signs them."""

from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import c2pa

from bot.passport.keys import SigningKey, create_keys
from bot.passport.native import library_settings, root_of

STUDIO, VENDOR = "Harbour Film", "OpenAI"
_GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@cache
def studio_key() -> SigningKey:
    return make_key(STUDIO)


@cache
def vendor_key() -> SigningKey:
    return make_key(VENDOR)


def as_setting(key: SigningKey) -> str:
    """Return a key as PASSPORT_KEY takes it."""
    return (key.private_key + key.chain).decode()


def make_key(name: str) -> SigningKey:
    with TemporaryDirectory() as folder:
        return create_keys(Path(folder), name)


def vendor_root() -> str:
    return root_of(vendor_key().chain)


def signed_by_vendor(picture: bytes, media_type: str = "image/png") -> bytes:
    """Return the picture with an embedded manifest, as a vendor of generated images writes it."""
    key = vendor_key()
    action = {"action": "c2pa.created", "digitalSourceType": _GENERATED, "softwareAgent": {"name": "gpt-image-2"}}
    manifest: dict[str, Any] = {
        "claim_generator_info": [{"name": VENDOR}],
        "format": media_type,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    out = BytesIO()
    info = c2pa.C2paSignerInfo(key.algorithm, key.chain, key.private_key, None)
    with (
        c2pa.Context.from_dict(library_settings(vendor_root())) as context,
        c2pa.Builder(manifest, context) as builder,
        c2pa.Signer.from_info(info) as signer,
    ):
        builder.sign(signer, media_type, BytesIO(picture), out)
    return out.getvalue()


def with_changed_pixel(picture: bytes) -> bytes:
    """Return the picture with one changed byte near its end, in the pixels."""
    at = len(picture) - 40
    return picture[:at] + bytes([picture[at] ^ 1]) + picture[at + 1 :]
