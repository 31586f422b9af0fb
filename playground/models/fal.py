"""fal's queue, practised: /fal, as https://queue.fal.run is."""

from aiohttp import web

from playground.models import delivery
from playground.models import fal_errors as errors
from playground.models.complaints import ComplaintError, Json, good_key, speaks
from playground.models.fal_facts import ENDPOINTS, Endpoint
from playground.models.fal_orders import Reference, order_of
from playground.models.fal_queue import Queue, Ticket
from playground.models.fal_requests import references_of
from playground.models.gemini_facts import GeminiModel
from playground.models.order import Order
from playground.models.pictures import opened
from playground.models.reading import MisfitError, body_of, decoded, parsed
from playground.models.shelf import Shelf
from playground.models.studio import Studio, Vendor

VENDOR = Vendor("fal", errors.complaint)

_KINDS = {"unknown": "extra_forbidden", "missing": "missing", "json": "json_invalid", "value": "value_error"}
_REQUEST = "/fal/{owner}/{alias}/requests/{id}"


class Fal:
    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._shelf = Shelf("/fal/files")
        self.queue = Queue(studio, self._shelf)

    def routes(self) -> list[web.RouteDef]:
        return [
            self._shelf.route(),
            web.get(f"{_REQUEST}/status", self.status),
            web.get(_REQUEST, self.result),
            web.put(f"{_REQUEST}/cancel", self.cancel),
            web.post("/fal/{endpoint:.+}", self.submit),
        ]

    @speaks
    async def submit(self, request: web.Request) -> web.StreamResponse:
        """Takes any input of a known endpoint; one that does not fit fails only when its result is fetched."""
        _check_key(request)
        endpoint = _known(request.match_info["endpoint"])
        try:
            order = await self._order(endpoint, await body_of(request))
        except ComplaintError as complaint:
            return web.json_response(_card(request, self.queue.turn_down(endpoint.app, complaint)))
        job = await self._studio.accept(VENDOR, order)
        if job.kind in errors.AT_SUBMIT:
            await self._studio.refuse(job)
        if job.kind == "cut_before":
            await self._studio.bill.settle(job.call, "cut", charged=False)
            return delivery.cut(request)
        ticket = self.queue.enter(endpoint.app, job)
        return delivery.cut(request) if job.kind == "cut_after" else web.json_response(_card(request, ticket))

    @speaks
    async def status(self, request: web.Request) -> web.StreamResponse:
        ticket = self._ticket(request)
        done = ticket.state == "COMPLETED"
        logs: list[Json] | None = [] if request.query.get("logs") in ("1", "true") else None
        shown = {**_card(request, ticket), "logs": logs, **(_ending(ticket) if done else {})}
        return web.json_response(shown, status=200 if done else 202)

    @speaks
    async def result(self, request: web.Request) -> web.StreamResponse:
        ticket = self._ticket(request)
        if ticket.state != "COMPLETED":
            raise errors.still_working()
        if ticket.complaint:
            raise ticket.complaint
        job = ticket.collect()
        content = self._answer(request, job.order, ticket.files)
        return await self._studio.deliver(request, job, content, {"x-fal-request-id": ticket.id})

    @speaks
    async def cancel(self, request: web.Request) -> web.StreamResponse:
        ticket = self._ticket(request)
        if ticket.state == "COMPLETED":
            return web.json_response({"status": "ALREADY_COMPLETED"}, status=400)
        ticket.cancel()
        return web.json_response({"status": "CANCELLATION_REQUESTED"}, status=202)

    async def _order(self, endpoint: Endpoint, raw: bytes) -> Order:
        try:
            wanted = parsed(raw, endpoint.accepts)
        except MisfitError as error:
            place = tuple(error.field.split(".")) if error.field else ()
            raise errors.unfit(place, error.detail, _KINDS[error.kind], "") from error
        references = [await self._reference(address) for address in references_of(wanted)]
        return order_of(endpoint, wanted, tuple(references))

    async def _reference(self, address: str) -> Reference:
        """A data URI, or a picture of this studio's own; it fetches nothing from anywhere else."""
        known = self._shelf.find(address)
        data = known.data if known else decoded(address) if address.startswith("data:") else None
        if data is None:
            raise errors.unreadable("file_download_error", address)
        try:
            return Reference(data, await self._studio.off_loop(lambda: opened(data).size))
        except OSError as error:
            raise errors.unreadable("image_load_error", "") from error

    def _ticket(self, request: web.Request) -> Ticket:
        _check_key(request)
        names = request.match_info
        return self.queue.find(f"{names['owner']}/{names['alias']}", names["id"])

    def _answer(self, request: web.Request, order: Order, names: tuple[str, ...]) -> Json:
        files = [self._file(request, order, name) for name in names]
        if order.touch == "upscale":
            return {"image": files[0]}
        words = {"description": ""} if isinstance(ENDPOINTS[order.model].model, GeminiModel) else {}
        return {"images": files, **words}

    def _file(self, request: web.Request, order: Order, name: str) -> Json:
        picture = self._shelf.find(name)
        inline = picture and (picture.broken or not order.by_url)
        return {
            "url": picture.data_uri if picture and inline else self._shelf.address(request, name),
            "content_type": order.media_type,
            "file_name": name,
            "width": order.width,
            "height": order.height,
        }


def _check_key(request: web.Request) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "key":
        raise errors.no_key()
    if not good_key(key.strip()):
        raise errors.bad_key()


def _known(name: str) -> Endpoint:
    endpoint = ENDPOINTS.get(name)
    if endpoint is None:
        raise errors.unknown_application(name)
    return endpoint


def _card(request: web.Request, ticket: Ticket) -> Json:
    """The addresses leave out what stands behind owner and name in the endpoint."""
    address = f"{request.scheme}://{request.host}/fal/{ticket.app}/requests/{ticket.id}"
    urls = {"response_url": address, "status_url": f"{address}/status", "cancel_url": f"{address}/cancel"}
    place = {"queue_position": 0} if ticket.state == "IN_QUEUE" else {}
    return {"request_id": ticket.id, "status": ticket.state, **urls, **place}


def _ending(ticket: Ticket) -> Json:
    """The platform's own errors show in the status already; a model's only in its result."""
    failure = ticket.complaint.body if ticket.complaint and "error_type" in ticket.complaint.body else None
    error = {"error": failure["detail"], "error_type": failure["error_type"]} if failure else {}
    return {"metrics": {"inference_time": ticket.seconds}, **error}
