"""The tools and resources of the MCP door: recall a face, list the cast, start a casting, and follow it."""

import functools
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from decimal import Decimal
from hashlib import sha256
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from mcp_types import CallToolResult, ContentBlock, ImageContent, ResourceLink, TextContent, ToolAnnotations
from pydantic import TypeAdapter, ValidationError

from bot.domain.errors import CastingError, NotAvailableHere, PassportUnavailable
from bot.domain.ids import FILE_EXTENSIONS
from bot.domain.passport import PassportKind
from bot.doors import words
from bot.doors.cursors import next_cursor, offset_of
from bot.doors.documents import Documents
from bot.doors.mcp_door import CALLER
from bot.doors.problems import Problem, problem_of
from bot.doors.rest import cast_request
from bot.doors.rest_faces import FaceRoutes
from bot.doors.schemas import CastIn, Id, Line
from bot.usecases.casting import Casting
from bot.usecases.door_access import Caller
from bot.usecases.door_reading import ShownFace

P = ParamSpec("P")
R = TypeVar("R")

_PREVIEW_SIDE = 512
_PAGE = 50
_READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
_STARTS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=True)
_ID: TypeAdapter[str] = TypeAdapter(Id)
_LINE: TypeAdapter[str] = TypeAdapter(Line)


class McpTools:
    """Tools and resources, each for the caller of its request."""

    def __init__(self, casting: Casting, faces: FaceRoutes, documents: Documents) -> None:
        self._casting = casting
        self._read = casting.read_for
        self._faces = faces
        self._documents = documents

    def add_to(self, server: MCPServer[Any]) -> None:
        server.tool(annotations=_READ_ONLY)(self._tool(self.recall_face))
        server.tool(annotations=_READ_ONLY)(self._tool(self.list_cast))
        server.tool(annotations=_STARTS)(self._tool(self.start_casting))
        server.tool(annotations=_READ_ONLY)(self._tool(self.casting_status))
        for media_type, extension in FILE_EXTENSIONS.items():
            self._add_original(server, media_type, extension)
        passport = server.resource("castroom://faces/{face_id}/passport", mime_type="application/c2pa", name="passport")
        passport(_resource(self.read_passport))

    async def recall_face(self, name: str, ctx: Context[Any, Any]) -> CallToolResult:
        """Recall the locked face of a character by name.

        Returns who was cast and how, a small preview, a link to the original that is good for ten minutes, and the
        original and the passport as resources. Where no name matches, it returns the nearest names: ask which one is
        meant.
        """
        caller = _caller(ctx)
        found = await self._read(caller).recall(_checked(_LINE, name, "name"))
        names = ", ".join(character.name for character in found.characters)
        match found.kind:
            case "face":
                (character,) = found.characters
                assert character.face
                return await self._face_result(caller, ShownFace(character.face, found.upscale))
            case "casting":
                (character,) = found.characters
                text = words.CASTING_NOW.format(character=character.name, round_id=character.open_round_id)
                return _result(text, status="casting", round_id=character.open_round_id)
            case "unlocked":
                return _result(words.UNLOCKED.format(character=names), status="unlocked")
            case "unsure":
                return _result(words.NEAR.format(name=found.name, names=names), status="near_names", names=names)
            case "several":
                return _result(words.SEVERAL.format(name=found.name, names=names), status="several", names=names)
        return _result(words.NOTHING.format(name=found.name), status="nothing")

    async def list_cast(self, ctx: Context[Any, Any], q: str = "", cursor: str = "") -> CallToolResult:
        """List the characters that may be seen, by name, fifty at a time; `q` matches within names.

        Send `next_cursor` as `cursor` for the next fifty.
        """
        offset = offset_of(cursor[:64] or None)
        text = _checked(_LINE, q, "q") if q else ""
        page = await self._read(_caller(ctx)).list_characters(text, _PAGE, offset, only_with_face=False)
        items = [
            {
                "name": character.name,
                "character_id": character.id,
                "status": "cast" if character.face else "casting" if character.open_round_id else "unlocked",
                "face_id": character.face.round_id if character.face else None,
            }
            for character in page.characters
        ]
        more = next_cursor(offset, items, page.total)
        listed = words.CAST_LISTED.format(shown=len(items), total=page.total)
        return _result(listed, characters=items, total=page.total, next_cursor=more)

    async def start_casting(
        self,
        name: str,
        brief: str,
        ctx: Context[Any, Any],
        models: list[str] | None = None,
        per_model: int | None = None,
        ballot: str | None = None,
        open_for_minutes: int | None = None,
        like: str | None = None,
        max_usd: float | None = None,
        channel: str | None = None,
        only_price: bool = False,
        idempotency_key: str | None = None,
    ) -> CallToolResult:
        """Start a casting round for a character: image models draw, the team votes in Slack, the lead locks one face.

        It spends money. Call it with `only_price` first, say what it costs, and start it only after a yes. `max_usd`
        is the most that the round may cost. `brief` describes the face. `channel` is the id of a Slack channel, needed
        where Slack says who asks. The same `idempotency_key` starts one round.
        """
        given = {
            "name": name, "brief": brief, "models": models or [], "per_model": per_model, "ballot": ballot,
            "open_for_minutes": open_for_minutes, "like": like,
            "max_usd": None if max_usd is None else Decimal(str(max_usd)),
        }  # fmt: skip
        request = cast_request(_brief(given), channel or "")
        casting = self._casting.cast_for(_caller(ctx))
        if only_price:
            quote = await casting.quote(request)
            text = words.PRICED.format(name=request.name, price=quote.price)
            return _result(text, price_usd=str(quote.price), models=list(quote.models))
        key = (idempotency_key or _key_of_request(ctx))[:128]
        started = await casting.start(request, key)
        document = self._documents.round(await casting.get_status(started.round.id))
        text = words.STARTED.format(round_id=document.id, name=document.character, price=document.price_usd)
        return _result(text, **document.model_dump(mode="json"))

    async def casting_status(self, round_id: str, ctx: Context[Any, Any]) -> CallToolResult:
        """Return the state of a round: drawing, voting, closed, locked or void, with the votes that are public.

        Nothing names a candidate's model before the ballot has closed. A locked round's id is also its face's id.
        """
        status = await self._casting.cast_for(_caller(ctx)).get_status(_checked(_ID, round_id, "round_id"))
        document = self._documents.round(status)
        text = words.STATUS.format(
            round_id=document.id,
            name=document.character,
            state=document.state,
            candidates=len(document.candidates),
            voters=document.voters,
        )
        return _result(text, **document.model_dump(mode="json"))

    async def read_original(self, face_id: str, extension: str, ctx: Context[Any, Any]) -> bytes:
        """Return the model's own bytes."""
        reading = self._read(_caller(ctx))
        shown = await reading.get_face(_checked(_ID, face_id, "face_id"))
        if FILE_EXTENSIONS[shown.face.portrait.media_type] != extension:
            raise NotAvailableHere("unknown")
        return await reading.get_stored(shown.face.portrait)

    async def read_passport(self, face_id: str, ctx: Context[Any, Any]) -> bytes:
        """The signed passport of the original, a C2PA manifest in a file of its own."""
        reading = self._read(_caller(ctx))
        shown = await reading.get_face(_checked(_ID, face_id, "face_id"))
        return (await reading.get_passport(shown, PassportKind.ORIGINAL)).data

    def _add_original(self, server: MCPServer[Any], media_type: str, extension: str) -> None:
        """Add the originals of one media type: a template has one."""

        async def original(face_id: str, ctx: Context[Any, Any]) -> bytes:
            """The model's own bytes, unchanged."""
            return await self.read_original(face_id, extension, ctx)

        uri = f"castroom://faces/{{face_id}}/original.{extension}"
        server.resource(uri, mime_type=media_type, name=f"original-{extension}")(_resource(original))

    async def _face_result(self, caller: Caller, shown: ShownFace) -> CallToolResult:
        face, reading = shown.face, self._read(caller)
        preview = await self._faces.scaled(reading, shown, _PREVIEW_SIDE)
        links = self._faces.links(caller, shown)
        extension, base = FILE_EXTENSIONS[face.portrait.media_type], f"castroom://faces/{face.round_id}"
        votes = words.VOTES.format(votes=face.tally.get(face.number, 0), voters=face.voters)
        text = words.FACE_FOUND.format(
            character=face.character,
            version=face.version,
            number=face.number,
            model=face.model,
            locked_at=f"{face.locked_at:%Y-%m-%d}",
            votes=votes,
        )
        original = ResourceLink(
            uri=f"{base}/original.{extension}", name="original", mime_type=face.portrait.media_type,
            size=face.portrait.length,
        )  # fmt: skip
        content: list[ContentBlock] = [
            TextContent(type="text", text=text),
            ImageContent(type="image", data=b64encode(preview).decode(), mime_type="image/jpeg"),
            original,
            ResourceLink(uri=f"{base}/passport", name="passport", mime_type="application/c2pa"),
        ]
        document = self._documents.face(shown).model_dump(mode="json")
        structured = {"status": "face", "face": document, "links": links.model_dump(mode="json")}
        return CallToolResult(content=content, structured_content=structured)

    def _tool(self, function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        """Answer expected failures as the tool's error, in words."""

        @functools.wraps(function)
        async def tool(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return await function(*args, **kwargs)
            except (CastingError, Problem) as error:
                raise ToolError(_sentence(error)) from error

        return tool


def _resource(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Answer expected failures as the protocol's error."""

    @functools.wraps(function)
    async def resource(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await function(*args, **kwargs)
        except (NotAvailableHere, PassportUnavailable) as error:
            raise ResourceNotFoundError(_sentence(error)) from error
        except (CastingError, Problem) as error:
            raise ResourceError(_sentence(error)) from error

    return resource


def _caller(ctx: Context[Any, Any]) -> Caller:
    """Return the caller of the HTTP request that carries this message; raises Problem."""
    request = ctx.request_context.request
    caller = request.scope.get(CALLER) if request is not None else None
    if caller is None:
        raise Problem(401, "unauthorized", words.NO_ASKER)
    assert isinstance(caller, Caller)
    return caller


def _key_of_request(ctx: Context[Any, Any]) -> str:
    """Return a key for a request without one: a request that Slack signed starts one round, however often it comes."""
    request = ctx.request_context.request
    signature = request.headers.get("x-slack-signature", "") if request is not None else ""
    return sha256(signature.encode()).hexdigest() if signature else uuid4().hex


def _sentence(error: CastingError | Problem) -> str:
    problem = error if isinstance(error, Problem) else problem_of(error)
    members = {key: value for key, value in problem.members.items() if value not in (None, "", ())}
    more = f" {json.dumps(members, ensure_ascii=False, default=str)}" if members else ""
    return f"{problem.title}. {problem.detail}{more}".strip()


def _result(text: str, **structured: Any) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=structured)


def _brief(given: dict[str, Any]) -> CastIn:
    """Return the brief of a tool's arguments; raises Problem that names the invalid fields."""
    try:
        return CastIn.model_validate(given)
    except ValidationError as error:
        found = [{"at": ".".join(map(str, one["loc"])), "problem": one["msg"]} for one in error.errors()]
        raise Problem(422, "invalid-request", errors=found) from error


def _checked(adapter: TypeAdapter[str], value: str, field: str) -> str:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise Problem(422, "invalid-request", errors=[{"at": field, "problem": error.errors()[0]["msg"]}]) from error
