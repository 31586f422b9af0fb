"""Models on self-hosted servers, listed in OWN_MODELS: a JSON list, one object a model."""

import json
from collections.abc import Mapping
from decimal import Decimal
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bot import secret_files

_RESERVED = frozenset({"prompt", "model", "n", "size", "response_format"})
_RATIOS = frozenset({"1:1", "4:5", "3:4", "2:3", "9:16", "16:9"})
_PRIVATE_SUFFIXES = (".local", ".lan", ".internal", ".home.arpa")


class SelfHostedModel(BaseModel):
    """One model of an OpenAI-compatible server. `price` in dollars a picture; `sizes` in pixels by ratio.

    `extras` are sent as further fields; `"seed": true` sends the portrait's seed. With a `family`, such as `recraft`,
    the model is routed like that one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")
    base_url: str
    model: str = Field(min_length=1)
    title: str = ""
    family: str = ""
    key: SecretStr | None = None
    price: Decimal = Field(default=Decimal(0), ge=0)
    sizes: dict[str, str] = Field(default_factory=dict)
    extras: dict[str, Any] = Field(default_factory=dict)

    @field_validator("sizes")
    @classmethod
    def _check_sizes(cls, sizes: dict[str, str]) -> dict[str, str]:
        for ratio, size in sizes.items():
            width, _, height = size.partition("x")
            if ratio not in _RATIOS or not (width.isdecimal() and height.isdecimal()):
                raise ValueError(
                    f'sizes map a ratio ({", ".join(sorted(_RATIOS))}) to pixels, as {{"3:4": "864x1152"}}'
                )
        return sizes

    @field_validator("extras")
    @classmethod
    def _check_extras(cls, extras: dict[str, Any]) -> dict[str, Any]:
        if reserved := sorted(_RESERVED & extras.keys()):
            raise ValueError(f"extras must not contain {', '.join(reserved)}: Castroom sends these itself")
        return extras

    @model_validator(mode="after")
    def _check_base_url(self) -> Self:
        """Require https for keys except to this machine; without a key, a private network may use http."""
        parts = urlsplit(self.base_url)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
            raise ValueError("base_url must be http(s)://host/..., without user or password, up to and with /v1")
        if parts.scheme == "http" and not (is_loopback(host) or (self.key is None and _is_private_network(host))):
            raise ValueError(
                "base_url: plain http is allowed for this machine, or without a key for your own network; use https"
            )
        return self


def parse_self_hosted_models(text: str, env: Mapping[str, str]) -> tuple[SelfHostedModel, ...]:
    """Parse OWN_MODELS; a key `$NAME` is read from that variable in `env`, or from the file that `NAME_FILE` names.

    Raises ValueError with a sentence, and pydantic's errors for single fields.
    """
    try:
        items = json.loads(text)
    except ValueError as error:
        raise ValueError(f"OWN_MODELS is not JSON ({error}); .env.example shows an example") from error
    if not isinstance(items, list):
        raise ValueError('OWN_MODELS must be a list: [{"id": "...", "base_url": "...", "model": "..."}]')  # noqa: TRY004
    models = tuple(SelfHostedModel.model_validate(_resolve_key(item, env)) for item in items)
    if len({m.id for m in models}) != len(models):
        raise ValueError("OWN_MODELS: every id must be unique")
    return models


def _resolve_key(item: Any, env: Mapping[str, str]) -> Any:
    """Replace a `$NAME` key by its variable, so that the list need not contain secrets."""
    key = item.get("key") if isinstance(item, dict) else None
    if not isinstance(key, str) or not key.startswith("$"):
        return item
    name = key.removeprefix("$")
    if path := env.get(f"{name}{secret_files.SUFFIX}"):
        return item | {"key": secret_files.read_secret(name, path, env.get(name))}
    if not env.get(name):
        raise ValueError(f"OWN_MODELS: the variable {name} is not set in the process's environment")
    return item | {"key": env[name]}


def is_loopback(host: str) -> bool:
    return host == "localhost" or _address_is(host, "is_loopback")


def _is_private_network(host: str) -> bool:
    return _address_is(host, "is_private") or "." not in host.rstrip(".") or host.endswith(_PRIVATE_SUFFIXES)


def _address_is(host: str, attribute: str) -> bool:
    try:
        return bool(getattr(ip_address(host), attribute))
    except ValueError:
        return False
