"""What models are called in front of people."""

from bot.catalogue import Catalogue


class Titles:
    """The title of a model or upscaler by its exact id; an id that is no longer in the catalogue stands for itself."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._titles = {model.id: model.title for model in catalogue.models}
        self._titles |= {upscaler.id: upscaler.title for upscaler in catalogue.upscalers}

    def __call__(self, model_id: str) -> str:
        return self._titles.get(model_id, model_id)
