"""What the core asks of model accounts; implemented in providers/."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol, runtime_checkable

from bot.domain.budget import Charge
from bot.domain.catalogue import Catalogue, ModelSpec, Size, UpscalerSpec


@dataclass(frozen=True)
class GenerationRequest:
    """One request to one model: the round's prompt, the aspect (`3:4`), draft or 4k, a seed where there are seeds.

    `references` are pictures (PNG, JPEG or WebP bytes) whose face the portrait shall keep.
    """

    prompt: str
    aspect: str
    size: Size
    seed: int
    references: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class GenerationResult:
    """What a model gave: the original bytes, the media type it claimed, and what it says it cost."""

    data: bytes
    media_type: str
    charge: Charge
    request_id: str = ""
    seed: int | None = None

    @property
    def reported_cost(self) -> Decimal | None:
        """What the vendor itself says it cost, in dollars; None where only its price list does."""
        return self.charge.usd if self.charge.source == "exact" else None


class ImageModel(Protocol):
    """One image model of one account."""

    @property
    def spec(self) -> ModelSpec: ...

    async def generate(self, request: GenerationRequest) -> GenerationResult:
        """One portrait; raises a ModelError. Asks once, except for calls known to be unbilled."""
        ...


class Reservation(Protocol):
    """One place in the line before an account."""

    def seconds_left(self) -> float:
        """Seconds until it is this one's turn; 0: now, and the ask counts from here on."""
        ...

    def release(self) -> None:
        """Give the place up; once its turn has come, nothing happens."""
        ...


class RateLimiter(Protocol):
    """The line before one account, which holds its limits across all rounds."""

    def join(self) -> Reservation: ...

    def back_off(self, seconds: float) -> None:
        """Nobody is asked for so long: the vendor said that it was too much."""
        ...


@runtime_checkable
class QueuedModel(ImageModel, Protocol):
    """A model behind a queue: an ask is paid for once it is taken, and its answer may be fetched as often as needed."""

    async def submit(self, request: GenerationRequest) -> str:
        """Put the ask into the queue; the ticket to fetch its answer with. Raises a ModelError."""
        ...

    async def collect(self, provider_job_id: str, size: Size) -> GenerationResult:
        """Wait for the portrait of a ticket; raises a ModelError. Spends nothing."""
        ...


class ModelHealth(Protocol):
    """Which models answer at the moment."""

    def is_available(self, model_id: str) -> bool:
        """False while the model's account is known to be down, so that it is not even asked."""
        ...


class Upscaler(Protocol):
    """Enlarges portraits and keeps what is in them."""

    @property
    def spec(self) -> UpscalerSpec: ...

    async def upscale(self, data: bytes) -> GenerationResult:
        """The picture (PNG, JPEG or WebP bytes of any size) as large as the account makes it; raises a ModelError."""
        ...


class RetirementSource(Protocol):
    """The vendors as sources of what is still served."""

    @property
    def catalogue(self) -> Catalogue: ...

    async def retirement_dates(self, today: date) -> Mapping[str, date | None]:
        """By exact id the first day without a model, None where it is served without an end; what could not be asked
        is left out. `today` stands for a model that is on its account's list no more. Spends nothing."""
        ...


class RateLimiters(Protocol):
    """What is known of the accounts' lines and of models that are left alone."""

    def rate_limiter(self, model_id: str) -> RateLimiter: ...

    def circuit_open_until(self, model_id: str) -> datetime | None: ...


class ModelClients(RateLimiters, Protocol):
    """The configured image models and upscalers."""

    @property
    def catalogue(self) -> Catalogue: ...

    def model(self, model_id: str) -> ImageModel: ...

    def upscaler(self, upscaler_id: str) -> Upscaler: ...
