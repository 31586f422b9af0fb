"""Model accounts as the use cases see them; implemented in providers/."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from bot.domain.budget import Charge
from bot.domain.catalogue import Catalogue, ModelSpec, Size, UpscalerSpec


@dataclass(frozen=True)
class GenerationRequest:
    """One request to one model; `aspect` as in `3:4`, `seed` only for models that support it.

    `references` are pictures (PNG, JPEG or WebP bytes) whose face the portrait must keep.
    """

    prompt: str
    aspect: str
    size: Size
    seed: int
    references: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class GenerationResult:
    """A generated picture: the original bytes, the claimed media type, and the charge."""

    data: bytes
    media_type: str
    charge: Charge
    request_id: str = ""
    seed: int | None = None


class ImageModel(Protocol):
    """One image model of one account."""

    @property
    def spec(self) -> ModelSpec: ...

    async def generate(self, request: GenerationRequest) -> GenerationResult:
        """Generate one portrait; raises ModelError. Repeats only calls known to be unbilled."""


class Reservation(Protocol):
    """One place in an account's rate limit queue."""

    async def seconds_left(self) -> float:
        """Return the seconds until the request may be sent. 0 means now, and counts it against the limit.

        Raises StorageUnavailable where several processes share the limit; the request must not be sent then.
        """

    async def release(self) -> None:
        """Give up the place; does nothing once the request may be sent."""


class RateLimiter(Protocol):
    """One account's rate limits, shared by all rounds of all processes."""

    def join(self) -> Reservation: ...

    async def back_off(self, seconds: float) -> None:
        """Delay all requests for `seconds`: the provider reported too many. Raises StorageUnavailable."""


@runtime_checkable
class QueuedModel(ImageModel, Protocol):
    """A model behind a queue: an accepted job is charged, and its result may be fetched repeatedly."""

    async def submit(self, request: GenerationRequest) -> str:
        """Submit a job and return its provider id; raises ModelError."""

    async def collect(self, provider_job_id: str, size: Size) -> GenerationResult:
        """Wait for the portrait of a job; raises ModelError. Costs nothing."""


class ModelHealth(Protocol):
    """Which models answer at the moment."""

    def is_available(self, model_id: str) -> bool:
        """Return False while the model's account is known to be down."""


class Upscaler(Protocol):
    """Enlarges portraits without changing their content."""

    @property
    def spec(self) -> UpscalerSpec: ...

    async def upscale(self, data: bytes) -> GenerationResult:
        """Return the picture (PNG, JPEG or WebP bytes) at the account's largest size; raises ModelError."""


class RetirementSource(Protocol):
    """The providers as sources of retirement dates."""

    @property
    def catalogue(self) -> Catalogue: ...

    async def retirement_dates(self, today: date) -> Mapping[str, date | None]:
        """Return the first day without each model by exact id; None for a model served without an end.

        `today` is the date for a model that its account no longer lists. Models that could not be queried are left out.
        Costs nothing.
        """


class RateLimiters(Protocol):
    """Rate limits of the accounts, and models with an open circuit."""

    def rate_limiter(self, model_id: str) -> RateLimiter: ...

    def circuit_open_until(self, model_id: str) -> datetime | None: ...


class ModelClients(RateLimiters, Protocol):
    """The configured image models and upscalers."""

    @property
    def catalogue(self) -> Catalogue: ...

    def model(self, model_id: str) -> ImageModel: ...

    def upscaler(self, upscaler_id: str) -> Upscaler: ...

    def longest_call(self, model_id: str, size: Size) -> float:
        """Return the seconds after which a call of the model or upscaler has certainly ended."""
