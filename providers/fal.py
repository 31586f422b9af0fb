"""fal: one key for many makers' models, through its queue (fal_client 1.0.3; fal.ai/docs, model APIs)."""

from collections.abc import Mapping, Sequence

from bot.budget import Charge
from bot.catalogue import ModelFacts, Size, UpscalerFacts
from bot.errors import BadKey, BadPicture, BadRequest, Down, ModelError, TimedOut
from bot.ports import Answer, Ask
from providers import _believed as believed
from providers._fal_inputs import ENDPOINTS, UPSCALE
from providers._fal_queue import Queue, Ticket
from providers._http import Http
from providers._pictures import data_url
from providers._status import rejected
from providers.checks import CHECK_SECONDS, AccountCheck

# An order takes no longer than its upload.
_ORDER_SECONDS = 60.0
_NOBODYS = "fal-ai/recraft/requests/00000000-0000-0000-0000-000000000000/status"


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Key {key}"}


class Fal:
    """One model of the account, behind its queue. Prices are listed ones: no answer tells what it cost."""

    def __init__(self, facts: ModelFacts, http: Http, within: Mapping[Size, float]) -> None:
        self._facts = facts
        self._queue = Queue(http, facts.id)
        self._within = within

    @property
    def facts(self) -> ModelFacts:
        return self._facts

    async def draw(self, ask: Ask) -> Answer:
        """One portrait, ordered and waited for; raises a ModelError."""
        return await self.collect(await self.submit(ask), ask.size)

    async def submit(self, ask: Ask) -> str:
        """Put the ask into the queue; its ticket. Raises a ModelError."""
        if len(ask.references) > self.facts.references:
            raise BadRequest(self.facts.id, "references")
        references = [await data_url(reference) for reference in ask.references]
        path, body = ENDPOINTS[self.facts.wire_id].request(ask, references)
        return str(await self._queue.order(path, body, _ORDER_SECONDS, len(references)))

    async def collect(self, ticket: str, size: Size) -> Answer:
        """The portrait of a ticket, however often it was collected before; raises a ModelError. Spends nothing."""
        order, within = Ticket.read(ticket, self.facts.id), self._within[size]
        result = await self._queue.collect(order, within)
        if result.file is None:
            raise BadPicture(self.facts.id, "no image", "maybe")
        data = await self._queue.picture(result.file, within)
        charge = Charge(self.facts.price(size, order.references), "listed")
        return Answer(
            data,
            believed.kind(result.file.content_type, data),
            charge,
            believed.name(order.request_id),
            believed.seed(result.seed),
        )


class FalUpscaler:
    """Crisp upscaling behind the same queue."""

    def __init__(self, facts: UpscalerFacts, http: Http, within: Mapping[Size, float]) -> None:
        self._facts = facts
        self._queue = Queue(http, facts.id)
        self._within = within[Size.FOUR_K]

    @property
    def facts(self) -> UpscalerFacts:
        return self._facts

    async def enlarge(self, data: bytes) -> Answer:
        """The picture as large as fal makes it; raises a ModelError."""
        order = await self._queue.order(UPSCALE, {"image_url": await data_url(data)}, _ORDER_SECONDS)
        result = await self._queue.collect(order, self._within)
        if result.file is None:
            raise BadPicture(self.facts.id, "no image", "maybe")
        enlarged = await self._queue.picture(result.file, self._within)
        claimed = believed.kind(result.file.content_type, enlarged)
        return Answer(enlarged, claimed, Charge(self.facts.price, "listed"), believed.name(order.request_id))


async def check(http: Http, models: Sequence[ModelFacts]) -> AccountCheck:
    """Whether the key is taken. fal lists no models, so an order that nobody placed is asked for: a good key is told
    that there is none."""
    unknown: dict[str, bool | None] = dict.fromkeys(m.id for m in models)
    try:
        reply = await http.get(_NOBODYS, model="fal", within=CHECK_SECONDS)
        if reply.status != 404 or await reply.said(dict[str, object]) is None:
            raise rejected(reply, "fal", "", spoken=True)
    except BadKey as error:
        return AccountCheck("fal", True, True, False, unknown, (f"the key was turned down ({error.detail})",))
    except (Down, TimedOut) as error:
        return AccountCheck("fal", True, False, None, unknown, (f"no answer ({error.detail})",))
    except ModelError as error:
        return AccountCheck("fal", True, True, None, unknown, (f"the key could not be checked ({error.detail})",))
    return AccountCheck(
        "fal", True, True, True, unknown, ("lists no models; each is known to be served once it draws",)
    )
