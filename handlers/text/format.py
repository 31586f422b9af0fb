"""Formatting of single values: user text, people, places, times, money, counts, lists."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_UP, Decimal

from bot.domain.erasure import is_pseudonym
from bot.domain.face import Portrait

# Slack formats text between these characters, and offers no escape for them.
_LOOK_ALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
_LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_UNDERSCORE_LOOK_ALIKE = "\u02cd"
_QUOTE_MARK = re.compile(r"^>", re.MULTILINE)
_WORD_JOINER = "\u2060"
# `<!date^...|UTC>`, `<https://...|label>`, `<@U..>`, `<#C..>`; an entity cut before its end.
_MRKDWN_TOKEN = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_BROKEN_ENTITY = re.compile(r"&[a-z]{0,3}$")
_CENT = Decimal("0.01")
_TENTH_OF_A_CENT = Decimal("0.001")


def escape_mrkdwn(text: str) -> str:
    """Escape user text for mrkdwn, so that it cannot mention, link or format.

    `& < >` become entities (docs.slack.dev, "Formatting message text"). Formatting characters become similar-looking
    characters, and a `>` at the start of a line gets a word joiner before it.
    """
    text = _LOOSE_UNDERSCORE.sub(_UNDERSCORE_LOOK_ALIKE, text.translate(_LOOK_ALIKES))
    text = _QUOTE_MARK.sub(f"{_WORD_JOINER}>", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def truncate(text: str, limit: int) -> str:
    """Shorten `text` to `limit` characters, with an ellipsis in place of the rest."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def truncate_mrkdwn(text: str, limit: int) -> str:
    """Shorten mrkdwn like `truncate`, without splitting a mention, date, link or entity."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if head.rfind("<") > head.rfind(">"):
        head = head[: head.rfind("<")]
    if _BROKEN_ENTITY.search(head):
        head = head[: head.rfind("&")]
    return head.rstrip() + "…"


def strip_mrkdwn(text: str) -> str:
    """Convert mrkdwn to plain text: dates in UTC, links as their labels, people by id."""
    plain = _MRKDWN_TOKEN.sub(_token_text, text)
    return plain.replace("*", "").replace("`", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def person(user_id: str) -> str:
    """Mention a user; one whose data was erased has no name any more."""
    return "a former user" if is_pseudonym(user_id) else f"<@{user_id}>"


def people(user_ids: Sequence[str], conjunction: str = "and") -> str:
    """Mention users: `@a, @b and @c`."""
    return join_words([person(user_id) for user_id in user_ids], conjunction)


def channel(channel_id: str) -> str:
    """Mention a channel; a direct message has no name in Slack."""
    return "a direct message" if channel_id.startswith("D") else f"<#{channel_id}>"


def link(url: str, label: str) -> str:
    """Link `label` to `url`; returns the label alone without a URL."""
    return f"<{url}|{label}>" if url else label


def when(at: datetime) -> str:
    """Format a date and time in the reader's time zone and language; clients that cannot render it show UTC."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{at.astimezone(UTC):%-d %b %H:%M} UTC>"


def time_of_day(at: datetime) -> str:
    """Format a time of today to the second, in the reader's time zone."""
    return f"<!date^{int(at.timestamp())}^{{time_secs}}|{at.astimezone(UTC):%H:%M:%S} UTC>"


def day(at: datetime) -> str:
    """Format a date in the reader's time zone and language."""
    return f"<!date^{int(at.timestamp())}^{{date}}|{at.astimezone(UTC):%-d %B %Y}>"


def calendar_date(on: date) -> str:
    """Format a date that has no time zone, such as a vendor's last day."""
    return f"{on:%-d %B %Y}"


def short_calendar_date(on: date) -> str:
    """Format such a date for little space, below a portrait."""
    return f"{on:%-d %b %Y}"


def day_of_month(on: date) -> str:
    """Format a date without its year."""
    return f"{on:%-d %B}"


def month(on: date) -> str:
    return f"{on:%B %Y}"


def dollars(amount: Decimal) -> str:
    """Format USD, rounded up to cents; below one cent to tenths of a cent."""
    return f"${amount.quantize(_TENTH_OF_A_CENT if 0 < amount < _CENT else _CENT, ROUND_UP)}"


def size(portrait: Portrait) -> str:
    """Return `3018 × 4096, 4K`, with the suffix only for 4K pictures."""
    return f"{portrait.width} × {portrait.height}{', 4K' if portrait.is_4k else ''}"


def pluralize(number: int, singular: str, plural: str = "") -> str:
    """Return `1 vote` or `3 votes`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def join_words(words: Iterable[str], conjunction: str = "and") -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    *others, last = [*words] or [""]
    return f" {conjunction} ".join(filter(None, [", ".join(others), last]))


def join_parts(*parts: str, separator: str = " · ") -> str:
    """Join the parts that are not empty."""
    return separator.join(filter(None, parts))


def capitalize_first(text: str) -> str:
    """Capitalize the first letter and leave the others."""
    return text[:1].upper() + text[1:]


def channel_title(channel_id: str) -> str:
    """Name a channel in a heading or a line of facts."""
    return "Direct messages" if channel_id.startswith("D") else channel(channel_id)


def _token_text(token: re.Match[str]) -> str:
    return token[2] or token[1]
