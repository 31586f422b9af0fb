"""Streaming parser that decodes long base64 strings of a JSON response chunk by chunk.

A 4K picture is tens of megabytes of base64. Decoded at the end, it would be in memory twice and block the event loop.
Decoded in chunks, it takes 0.1 ms at a time.
"""

import re
from base64 import b64encode
from binascii import Error, a2b_base64
from io import BytesIO

_MIN_BASE64_LENGTH = 32_768  # characters; a multiple of four, so that the buffer decodes by itself
_STRING_END = re.compile(rb'["\\]')


class Base64StreamParser:
    """Parser of a response in chunks; `text` is the JSON with a placeholder for each picture in `pictures`.

    A string that only looks like base64 stays in `text` unchanged.
    """

    def __init__(self) -> None:
        self.text = bytearray()
        self.pictures: dict[bytes, bytes] = {}
        self.length = 0
        self._inside_string = False
        self._is_plain_text = False  # inside a string that is not base64
        self._escaped = False
        self._buffer = bytearray()  # the undecoded part of a string that may be base64
        self._picture: BytesIO | None = None
        self._saw_padding = False

    def feed(self, chunk: bytes) -> None:
        self.length += len(chunk)
        at = 0
        while at < len(chunk):
            at = self._feed_string(chunk, at) if self._inside_string else self._feed_json(chunk, at)

    def finish(self) -> None:
        """End the response; a truncated string goes into `text` as far as it was received."""
        self._restore_text()

    def _feed_json(self, chunk: bytes, at: int) -> int:
        quote = chunk.find(b'"', at)
        stop = len(chunk) if quote < 0 else quote + 1
        self.text += chunk[at:stop]
        self._inside_string = quote >= 0
        return stop

    def _feed_string(self, chunk: bytes, at: int) -> int:
        if self._escaped:
            self._escaped = False
            self.text += chunk[at : at + 1]
            return at + 1
        stop = self._find_string_end(chunk, at)
        self._append(chunk[at:stop])
        if stop == len(chunk):
            return stop
        if chunk.startswith(b"\\", stop):
            self._restore_text()
            self._is_plain_text = self._escaped = True
            self.text += b"\\"
        else:
            self._close_string()
        return stop + 1

    def _find_string_end(self, chunk: bytes, at: int) -> int:
        """Return the position of the next quote or backslash, or the end of the chunk.

        `find` is ten times as fast as the expression on a picture of megabytes. In text with many backslashes it would
        look for the same quote again and again; a string with a backslash is no base64.
        """
        if self._is_plain_text:
            end = _STRING_END.search(chunk, at)
            return end.start() if end else len(chunk)
        quote = chunk.find(b'"', at)
        stop = len(chunk) if quote < 0 else quote
        backslash = chunk.find(b"\\", at, stop)
        return stop if backslash < 0 else backslash

    def _append(self, characters: bytes) -> None:
        if self._is_plain_text:
            self.text += characters
            return
        self._buffer += characters
        if len(self._buffer) >= _MIN_BASE64_LENGTH or self._picture:
            self._decode()

    def _decode(self) -> None:
        complete = len(self._buffer) // 4 * 4
        try:
            data = _decode_base64(bytes(self._buffer[:complete]), after_padding=self._saw_padding)
        except Error:
            self._restore_text()
            self._is_plain_text = True
            return
        self._saw_padding = self._saw_padding or len(data) < complete // 4 * 3
        self._picture = self._picture or BytesIO()
        self._picture.write(data)
        del self._buffer[:complete]

    def _close_string(self) -> None:
        if self._picture and not self._buffer:
            placeholder = b"picture %d" % len(self.pictures)
            self.pictures[placeholder] = self._picture.getvalue()
            self.text += b64encode(placeholder)
            self._picture = None
        self._restore_text()
        self.text += b'"'
        self._inside_string = self._is_plain_text = self._saw_padding = False

    def _restore_text(self) -> None:
        """Put the buffered and the decoded part of a string back into `text`; re-encoding gives the same base64."""
        if self._picture:
            self.text += b64encode(self._picture.getvalue())
            self._picture = None
        self.text += self._buffer
        self._buffer.clear()


def _decode_base64(characters: bytes, *, after_padding: bool) -> bytes:
    if characters and after_padding:
        raise Error("characters after the padding")
    return a2b_base64(characters, strict_mode=True)
