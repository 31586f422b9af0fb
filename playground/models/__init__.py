"""The practice image models: vendors' APIs, a usage log and faults on demand."""

from pathlib import Path

from aiohttp import web

from playground.faces import MAX_DRAWN_SIDE
from playground.models.control_routes import ModelControlRoutes
from playground.models.fal import catalogue as fal_catalogue
from playground.models.fal.routes import Fal
from playground.models.gemini import catalogue as gemini_catalogue
from playground.models.gemini.routes import Gemini
from playground.models.openai import catalogue as openai_catalogue
from playground.models.openai.routes import OpenAI
from playground.models.recraft import catalogue as recraft_catalogue
from playground.models.recraft.routes import Recraft
from playground.models.self_hosted.quirks import ServerQuirks
from playground.models.self_hosted.routes import MODEL, SelfHostedServer
from playground.models.server import ModelServer

_MODEL_SERVER = web.AppKey("practice_models", ModelServer)
_GEMINI = web.AppKey("practice_gemini", Gemini)
_SELF_HOSTED = web.AppKey("practice_own_server", SelfHostedServer)


def add_models(app: web.Application, *, data: Path, speed: float = 1.0, drawn_side: int = MAX_DRAWN_SIDE) -> None:
    """Add the routes of all vendors and of their control API.

    `speed` divides every wait; the usage log is in `data`. Portraits with a side over `drawn_side` pixels are drawn
    smaller and enlarged.
    """
    model_server = ModelServer(data, speed, drawn_side)
    gemini, fal, self_hosted = Gemini(model_server), Fal(model_server), SelfHostedServer(model_server)
    app[_MODEL_SERVER], app[_GEMINI], app[_SELF_HOSTED] = model_server, gemini, self_hosted
    control_routes = ModelControlRoutes(model_server, gemini, self_hosted, _model_ids())
    for routes_owner in (Recraft(model_server), OpenAI(model_server), gemini, fal, self_hosted, control_routes):
        app.add_routes(routes_owner.routes())
    app.add_routes([model_server.gateway_images.route()])
    app.on_cleanup.append(_close)
    app.cleanup_ctx.append(fal.queue.run)


async def reset_models(app: web.Application) -> None:
    """Reset faults, latencies, retirements, the server's quirks and the usage log."""
    app[_MODEL_SERVER].faults.clear()
    app[_MODEL_SERVER].retirements.clear()
    app[_GEMINI].spelling = "both"
    app[_SELF_HOSTED].quirks = ServerQuirks()
    await app[_MODEL_SERVER].usage_log.clear()


def _model_ids() -> list[tuple[str, str]]:
    """Return vendor and id of every model."""
    vendors = {
        "recraft": (*recraft_catalogue.MODELS, recraft_catalogue.UPSCALER),
        "openai": openai_catalogue.MODELS,
        "gemini": gemini_catalogue.MODELS,
        "fal": fal_catalogue.ENDPOINTS,
        "own": (MODEL,),
    }
    return [(vendor, model) for vendor, models in vendors.items() for model in models]


async def _close(app: web.Application) -> None:
    await app[_MODEL_SERVER].close()
