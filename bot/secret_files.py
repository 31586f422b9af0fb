"""Secrets in files: `NAME_FILE` holds the path of a file with the value of the setting `NAME`.

Container platforms and systemd mount secrets as files, so that no environment shows them. A file is read once, at the
start.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, PydanticBaseSettingsSource

SUFFIX = "_FILE"
# obstore reads these from the environment itself.
AWS_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_PATHS = "secret_paths"
_MAX_BYTES = 65_536


class SecretPaths(PydanticBaseSettingsSource):
    """A source of settings that only collects the paths; `resolve` reads them, so that problems become sentences."""

    def __init__(
        self, settings: type[BaseSettings], env: EnvSettingsSource, dotenv: DotEnvSettingsSource, names: Iterable[str]
    ) -> None:
        super().__init__(settings)
        self._variables = {**dotenv.env_vars, **env.env_vars}
        self._names = tuple(names)

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        raise NotImplementedError("paths are collected for all fields at once")

    def __call__(self) -> dict[str, Any]:
        found = {name: self._variables.get(f"{name}{SUFFIX}".lower()) for name in self._names}
        return {_PATHS: {name: path for name, path in found.items() if path}}


def resolve(values: dict[str, Any]) -> dict[str, Any]:
    """Return the settings' values with those from files; raises ValueError with a sentence."""
    paths: Mapping[str, str] = values.get(_PATHS, {})
    rest = {name: value for name, value in values.items() if name != _PATHS}
    return rest | {name: read_secret(name.upper(), path, rest.get(name)) for name, path in paths.items()}


def resolve_aws(env: MutableMapping[str, str]) -> None:
    """Put the AWS keys that are given as files into the environment; raises ValueError with a sentence."""
    for name in AWS_VARIABLES:
        if path := env.pop(f"{name}{SUFFIX}", ""):
            env[name] = read_secret(name, path, env.get(name))


def read_secret(name: str, path: str, value: object = None) -> str:
    """Return the content of the file, without one newline at its end.

    `value` is the one that the variable itself has; only one of the two may be set. Raises ValueError with a sentence
    that contains neither the value nor the file's content.
    """
    variable = f"{name}{SUFFIX}"
    if value:
        raise ValueError(f"both {name} and {variable} are set: remove one of them")
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        text = data.decode("utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ValueError(f"{variable}: {path} cannot be read: {reason}") from error
    except UnicodeDecodeError:
        raise ValueError(f"{variable}: {path} is not UTF-8 text") from None
    if len(data) > _MAX_BYTES:
        raise ValueError(f"{variable}: {path} is larger than {_MAX_BYTES} bytes, which no secret is")
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise ValueError(f"{variable}: {path} is empty")
    return text
