"""fal: one key for many makers' models, through its queue (fal_client 1.0.3; fal.ai/docs, model APIs)."""

from collections.abc import Mapping, Sequence

from bot.domain.budget import Charge
from bot.domain.catalogue import ModelSpec, Size, UpscalerSpec
from bot.domain.errors import AuthenticationFailed, InvalidImage, InvalidRequest, ModelError, ProviderDown, TimedOut
from bot.ports.image_models import GenerationRequest, GenerationResult
from providers.checks import CHECK_SECONDS, AccountCheck
from providers.fal.inputs import ENDPOINTS, UPSCALE_PATH
from providers.fal.queue import Queue, QueuedJob
from providers.http import sanitize as believed
from providers.http.client import AccountClient
from providers.http.images import data_url
from providers.http.status import error_for_status

# An order takes no longer than its upload.
_ENQUEUE_TIMEOUT_SECONDS = 60.0
_UNKNOWN_REQUEST = "fal-ai/recraft/requests/00000000-0000-0000-0000-000000000000/status"


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Key {key}"}


class Fal:
    """One model of the account, behind its queue. Prices are listed ones: no answer tells what it cost."""

    def __init__(self, spec: ModelSpec, client: AccountClient, timeouts: Mapping[Size, float]) -> None:
        self._spec = spec
        self._queue = Queue(client, spec.id)
        self._timeouts = timeouts

    @property
    def spec(self) -> ModelSpec:
        return self._spec

    async def generate(self, request: GenerationRequest) -> GenerationResult:
        """One portrait, ordered and waited for; raises a ModelError."""
        return await self.collect(await self.submit(request), request.size)

    async def submit(self, request: GenerationRequest) -> str:
        """Put the ask into the queue; its ticket. Raises a ModelError."""
        if len(request.references) > self.spec.max_references:
            raise InvalidRequest(self.spec.id, "references")
        references = [await data_url(reference) for reference in request.references]
        path, body = ENDPOINTS[self.spec.wire_id].build(request, references)
        return str(await self._queue.enqueue(path, body, _ENQUEUE_TIMEOUT_SECONDS, len(references)))

    async def collect(self, provider_job_id: str, size: Size) -> GenerationResult:
        """The portrait of a ticket, however often it was collected before; raises a ModelError. Spends nothing."""
        job, timeout = QueuedJob.parse(provider_job_id, self.spec.id), self._timeouts[size]
        result = await self._queue.collect(job, timeout)
        if result.file is None:
            raise InvalidImage(self.spec.id, "no image", "maybe")
        data = await self._queue.download(result.file, timeout)
        charge = Charge(self.spec.price(size, job.references), "listed")
        return GenerationResult(
            data,
            believed.media_type(result.file.content_type, data),
            charge,
            believed.request_id(job.request_id),
            believed.seed(result.seed),
        )


class FalUpscaler:
    """Crisp upscaling behind the same queue."""

    def __init__(self, spec: UpscalerSpec, client: AccountClient, timeouts: Mapping[Size, float]) -> None:
        self._spec = spec
        self._queue = Queue(client, spec.id)
        self._timeout = timeouts[Size.FOUR_K]

    @property
    def spec(self) -> UpscalerSpec:
        return self._spec

    async def upscale(self, data: bytes) -> GenerationResult:
        """The picture as large as fal makes it; raises a ModelError."""
        job = await self._queue.enqueue(UPSCALE_PATH, {"image_url": await data_url(data)}, _ENQUEUE_TIMEOUT_SECONDS)
        result = await self._queue.collect(job, self._timeout)
        if result.file is None:
            raise InvalidImage(self.spec.id, "no image", "maybe")
        upscaled = await self._queue.download(result.file, self._timeout)
        claimed = believed.media_type(result.file.content_type, upscaled)
        return GenerationResult(
            upscaled, claimed, Charge(self.spec.price, "listed"), believed.request_id(job.request_id)
        )


async def check(client: AccountClient, models: Sequence[ModelSpec]) -> AccountCheck:
    """Whether the key is taken. fal lists no models, so an order that nobody placed is asked for: a good key is told
    that there is none."""
    unknown: dict[str, bool | None] = dict.fromkeys(m.id for m in models)
    try:
        response = await client.get(_UNKNOWN_REQUEST, model="fal", timeout=CHECK_SECONDS)
        if response.status != 404 or await response.decode_error(dict[str, object]) is None:
            raise error_for_status(response, "fal", "", from_vendor=True)
    except AuthenticationFailed as error:
        return AccountCheck("fal", True, True, False, unknown, (f"the key was turned down ({error.detail})",))
    except (ProviderDown, TimedOut) as error:
        return AccountCheck("fal", True, False, None, unknown, (f"no answer ({error.detail})",))
    except ModelError as error:
        return AccountCheck("fal", True, True, None, unknown, (f"the key could not be checked ({error.detail})",))
    return AccountCheck(
        "fal", True, True, True, unknown, ("lists no models; each is known to be served once it draws",)
    )
