"""Answers of the Images API, which OpenAI, Recraft, own servers and gateways share."""

from collections.abc import Sequence

import msgspec

from providers.http.client import AccountClient


class Image(msgspec.Struct):
    """One picture, as base64 or by its URL; gateways send an empty or null `b64_json` beside the URL."""

    b64_json: bytes | None = None
    url: str | None = None


class ImagesResponse(msgspec.Struct):
    """A list of pictures, or Recraft's one upscaled `image`. Metadata stays raw: it must not cost a paid picture."""

    data: list[Image | None] | None = None
    image: Image | None = None
    usage: msgspec.Raw = msgspec.Raw()
    credits: msgspec.Raw = msgspec.Raw()
    output_format: msgspec.Raw = msgspec.Raw()


async def fetch_picture(
    client: AccountClient, images: Sequence[Image | None] | None, *, model: str, timeout_seconds: float
) -> bytes | None:
    """Return the first picture, downloaded if only its URL came; None without either. Raises ModelErrors."""
    given = [image for image in images or () if image]
    if data := next((image.b64_json for image in given if image.b64_json), None):
        return data
    url = next((image.url for image in given if image.url), None)
    return await client.download(url, model=model, timeout_seconds=timeout_seconds) if url else None
