"""How single things are written: people's text, people, places, times, money, counts, lists."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_UP, Decimal

from bot.domain.face import Portrait

# Slack reads these as formatting wherever they stand beside a word's edge, and offers no way to escape them.
_LOOK_ALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
_LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_UNDERSCORE_LOOK_ALIKE = "\u02cd"
_QUOTE_MARK = re.compile(r"^>", re.MULTILINE)
_WORD_JOINER = "\u2060"
# `<!date^...|UTC>`, `<https://...|label>`, `<@U..>`, `<#C..>`; an entity without its end.
_MRKDWN_TOKEN = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_BROKEN_ENTITY = re.compile(r"&[a-z]{0,3}$")
_CENT = Decimal("0.01")
_TENTH_OF_A_CENT = Decimal("0.001")


def escape_mrkdwn(text: str) -> str:
    """People's text inside mrkdwn: no mention, link or formatting can come of it.

    `& < >` become entities (docs.slack.dev, "Formatting message text"), formatting characters others that look like
    them, and a `>` that would begin a quotation no longer begins its line.
    """
    replaced = _LOOSE_UNDERSCORE.sub(_UNDERSCORE_LOOK_ALIKE, text.translate(_LOOK_ALIKES))
    inner = _QUOTE_MARK.sub(f"{_WORD_JOINER}>", replaced)
    return inner.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def truncate(text: str, limit: int) -> str:
    """`text` in at most `limit` characters, with an ellipsis where something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def truncate_mrkdwn(text: str, limit: int) -> str:
    """`cut` for marked-up text: no mention, date, link or entity is cut in two."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    if kept.rfind("<") > kept.rfind(">"):
        kept = kept[: kept.rfind("<")]
    if _BROKEN_ENTITY.search(kept):
        kept = kept[: kept.rfind("&")]
    return kept.rstrip() + "…"


def strip_mrkdwn(text: str) -> str:
    """Marked-up text as it reads where nothing is marked up: dates in UTC, links as their labels, people by id."""
    plain = _MRKDWN_TOKEN.sub(_token_text, text)
    return plain.replace("*", "").replace("`", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def person(user_id: str) -> str:
    return f"<@{user_id}>"


def channel(channel_id: str) -> str:
    """A channel by its name; Slack has none for a direct message."""
    return "a direct message" if channel_id.startswith("D") else f"<#{channel_id}>"


def link(url: str, label: str) -> str:
    """`label` leading to `url`; the label alone where there is no address."""
    return f"<{url}|{label}>" if url else label


def when(at: datetime) -> str:
    """A moment in the reader's own zone and language; mobile clients that cannot read it show UTC."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{at.astimezone(UTC):%-d %b %H:%M} UTC>"


def time_of_day(at: datetime) -> str:
    """A moment of today to the second, in the reader's own zone."""
    return f"<!date^{int(at.timestamp())}^{{time_secs}}|{at.astimezone(UTC):%H:%M:%S} UTC>"


def day(at: datetime) -> str:
    """A day in the reader's own zone and language."""
    return f"<!date^{int(at.timestamp())}^{{date}}|{at.astimezone(UTC):%-d %B %Y}>"


def calendar_date(on: date) -> str:
    """A day of somebody's calendar, which no zone moves: a vendor's last day."""
    return f"{on:%-d %B %Y}"


def short_calendar_date(on: date) -> str:
    """The same where there is little room: drawn under a portrait."""
    return f"{on:%-d %b %Y}"


def day_of_month(on: date) -> str:
    """A day of the accounts, in a month that is told beside it."""
    return f"{on:%-d %B}"


def month(on: date) -> str:
    return f"{on:%B %Y}"


def dollars(amount: Decimal) -> str:
    """Money, rounded up so that no sum looks smaller than it is: in cents, below one cent in tenths of a cent."""
    return f"${amount.quantize(_TENTH_OF_A_CENT if 0 < amount < _CENT else _CENT, ROUND_UP)}"


def size(portrait: Portrait) -> str:
    """`3018 × 4096, 4K`; what is smaller is never called so."""
    return f"{portrait.width} × {portrait.height}{', 4K' if portrait.is_4k else ''}"


def pluralize(number: int, singular: str, plural: str = "") -> str:
    """`1 vote`, `3 votes`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def join_words(words: Sequence[str], conjunction: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {conjunction} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def join_parts(*parts: str, separator: str = " · ") -> str:
    """Join the parts that are not empty."""
    return separator.join(filter(None, parts))


def capitalize_first(text: str) -> str:
    """Capitalize the first letter and leave all others."""
    return text[:1].upper() + text[1:]


def channel_title(channel_id: str) -> str:
    """Name a channel where no sentence goes around it."""
    return "Direct messages" if channel_id.startswith("D") else channel(channel_id)


def _token_text(token: re.Match[str]) -> str:
    return token[2] or token[1]
