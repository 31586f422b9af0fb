"""The page `/v1/docs`: every operation and problem, made from the OpenAPI document. It loads nothing from elsewhere."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from bot.doors import words

_CODE = re.compile("`([^`]+)`")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d1c1d}"
    "code{background:#f4f2f0;padding:.1em .3em;border-radius:3px}h2{margin-top:2.5rem}"
    "section{border-top:1px solid #ddd;padding:.5rem 0}dt{font-weight:600;margin-top:.6rem}dd{margin:0}"
    "@media(prefers-color-scheme:dark){body{background:#1a1d21;color:#e8e8e8}code{background:#2c2f33}"
    "a{color:#8ab4f8}section{border-color:#444}}"
)


def docs_page(openapi: Mapping[str, Any]) -> str:
    """Return the page as HTML."""
    operations = "".join(_operations(openapi))
    problems = "".join(f'<dt id="{escape(code)}"><code>{escape(code)}</code></dt><dd>{escape(title)}.</dd>'
                       for code, title in words.TITLES.items())  # fmt: skip
    title = escape(openapi["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><h1>{title}</h1>'
        f"<p>{words.PAGE_INTRO}</p><h2>Operations</h2>{operations}<h2>Problems</h2><dl>{problems}</dl></body></html>"
    )


def _operations(openapi: Mapping[str, Any]) -> Iterator[str]:
    schemas = openapi.get("components", {}).get("schemas", {})
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            inputs = [_input(one["name"], one["in"], one) for one in operation.get("parameters", ())]
            inputs += _body(operation, schemas)
            listed = f"<ul>{''.join(inputs)}</ul>" if inputs else ""
            yield (
                f"<section><h3><code>{escape(method.upper())} {escape(path)}</code></h3>"
                f"<p>{_text(operation.get('description', ''))}</p>{listed}</section>"
            )


def _body(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = schemas.get(str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2], {})
    required = schema.get("required", ())
    return [
        _input(name, "body", {**field, "required": name in required})
        for name, field in schema.get("properties", {}).items()
    ]


def _input(name: str, where: str, described: Mapping[str, Any]) -> str:
    required = "" if described.get("required") else ", optional"
    return f"<li><code>{escape(name)}</code> ({escape(where)}{required}) {_text(described.get('description', ''))}</li>"


def _text(text: str) -> str:
    """Escape a text; what stands between backticks is code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))
