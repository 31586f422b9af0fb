"""Translates what obstore raises into StorageUnavailable, without the store's credentials or answers in full."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, EDQUOT, EFBIG, ENOSPC, EPERM, EROFS
from urllib.parse import urlsplit

from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError

from bot.domain.service_errors import StorageUnavailable

MISSING = (NotFoundError, FileNotFoundError)
_ERRNO_REASONS = {
    **dict.fromkeys((ENOSPC, EDQUOT, EFBIG), "full"),
    **dict.fromkeys((EROFS, EACCES, EPERM), "read_only"),
}
# S3 answers with a code in XML (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html); its other fields
# may hold the access key. obstore has the answer only in its message.
_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w{1,64})</Code>")
_NO_BUCKET = "NoSuchBucket"
_INSUFFICIENT_STORAGE = "507"
_MAX_DETAIL_LENGTH = 200


def bucket_address(url: str) -> str:
    """Return the address of a bucket without user, password and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


@contextmanager
def translate_store_errors(address: str) -> Iterator[None]:
    """Raise StorageUnavailable for every failure of the store at `address`, a folder or a bucket."""
    try:
        yield
    except (BaseError, OSError) as error:
        is_bucket = "://" in address
        reason = _bucket_reason(error) if is_bucket else _folder_reason(error)
        detail = _bucket_detail(error) if is_bucket else str(error).partition("\n")[0]
        raise StorageUnavailable("portraits", reason, detail, address) from error


def is_missing_bucket(error: Exception) -> bool:
    """Return whether the bucket is missing, not the picture; S3 says so in answers with a body."""
    return _NO_BUCKET in _CODE.findall(str(error))


def _folder_reason(error: Exception) -> str:
    """Return the reason for the error's errno, which obstore has only in its message."""
    number = error.errno if isinstance(error, OSError) else None
    found = re.search(r"os error (\d+)", str(error))
    return _ERRNO_REASONS.get(number or (int(found[1]) if found else 0), "away")


def _bucket_reason(error: Exception) -> str:
    if isinstance(error, (PermissionDeniedError, UnauthenticatedError, PermissionError)):
        return "refused"
    if isinstance(error, MISSING):
        return "missing"
    return "full" if _INSUFFICIENT_STORAGE in _STATUS.findall(str(error)) else "away"


def _bucket_detail(error: Exception) -> str:
    text = str(error)
    if status := _STATUS.search(text):
        code = _CODE.search(text)
        return f"{status[1]} {code[1]}" if code else status[1]
    return text.partition("\n")[0].rpartition(" - ")[2][:_MAX_DETAIL_LENGTH]
