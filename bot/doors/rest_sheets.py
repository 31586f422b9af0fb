"""The REST door's character sheets: the views of a face, each as its own picture, and what video tools take of them."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from bot.domain.character_sheet import SheetView
from bot.domain.errors import NotAvailableHere
from bot.doors import words
from bot.doors.pictures import PictureFile, PictureResponse
from bot.doors.rest import PROBLEMS, RestDoor
from bot.doors.rest_faces import PICTURE_ANSWERS
from bot.doors.schemas import Id
from bot.usecases.casting import Casting
from bot.usecases.character_sheet import SheetListing
from bot.usecases.character_sheet_package import sheet_record, view_file_name
from bot.usecases.door_access import Caller

ViewKey = Annotated[str, Path(pattern=r"^[a-z-]{1,60}$", description=words.VIEW)]


class SheetRoutes:
    """Routes below `/v1/faces/{face_id}/sheet`."""

    def __init__(self, casting: Casting, rest: RestDoor, base_url: str) -> None:
        self._casting = casting
        self._rest = rest
        self._base_url = base_url

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/v1", responses=PROBLEMS, tags=["character sheets"])  # type: ignore[arg-type] # as in rest.py
        caller = Depends(self._rest.caller)

        @router.get("/faces/{face_id}/sheet")
        async def get_sheet(face_id: Id, caller: Caller = caller) -> dict[str, Any]:
            """Return what the character sheet has, as in the package: views, opinions, and what video tools take.

            Nothing measures identity: `same_person` and `drifted` count what people said by eye.
            """
            listing = await self._listing(caller, face_id)
            record = sheet_record(listing.face, listing.sheet)
            for view in record["views"]:
                view["url"] = f"{self._base_url}/v1/faces/{face_id}/sheet/{view['view']}"
            return record

        async def get_view(face_id: Id, view: ViewKey, caller: Caller = caller) -> Response:
            """Return one view as its model made it. ETag is the SHA-256; ranges and If-None-Match work."""
            listing = await self._listing(caller, face_id)
            attempt = _chosen(listing, view)
            assert attempt.portrait
            portrait = attempt.portrait
            load = partial(self._casting.read_for(caller).get_stored, portrait)
            name = view_file_name(listing.face, attempt)
            return PictureResponse(
                PictureFile(load, portrait.media_type, name, portrait.sha256, portrait.sha256, portrait.length)
            )

        path = "/faces/{face_id}/sheet/{view}"
        router.add_api_route(path, get_view, response_class=Response, responses=PICTURE_ANSWERS)  # type: ignore[arg-type]
        router.add_api_route(path, get_view, methods=["HEAD"], include_in_schema=False)
        return router

    async def _listing(self, caller: Caller, face_id: str) -> SheetListing:
        """Return the sheet of a face that the caller may see; raises NotAvailableHere without one."""
        reading = self._casting.read_for(caller)
        await reading.get_face(face_id)
        listing = await reading.get_sheet(face_id)
        if not listing.sheet.attempts:
            raise NotAvailableHere("no_sheet")
        return listing


def _chosen(listing: SheetListing, key: str) -> SheetView:
    attempt = next((one for one in listing.sheet.chosen if one.view.key == key), None)
    if attempt is None:
        raise NotAvailableHere("no_view")
    return attempt
