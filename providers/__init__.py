"""Image models over HTTP, one package per vendor."""

from providers.accounts import AccountCheck, ImageModels, open_models
from providers.checks import retirement_dates

__all__ = ["AccountCheck", "ImageModels", "open_models", "retirement_dates"]
