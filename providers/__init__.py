"""Image models over HTTP, one package per vendor."""

from providers.accounts import ImageModels, open_models
from providers.checks import AccountCheck, retirement_dates

__all__ = ["AccountCheck", "ImageModels", "open_models", "retirement_dates"]
