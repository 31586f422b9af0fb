"""The REST door's faces: by name and by id, their pictures, passport, record and signed links."""

from functools import partial
from typing import Annotated, Any, Literal

from cachetools import TTLCache
from fastapi import APIRouter, Depends, Query, Response
from pydantic import AfterValidator

from bot.domain.face import Character
from bot.domain.ids import FILE_EXTENSIONS
from bot.domain.passport import PassportKind
from bot.domain.target import TargetInput
from bot.doors import words
from bot.doors.config import DoorsConfig
from bot.doors.documents import Documents, target_document
from bot.doors.links import LIFETIME, SignedLink, new_link
from bot.doors.pictures import PictureFile, PictureResponse, attachment
from bot.doors.problems import Problem
from bot.doors.rest import PROBLEMS, RestDoor
from bot.doors.schemas import FaceOut, Id, Line, LinksOut, TargetIn, TargetOut
from bot.usecases.casting import Casting
from bot.usecases.door_access import Caller
from bot.usecases.door_reading import DoorReading, PictureKind, ShownFace
from bot.usecases.face_record import file_name

PREVIEW_SIDES = (256, 512, 1024, 2048)
# Scaled previews that are kept for the next call: at most about 15 MB.
_MAX_PREVIEWS, _PREVIEW_SECONDS = 32, 60.0


def _preview_side(side: int) -> int:
    if side not in PREVIEW_SIDES:
        raise ValueError(f"one of {', '.join(map(str, PREVIEW_SIDES))}")
    return side


Side = Annotated[
    int,
    AfterValidator(_preview_side),
    Query(description=words.SIDE, json_schema_extra={"enum": list(PREVIEW_SIDES)}),
]
LinkKind = Literal["original", "finish", "preview"]
PICTURE_ANSWERS = {200: {"content": {"image/*": {}}, "description": words.PICTURE}, 206: {"description": words.PART}}


class FaceRoutes:
    """Routes below `/v1/faces`, and `/v1/links`, which needs no token."""

    def __init__(self, casting: Casting, rest: RestDoor, config: DoorsConfig, documents: Documents) -> None:
        self._casting = casting
        self._read = casting.read_for
        self._rest = rest
        self._config = config
        self._documents = documents
        self._previews: TTLCache[tuple[str, int], bytes] = TTLCache(_MAX_PREVIEWS, _PREVIEW_SECONDS)

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/v1", responses=PROBLEMS, tags=["faces"])  # type: ignore[arg-type] # as in rest.py
        caller = Depends(self._rest.caller)
        self._add_faces(router, caller)
        self._add_passports_and_targets(router, caller)
        self._add_pictures(router, caller)
        return router

    def _add_faces(self, router: APIRouter, caller: Any) -> None:
        @router.get("/faces")
        async def find_face(name: Line, caller: Caller = caller) -> FaceOut:
            """Find a face by its character's name or alias.

            Where no name matches, the problem document lists the nearest names as `suggestions`.
            """
            return self._documents.face(await find_by_name(self._read(caller), name))

        @router.get("/faces/{face_id}")
        async def get_face(face_id: Id, caller: Caller = caller) -> FaceOut:
            """Return a face by its id."""
            return self._documents.face(await self._read(caller).get_face(face_id))

        @router.get("/faces/{face_id}/versions")
        async def list_versions(face_id: Id, caller: Caller = caller) -> list[FaceOut]:
            """List every face of the same character, newest first, the unlocked ones too."""
            reading = self._read(caller)
            faces = await reading.list_versions(face_id)
            return [self._documents.face(await reading.get_face(face.round_id)) for face in faces]

        @router.get("/faces/{face_id}/record")
        async def get_record(face_id: Id, caller: Caller = caller) -> dict[str, Any]:
            """Return the record of the face, as in the download: prompt, votes, costs, hashes, who decided."""
            reading = self._read(caller)
            return await reading.get_record(await reading.get_face(face_id))

        @router.get("/faces/{face_id}/links")
        async def get_links(face_id: Id, caller: Caller = caller) -> LinksOut:
            """Return links to the pictures that need no token, for ten minutes."""
            return self.links(caller, await self._read(caller).get_face(face_id))

    def _add_passports_and_targets(self, router: APIRouter, caller: Any) -> None:
        @router.get("/faces/{face_id}/passport", response_class=Response)
        async def get_passport(
            face_id: Id, picture: PassportKind = PassportKind.ORIGINAL, caller: Caller = caller
        ) -> Response:
            """Return the signed passport of a picture: a C2PA manifest in a file of its own, signed by the studio."""
            reading = self._read(caller)
            passport = await reading.get_passport(await reading.get_face(face_id), picture)
            headers = {"Cache-Control": "private, no-cache"} | attachment(passport.filename)
            return Response(passport.data, media_type="application/c2pa", headers=headers)

        @router.get("/faces/{face_id}/passport/check")
        async def check_passport(
            face_id: Id, picture: PassportKind = PassportKind.ORIGINAL, caller: Caller = caller
        ) -> dict[str, Any]:
            """Check the passport against the stored picture: who signed, what was promised, whether a byte changed."""
            reading = self._read(caller)
            return (await reading.get_passport(await reading.get_face(face_id), picture)).to_json()

        @router.get("/faces/{face_id}/targets")
        async def list_targets(face_id: Id, caller: Caller = caller) -> list[TargetOut]:
            """List the tools that use the face, and what they said about it. Nothing is inferred."""
            reading = self._read(caller)
            targets = await reading.list_targets(await reading.get_face(face_id))
            return [target_document(name, report) for name, report in targets]

        @router.put("/faces/{face_id}/targets/{target}")
        async def report_target(face_id: Id, target: Line, body: TargetIn, caller: Caller = caller) -> list[TargetOut]:
            """Report what a tool said about the face. Scope: report. The record in Slack shows it."""
            reading = self._read(caller)
            shown = await reading.get_face(face_id)
            await reading.report_target(shown, TargetInput.parse(target, body.state, body.external_id))
            return [target_document(name, report) for name, report in await reading.list_targets(shown)]

    def _add_pictures(self, router: APIRouter, caller: Any) -> None:
        """Add the routes of pictures, for GET and HEAD."""

        async def get_original(face_id: Id, caller: Caller = caller) -> Response:
            """Return the model's own bytes, unchanged. ETag is their SHA-256; ranges and If-None-Match work."""
            return await self.picture(self._read(caller), face_id, "original")

        async def get_finish(face_id: Id, caller: Caller = caller) -> Response:
            """Return the kept finish, the face at 4K."""
            return await self.picture(self._read(caller), face_id, "finish")

        async def get_preview(face_id: Id, side: Side = 1024, caller: Caller = caller) -> Response:
            """Return a JPEG of the face."""
            return await self.preview(self._read(caller), face_id, side)

        async def follow_link(
            face_id: Id, kind: LinkKind, holder: _Short, expires: _Seconds, signature: _Short
        ) -> Response:
            """Return a picture for a signed link."""
            link = SignedLink(face_id, kind, holder, expires)
            if not link.is_valid(signature, self._config.link_key, self._casting.now()):
                raise Problem(403, "link-expired", words.LINK)
            caller = await self._rest.admit_holder(holder, f"GET /v1/links/{face_id}/{kind}")
            reading = self._read(caller)
            return await (
                self.preview(reading, face_id, 1024) if kind == "preview" else self.picture(reading, face_id, kind)
            )

        for path, endpoint in (
            ("/faces/{face_id}/original", get_original),
            ("/faces/{face_id}/finish", get_finish),
            ("/faces/{face_id}/preview", get_preview),
            ("/links/{face_id}/{kind}", follow_link),
        ):
            router.add_api_route(path, endpoint, response_class=Response, responses=PICTURE_ANSWERS)  # type: ignore[arg-type]
            router.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)

    async def picture(self, reading: DoorReading, face_id: str, kind: PictureKind) -> PictureResponse:
        """Return a stored picture; raises NotAvailableHere."""
        shown = await reading.get_face(face_id)
        portrait = shown.portrait(kind)
        load = partial(reading.get_stored, portrait)
        name = file_name(shown.face, kind, FILE_EXTENSIONS[portrait.media_type])
        sha256 = portrait.sha256
        return PictureResponse(PictureFile(load, portrait.media_type, name, sha256, sha256, portrait.length))

    async def preview(self, reading: DoorReading, face_id: str, side: int) -> PictureResponse:
        """Return a JPEG of at most `side` pixels; raises NotAvailableHere."""
        shown = await reading.get_face(face_id)
        name, etag = file_name(shown.face, f"preview-{side}", "jpg"), f"{shown.face.portrait.sha256}-{side}"
        return PictureResponse(PictureFile(partial(self.scaled, reading, shown, side), "image/jpeg", name, etag))

    async def scaled(self, reading: DoorReading, shown: ShownFace, side: int) -> bytes:
        """Return a JPEG of at most `side` pixels, kept for a minute; the caller may see the face."""
        key = (shown.face.round_id, side)
        preview = self._previews.get(key)
        if preview is None:
            preview = self._previews[key] = await reading.get_preview(shown, side)
        return preview

    def links(self, caller: Caller, shown: ShownFace) -> LinksOut:
        """Return signed links for a caller who sees the face."""
        now, face_id = self._casting.now(), shown.face.round_id

        def url(kind: LinkKind) -> str:
            return new_link(face_id, kind, caller.id, now).url(self._config.url, self._config.link_key)

        finish = url("finish") if shown.upscale and shown.upscale.portrait else None
        return LinksOut(original=url("original"), finish=finish, preview=url("preview"), expires_at=now + LIFETIME)


_Short = Annotated[str, Query(min_length=1, max_length=200)]
_Seconds = Annotated[int, Query(ge=0, le=10**11)]


async def find_by_name(reading: DoorReading, name: str) -> ShownFace:
    """Return the face of a name; raises Problem with near names, several characters, or the open round."""
    found = await reading.recall(name)
    suggestions = [_suggestion(character) for character in found.characters]
    match found.kind:
        case "face":
            (character,) = found.characters
            assert character.face
            return ShownFace(character.face, found.upscale)
        case "unsure":
            raise Problem(404, "near-names", suggestions=suggestions)
        case "several":
            raise Problem(409, "ambiguous-name", suggestions=suggestions)
        case "casting":
            (character,) = found.characters
            raise Problem(404, "no-face", character_id=character.id, round_id=character.open_round_id)
        case "unlocked":
            raise Problem(404, "no-face", character_id=found.characters[0].id)
    raise Problem(404, "not-found")


def _suggestion(character: Character) -> dict[str, str]:
    return {"character_id": character.id, "name": character.name}
