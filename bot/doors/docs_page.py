"""The page `/v1/docs`: every operation and problem, made from the OpenAPI document. It loads nothing from elsewhere."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from bot.doors import words

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d1c1d}"
    "code{background:#f4f2f0;padding:.1em .3em;border-radius:3px}h2{margin-top:2.5rem}"
    "section{border-top:1px solid #ddd;padding:.5rem 0}dt{font-weight:600;margin-top:.6rem}dd{margin:0}"
    "@media(prefers-color-scheme:dark){body{background:#1a1d21;color:#e8e8e8}code{background:#2c2f33}"
    "a{color:#8ab4f8}section{border-color:#444}}"
)


def docs_page(openapi: Mapping[str, Any]) -> str:
    """Return the page as HTML."""
    operations = "".join(_operations(openapi["paths"]))
    problems = "".join(f'<dt id="{escape(code)}"><code>{escape(code)}</code></dt><dd>{escape(title)}.</dd>'
                       for code, title in words.TITLES.items())  # fmt: skip
    title = escape(openapi["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><h1>{title}</h1>'
        f"<p>{words.PAGE_INTRO}</p><h2>Operations</h2>{operations}<h2>Problems</h2><dl>{problems}</dl></body></html>"
    )


def _operations(paths: Mapping[str, Any]) -> Iterator[str]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            parameters = "".join(_parameter(one) for one in operation.get("parameters", ()))
            yield (
                f"<section><h3><code>{escape(method.upper())} {escape(path)}</code></h3>"
                f"<p>{escape(operation.get('description', ''))}</p>{parameters and f'<ul>{parameters}</ul>'}</section>"
            )


def _parameter(parameter: Mapping[str, Any]) -> str:
    required = "" if parameter.get("required") else ", optional"
    description = escape(parameter.get("description", ""))
    return f"<li><code>{escape(parameter['name'])}</code> ({escape(parameter['in'])}{required}) {description}</li>"
