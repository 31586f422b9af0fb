"""fal: models of many vendors behind one key and one queue (fal_client 1.0.3; fal.ai/docs, model APIs)."""

from collections.abc import Mapping, Sequence

from bot.domain.budget import Charge
from bot.domain.catalogue import ModelSpec, Size, UpscalerSpec
from bot.domain.model_errors import InvalidRequest, ModelError
from bot.ports.image_models import GenerationRequest, GenerationResult
from providers.checks import CHECK_SECONDS, AccountCheck, failed_check
from providers.fal.inputs import ENDPOINTS, UPSCALE_PATH
from providers.fal.queue import Queue, QueuedJob
from providers.http.client import AccountClient
from providers.http.images import data_url
from providers.http.status import error_for_status

# Long enough to upload the references; fal answers at once.
_ENQUEUE_TIMEOUT_SECONDS = 60.0
_UNKNOWN_REQUEST = "fal-ai/recraft/requests/00000000-0000-0000-0000-000000000000/status"


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Key {key}"}


class Fal:
    """One model behind fal's queue. Charges are list prices, because fal's responses carry no cost."""

    def __init__(self, spec: ModelSpec, client: AccountClient, timeouts: Mapping[Size, float]) -> None:
        self.spec = spec
        self._queue = Queue(client, spec.id)
        self._timeouts = timeouts

    async def generate(self, request: GenerationRequest) -> GenerationResult:
        """Submit the request and wait for the portrait; raises a ModelError."""
        return await self.collect(await self.submit(request), request.size)

    async def submit(self, request: GenerationRequest) -> str:
        """Enqueue the request and return its job id for `collect`; raises a ModelError."""
        if len(request.references) > self.spec.max_references:
            raise InvalidRequest(self.spec.id, "references")
        references = [await data_url(reference) for reference in request.references]
        path, body = ENDPOINTS[self.spec.wire_id].build(request, references)
        return str(await self._queue.enqueue(path, body, _ENQUEUE_TIMEOUT_SECONDS, len(references)))

    async def collect(self, provider_job_id: str, size: Size) -> GenerationResult:
        """Wait for the portrait of a submitted job; raises a ModelError. May be repeated and costs nothing."""
        job = QueuedJob.parse(provider_job_id, self.spec.id)
        charge = Charge(self.spec.price(size, job.references), "listed")
        return await self._queue.collect(job, self._timeouts[size], charge)


class FalUpscaler:
    """Recraft's crisp upscaler behind the same queue."""

    def __init__(self, spec: UpscalerSpec, client: AccountClient, timeouts: Mapping[Size, float]) -> None:
        self.spec = spec
        self._queue = Queue(client, spec.id)
        self._timeout = timeouts[Size.FOUR_K]

    async def upscale(self, data: bytes) -> GenerationResult:
        """Enlarge a picture to the largest size that fal makes; raises a ModelError."""
        job = await self._queue.enqueue(UPSCALE_PATH, {"image_url": await data_url(data)}, _ENQUEUE_TIMEOUT_SECONDS)
        return await self._queue.collect(job, self._timeout, Charge(self.spec.price, "listed"))


async def check(client: AccountClient, models: Sequence[ModelSpec]) -> AccountCheck:
    """Check the key. fal has no list of models, so the check asks for an unknown job: a valid key gets a 404."""
    try:
        response = await client.get(_UNKNOWN_REQUEST, model="fal", timeout_seconds=CHECK_SECONDS)
        if response.status != 404 or await response.decode_or_none(dict[str, object]) is None:
            raise error_for_status(response, "fal", "", from_vendor=True)
    except ModelError as error:
        return failed_check("fal", models, error, "the key could not be checked")
    unknown: dict[str, bool | None] = dict.fromkeys(m.id for m in models)
    return AccountCheck(
        "fal", True, True, True, unknown, ("lists no models; each is known to be served once it draws",)
    )
