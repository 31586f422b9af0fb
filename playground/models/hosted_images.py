"""Pictures at unguessable URLs, which expire after a while."""

from collections import OrderedDict
from uuid import uuid4

from aiohttp import web

from playground.models.corrupted_images import Picture
from playground.models.http_delivery import redirect

_MAX_IMAGES = 100  # pictures; vendors keep them for an hour to a day


class HostedImages:
    """The newest pictures of one vendor, under `path`."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._pictures: OrderedDict[str, Picture] = OrderedDict()

    def route(self) -> web.RouteDef:
        return web.get(f"{self._path}/{{name}}", self._serve_picture)

    def add(self, picture: Picture) -> str:
        """Store a picture; return its name, with the extension of its type."""
        name = f"{uuid4().hex}.{picture.media_type.removeprefix('image/')}"
        self._pictures[name] = picture
        while len(self._pictures) > _MAX_IMAGES:
            self._pictures.popitem(last=False)
        return name

    def image_path(self, name: str) -> str:
        return f"{self._path}/{name}"

    def image_url(self, request: web.Request, name: str) -> str:
        """Return the URL under the address that the client used."""
        return f"{request.scheme}://{request.host}{self.image_path(name)}"

    def get(self, address: str) -> Picture | None:
        return self._pictures.get(address.rpartition("/")[2])

    async def _serve_picture(self, request: web.Request) -> web.StreamResponse:
        """Serve a picture without a key: the URL is the secret, like the vendors' signed URLs."""
        picture = self._pictures.get(request.match_info["name"])
        if picture is None:
            raise web.HTTPNotFound
        return redirect() if picture.is_redirected else web.Response(body=picture.data, content_type=picture.media_type)
