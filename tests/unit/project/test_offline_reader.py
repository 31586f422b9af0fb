"""Content Credentials are read offline, from each type of picture: a manifest that lies elsewhere is not fetched."""

from io import BytesIO
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import c2pa
import pytest
from PIL import Image

from bot.domain.face import Credentials, CredentialsState
from bot.passport.native import library_settings
from bot.passport.reader import read_credentials
from tests.support.passport_keys import VENDOR, signed_by_vendor, vendor_key, vendor_root
from tests.support.scripted_models import make_portrait


class _Silent(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Write nothing."""


@pytest.mark.parametrize("offline", [True, False])
def test_manifest_at_an_address_is_not_fetched(offline: bool) -> None:
    """The second case shows that the library would call, without our settings."""
    asked: list[str] = []

    def app(environ: dict[str, str], start_response: object) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start_response("404 Not Found", [])  # type: ignore[operator]
        return [b""]

    with make_server("127.0.0.1", 0, app, handler_class=_Silent) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        picture = _picture_with_remote_manifest(f"http://127.0.0.1:{server.server_port}/manifest.c2pa")
        if offline:
            assert read_credentials(picture, "image/png").state in (CredentialsState.BROKEN, CredentialsState.NONE)
        else:
            with pytest.raises(c2pa.C2paError):
                c2pa.Reader("image/png", BytesIO(picture))
        server.shutdown()
    assert asked == ([] if offline else ["/manifest.c2pa"])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_the_type_of_a_picture_is_found_in_its_bytes(kind: str) -> None:
    out, media_type = BytesIO(), f"image/{kind.lower()}"
    Image.open(BytesIO(make_portrait(1))).convert("RGB").resize((96, 128)).save(out, kind)
    signed = signed_by_vendor(out.getvalue(), media_type)
    for picture, expected in (
        (out.getvalue(), Credentials(CredentialsState.NONE)),
        (signed, Credentials(CredentialsState.VALID, VENDOR)),
    ):
        assert read_credentials(picture, "", vendor_root()) == expected
        assert read_credentials(picture, media_type, vendor_root()) == expected


def _picture_with_remote_manifest(url: str) -> bytes:
    key, out = vendor_key(), BytesIO()
    action = {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/print"}
    manifest = {"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}], "format": "image/png"}
    info = c2pa.C2paSignerInfo(key.algorithm, key.chain, key.private_key, None)
    with (
        c2pa.Context.from_dict(library_settings()) as context,
        c2pa.Builder(manifest, context) as builder,
        c2pa.Signer.from_info(info) as signer,
    ):
        builder.set_no_embed()
        builder.set_remote_url(url)
        builder.sign(signer, "image/png", BytesIO(make_portrait(1)), out)
    return out.getvalue()
