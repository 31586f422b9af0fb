"""A JSON answer while it is read: long base64 strings become bytes piece by piece and never stand whole as text.

A 4K picture is tens of megabytes of base64. Decoded at the end it would be in memory twice, and the decoder would keep
the event loop waiting; decoded piece by piece it costs a tenth of a millisecond at a time.
"""

import re
from base64 import b64encode
from binascii import Error, a2b_base64
from io import BytesIO

_LONG = 32_768  # signs; a multiple of four, so that what was held back decodes by itself
_END = re.compile(rb'["\\]')


class Body:
    """Takes the answer in pieces; `text` is the JSON with a short mark in place of each picture in `pictures`.

    What only looks like base64 is put back as it was, for the JSON decoder to judge.
    """

    def __init__(self) -> None:
        self.text = bytearray()
        self.pictures: dict[bytes, bytes] = {}
        self.length = 0
        self._inside = False  # a string
        self._plain = False  # a string that is no base64
        self._escaped = False
        self._held = bytearray()  # the string so far, while it may be a picture
        self._picture: BytesIO | None = None
        self._padded = False

    def feed(self, piece: bytes) -> None:
        self.length += len(piece)
        at = 0
        while at < len(piece):
            at = self._in_string(piece, at) if self._inside else self._outside(piece, at)

    def end(self) -> None:
        """No more comes: a string that was cut stands in the text as far as it came."""
        self._give_back()

    def _outside(self, piece: bytes, at: int) -> int:
        quote = piece.find(b'"', at)
        stop = len(piece) if quote < 0 else quote + 1
        self.text += piece[at:stop]
        self._inside = quote >= 0
        return stop

    def _in_string(self, piece: bytes, at: int) -> int:
        if self._escaped:
            self._escaped = False
            self.text += piece[at : at + 1]
            return at + 1
        end = _END.search(piece, at)
        stop = end.start() if end else len(piece)
        self._take(piece[at:stop])
        if not end:
            return stop
        if end[0] == b"\\":
            self._give_back()
            self._plain = self._escaped = True
            self.text += b"\\"
        else:
            self._close()
        return stop + 1

    def _take(self, signs: bytes) -> None:
        if self._plain:
            self.text += signs
            return
        self._held += signs
        if len(self._held) >= _LONG or self._picture:
            self._decode()

    def _decode(self) -> None:
        whole = len(self._held) // 4 * 4
        try:
            data = _decoded(bytes(self._held[:whole]), after_padding=self._padded)
        except Error:
            self._give_back()
            self._plain = True
            return
        self._padded = self._padded or len(data) < whole // 4 * 3
        self._picture = self._picture or BytesIO()
        self._picture.write(data)
        del self._held[:whole]

    def _close(self) -> None:
        if self._picture and not self._held:
            mark = b"picture %d" % len(self.pictures)
            self.pictures[mark] = self._picture.getvalue()
            self.text += b64encode(mark)
            self._picture = None
        self._give_back()
        self.text += b'"'
        self._inside = self._plain = self._padded = False

    def _give_back(self) -> None:
        """Put what was held or decoded of a string into the text; base64 reads the same both ways."""
        if self._picture:
            self.text += b64encode(self._picture.getvalue())
            self._picture = None
        self.text += self._held
        self._held.clear()


def _decoded(signs: bytes, *, after_padding: bool) -> bytes:
    if signs and after_padding:
        raise Error("signs after the padding")
    return a2b_base64(signs, strict_mode=True)
