"""Display names of models and their accounts."""

from bot.domain.catalogue import Catalogue
from handlers.text.format import pluralize

_ACCOUNTS = {"recraft": "Recraft", "openai": "OpenAI", "gemini": "Google", "fal": "fal", "own": "your own server"}


class Titles:
    """Titles of models and upscalers by exact id; an id that left the catalogue is its own title."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._titles = {model.id: model.title for model in catalogue.models}
        self._per_minute = catalogue.images_per_minute
        self._titles |= {upscaler.id: upscaler.title for upscaler in catalogue.upscalers}

    def __call__(self, model_id: str) -> str:
        return self._titles.get(model_id, model_id)

    def rate_limit(self, model_id: str) -> str:
        """Return `OpenAI's limit of 5 images a minute`, or that the account was busy if the limit is unknown."""
        provider = model_id.partition(":")[0]
        account = _ACCOUNTS.get(provider, provider)
        per_minute = self._per_minute.get(provider)
        if not per_minute:
            return f"{account}, which had too much to do"
        return f"{account}'s limit of {pluralize(per_minute, 'image')} a minute"
