"""Practice version of fal's queue: /fal instead of https://queue.fal.run."""

from aiohttp import web

from playground.models import http_delivery
from playground.models.drawing import open_rgb
from playground.models.fal import errors
from playground.models.fal.catalogue import ENDPOINTS, Endpoint
from playground.models.fal.orders import Reference, build_order
from playground.models.fal.queue import Queue, QueuedRequest
from playground.models.fal.requests import reference_urls
from playground.models.gemini.catalogue import GeminiModel
from playground.models.generation_order import GenerationOrder
from playground.models.hosted_images import HostedImages
from playground.models.request_parsing import InvalidField, decode_base64, parse_json, read_body
from playground.models.server import ModelServer, Vendor
from playground.models.vendor_errors import Json, VendorError, is_practice_key, vendor_errors

VENDOR = Vendor("fal", errors.error_for_fault)

_KINDS = {"unknown": "extra_forbidden", "missing": "missing", "json": "json_invalid", "value": "value_error"}
_REQUEST_PATH = "/fal/{owner}/{alias}/requests/{id}"


class Fal:
    def __init__(self, model_server: ModelServer) -> None:
        self._model_server = model_server
        self._hosted_images = HostedImages("/fal/files")
        self.queue = Queue(model_server, self._hosted_images)

    def routes(self) -> list[web.RouteDef]:
        return [
            self._hosted_images.route(),
            web.get(f"{_REQUEST_PATH}/status", self.status),
            web.get(_REQUEST_PATH, self.result),
            web.put(f"{_REQUEST_PATH}/cancel", self.cancel),
            web.post("/fal/{endpoint:.+}", self.submit),
        ]

    @vendor_errors
    async def submit(self, request: web.Request) -> web.StreamResponse:
        """Accept any input of a known endpoint; an invalid one fails when its result is fetched."""
        _check_key(request)
        endpoint = _find_endpoint(request.match_info["endpoint"])
        try:
            order = await self._build_order(endpoint, await read_body(request))
        except VendorError as error:
            return web.json_response(_status_body(request, self.queue.submit_failed(endpoint.app, error)))
        job = await self._model_server.accept(VENDOR, order)
        if job.fault_kind in errors.AT_SUBMIT:
            await self._model_server.raise_fault(job)
        if job.fault_kind == "cut_before":
            await self._model_server.usage_log.set_outcome(job.usage_entry, "cut", charged=False)
            return http_delivery.close_connection(request)
        queued_request = self.queue.submit(endpoint.app, job)
        return (
            http_delivery.close_connection(request)
            if job.fault_kind == "cut_after"
            else web.json_response(_status_body(request, queued_request))
        )

    @vendor_errors
    async def status(self, request: web.Request) -> web.StreamResponse:
        queued_request = self._find_request(request)
        done = queued_request.state == "COMPLETED"
        logs: list[Json] | None = [] if request.query.get("logs") in ("1", "true") else None
        body = {
            **_status_body(request, queued_request),
            "logs": logs,
            **(_completion_fields(queued_request) if done else {}),
        }
        return web.json_response(body, status=200 if done else 202)

    @vendor_errors
    async def result(self, request: web.Request) -> web.StreamResponse:
        queued_request = self._find_request(request)
        if queued_request.state != "COMPLETED":
            raise errors.in_progress()
        if queued_request.error:
            raise queued_request.error
        job = queued_request.take_job()
        content = self._result_body(request, job.order, queued_request.files)
        return await self._model_server.deliver(request, job, content, {"x-fal-request-id": queued_request.id})

    @vendor_errors
    async def cancel(self, request: web.Request) -> web.StreamResponse:
        queued_request = self._find_request(request)
        if queued_request.state == "COMPLETED":
            return web.json_response({"status": "ALREADY_COMPLETED"}, status=400)
        queued_request.cancel()
        return web.json_response({"status": "CANCELLATION_REQUESTED"}, status=202)

    async def _build_order(self, endpoint: Endpoint, raw: bytes) -> GenerationOrder:
        try:
            params = parse_json(raw, endpoint.input_type)
        except InvalidField as error:
            location = tuple(error.field.split(".")) if error.field else ()
            raise errors.invalid_input(location, error.detail, _KINDS[error.kind], "") from error
        references = [await self._load_reference(address) for address in reference_urls(params)]
        return build_order(endpoint, params, tuple(references))

    async def _load_reference(self, address: str) -> Reference:
        """Load a data URI or a picture of this server; fetches nothing else."""
        hosted = self._hosted_images.get(address)
        data = hosted.data if hosted else decode_base64(address) if address.startswith("data:") else None
        if data is None:
            raise errors.unreadable_image("file_download_error", address)
        try:
            return Reference(data, await self._model_server.run_in_thread(lambda: open_rgb(data).size))
        except OSError as error:
            raise errors.unreadable_image("image_load_error", "") from error

    def _find_request(self, request: web.Request) -> QueuedRequest:
        _check_key(request)
        names = request.match_info
        return self.queue.find(f"{names['owner']}/{names['alias']}", names["id"])

    def _result_body(self, request: web.Request, order: GenerationOrder, names: tuple[str, ...]) -> Json:
        files = [self._file(request, order, name) for name in names]
        if order.operation == "upscale":
            return {"image": files[0]}
        description = {"description": ""} if isinstance(ENDPOINTS[order.model].model, GeminiModel) else {}
        return {"images": files, **description}

    def _file(self, request: web.Request, order: GenerationOrder, name: str) -> Json:
        picture = self._hosted_images.get(name)
        inline = picture and (picture.is_base64_broken or not order.returns_url)
        return {
            "url": picture.data_uri if picture and inline else self._hosted_images.image_url(request, name),
            "content_type": order.media_type,
            "file_name": name,
            "width": order.width,
            "height": order.height,
        }


def _check_key(request: web.Request) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "key":
        raise errors.missing_key()
    if not is_practice_key(key.strip()):
        raise errors.invalid_key()


def _find_endpoint(name: str) -> Endpoint:
    endpoint = ENDPOINTS.get(name)
    if endpoint is None:
        raise errors.unknown_application(name)
    return endpoint


def _status_body(request: web.Request, queued_request: QueuedRequest) -> Json:
    """Build the status; its URLs contain only the endpoint's owner and name."""
    address = f"{request.scheme}://{request.host}/fal/{queued_request.app}/requests/{queued_request.id}"
    urls = {"response_url": address, "status_url": f"{address}/status", "cancel_url": f"{address}/cancel"}
    queue_position = {"queue_position": 0} if queued_request.state == "IN_QUEUE" else {}
    return {"request_id": queued_request.id, "status": queued_request.state, **urls, **queue_position}


def _completion_fields(queued_request: QueuedRequest) -> Json:
    """Return error fields: the platform's errors are in the status, a model's only in the result."""
    failure = queued_request.error.body if queued_request.error and "error_type" in queued_request.error.body else None
    error = {"error": failure["detail"], "error_type": failure["error_type"]} if failure else {}
    return {"metrics": {"inference_time": queued_request.seconds}, **error}
