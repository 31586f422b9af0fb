"""The pages of an installation, as HTML without scripts or anything from elsewhere."""

from html import escape

from handlers.text import install_page as words

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
main {{ max-width: 34rem; margin: 4rem auto; padding: 0 1.5rem }}
a {{ display: inline-block; padding: .6rem 1rem; border: 1px solid; border-radius: .4rem }}
</style></head><body><main><h1>{title}</h1>{body}</main></body></html>
"""


def install(url: str) -> str:
    """The page that leads to Slack's page at `url`."""
    return _page(words.TITLE, _text(words.INTRODUCTION), _link(url, words.ADD), _text(words.ADD_NOTE))


def installed(workspace: str) -> str:
    return _page(words.INSTALLED_TITLE, _text(words.installed(workspace)), _text(words.NEXT_STEPS))


def failed(reason: str, install_path: str) -> str:
    return _page(words.FAILED_TITLE, _text(words.failed(reason)), _link(install_path, words.START_AGAIN))


def _page(title: str, *parts: str) -> str:
    return _PAGE.format(title=escape(title), body="".join(parts))


def _text(sentence: str) -> str:
    return f"<p>{escape(sentence)}</p>"


def _link(url: str, label: str) -> str:
    return f'<p><a href="{escape(url)}">{escape(label)}</a></p>'
