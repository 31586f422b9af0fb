"""The REST door: productions, characters, histories and rounds at `/v1`. Faces are in `rest_faces`."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from bot.domain.brief import BallotMode, Ground, IntendedUse
from bot.domain.catalogue import Look
from bot.domain.door_token import Scope
from bot.domain.errors import NotAvailableHere
from bot.domain.face import Character
from bot.doors import documents, words
from bot.doors.cursors import Cursor, next_cursor, offset_of
from bot.doors.gate import Gate
from bot.doors.problems import Problem, ProblemDocument
from bot.doors.schemas import CastIn, CharacterOut, EventOut, Id, Line, PageOf, ProductionOut, QuoteOut, RoundOut
from bot.usecases.casting import Casting
from bot.usecases.door_access import Caller
from bot.usecases.door_casting import CastRequest
from bot.usecases.door_reading import DoorReading, ShownFace

_bearer = HTTPBearer(auto_error=False, description=words.BEARER)
_STATUSES = (401, 403, 404, 409, 410, 413, 421, 422, 429, 503)
PROBLEMS = {status: {"model": ProblemDocument, "description": words.PROBLEM} for status in _STATUSES}
Limit = Annotated[int, Query(ge=1, le=100)]


class RestDoor:
    """The routes of the REST door, each for the caller whom the gate lets in."""

    def __init__(self, casting: Casting, gate: Gate, documents_: documents.Documents) -> None:
        self._casting = casting
        self._read = casting.read_for
        self._gate = gate
        self._documents = documents_

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/v1", responses=PROBLEMS)  # type: ignore[arg-type] # statuses are int or str
        caller = Depends(self.caller)
        self._add_lists(router, caller)
        self._add_character(router, caller)
        self._add_rounds(router, caller)
        return router

    def _add_lists(self, router: APIRouter, caller: Any) -> None:
        documents_ = self._documents

        @router.get("/productions", tags=["productions"])
        async def list_productions(
            cursor: Cursor = None, limit: Limit = 50, caller: Caller = caller
        ) -> PageOf[ProductionOut]:
            """List the productions that the token opens: the one it was made for."""
            offset = offset_of(cursor)
            productions = await self._read(caller).list_productions()
            items = [documents_.production(one) for one in productions[offset : offset + limit]]
            return PageOf(items=items, total=len(productions), next_cursor=next_cursor(offset, items, len(productions)))

        @router.get("/characters", tags=["characters"])
        async def list_characters(
            q: Line | None = None,
            with_face: bool = False,
            cursor: Cursor = None,
            limit: Limit = 50,
            caller: Caller = caller,
        ) -> PageOf[CharacterOut]:
            """List the characters that everyone in the token's channel sees, by name. `q` matches within names."""
            offset, reading = offset_of(cursor), self._read(caller)
            page = await reading.list_characters(q or "", limit, offset, only_with_face=with_face)
            items = [await self._listed(reading, character) for character in page.characters]
            return PageOf(items=items, total=page.total, next_cursor=next_cursor(offset, items, page.total))

    def _add_character(self, router: APIRouter, caller: Any) -> None:
        @router.get("/characters/{character_id}", tags=["characters"])
        async def get_character(character_id: Id, caller: Caller = caller) -> CharacterOut:
            """Return a character with its face, or its open round."""
            found = await self._read(caller).get_character(character_id)
            (character,) = found.characters
            shown = ShownFace(character.face, found.upscale) if character.face else None
            return self._documents.character(character, shown, character.open_round_id)

        @router.get("/characters/{character_id}/history", tags=["characters"])
        async def get_history(
            character_id: Id, cursor: Cursor = None, limit: Limit = 50, caller: Caller = caller
        ) -> PageOf[EventOut]:
            """List what happened in the character's rounds, newest first: who started, voted, locked, and why."""
            offset = offset_of(cursor)
            events = (await self._read(caller).get_history(character_id)).events
            items = [documents.event(one) for one in events[offset : offset + limit]]
            return PageOf(items=items, total=len(events), next_cursor=next_cursor(offset, items, len(events)))

    def _add_rounds(self, router: APIRouter, caller: Any) -> None:
        documents_ = self._documents

        @router.post("/quotes", tags=["rounds"])
        async def quote(body: CastIn, caller: Caller = caller) -> QuoteOut:
            """Return what a round for this brief would cost at most. Starts and spends nothing. Scope: cast."""
            found = await self._casting.cast_for(caller).quote(cast_request(body))
            return QuoteOut(price_usd=found.price, models=list(found.models))

        @router.post("/rounds", tags=["rounds"], status_code=201)
        async def start_round(
            body: CastIn, response: Response, idempotency_key: IdempotencyKey = None, caller: Caller = caller
        ) -> RoundOut:
            """Start a round in the token's channel, once for each Idempotency-Key. Scope: cast. People vote in Slack.

            The maker of the token asks and leads. A repeated call returns the same round with status 200.
            """
            if idempotency_key is None:
                raise Problem(400, "invalid-request", words.KEY_MISSING)
            casting = self._casting.cast_for(caller)
            started = await casting.start(cast_request(body), idempotency_key)
            response.status_code = 201 if started.created else 200
            response.headers["Location"] = f"/v1/rounds/{started.round.id}"
            return documents_.round(await casting.get_status(started.round.id))

        @router.get("/rounds/{round_id}", tags=["rounds"])
        async def get_round(round_id: Id, caller: Caller = caller) -> RoundOut:
            """Return a round; ask again until its state is locked or void."""
            return documents_.round(await self._casting.cast_for(caller).get_status(round_id))

    async def caller(
        self, request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None
    ) -> Caller:
        """Let the caller of a request in; reading needs its scope, casting is checked where it happens."""
        authorization = f"Bearer {credentials.credentials}" if credentials else ""
        caller = await self._gate.admit_bearer(authorization, f"{request.method} {request.url.path[:200]}")
        caller.require_scope(Scope.READ)
        return caller

    async def admit_holder(self, holder: str, call: str) -> Caller:
        """Let the holder of a signed link in."""
        caller = await self._gate.admit_holder(holder, call)
        caller.require_scope(Scope.READ)
        return caller

    async def _listed(self, reading: DoorReading, character: Character) -> CharacterOut:
        """Return a character of a list, whose open round may be in a channel that the caller does not see."""
        try:
            shown = await reading.get_face(character.face.round_id) if character.face else None
        except NotAvailableHere:
            shown = None
        return self._documents.character(character, shown, None)


IdempotencyKey = Annotated[str | None, Header(pattern=r"^[\x21-\x7e]{1,128}$", description=words.KEY)]


def cast_request(body: CastIn, channel: str = "") -> CastRequest:
    """Return the request of a brief; `channel` is where to cast, for people asking over Slack."""
    return CastRequest(
        name=body.name,
        text=body.brief,
        models=tuple(body.models),
        per_model=body.per_model,
        aspect=body.aspect or "",
        ground=Ground(body.ground) if body.ground else None,
        look=Look(body.look) if body.look else None,
        open_for=timedelta(minutes=body.open_for_minutes) if body.open_for_minutes else None,
        is_4k=body.four_k,
        like=body.like or "",
        ballot=(BallotMode.SEALED if body.ballot == "sealed" else BallotMode.OPEN) if body.ballot else None,
        quorum=body.quorum,
        voters=tuple(body.voters),
        use=IntendedUse(body.use) if body.use else None,
        max_usd=body.max_usd,
        channel=channel,
    )
