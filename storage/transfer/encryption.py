"""Encryption of a backup: one tar stream in chunks of AES-256-GCM, with bounded memory.

The file begins with a line that names the format, a salt and the check of the key. The key of the file and the check
are derived by HKDF from the operator's key and the salt. Each chunk has the nonce counter || is_last, so a chunk that
is missing, moved or added at the end is noticed (the STREAM construction, https://eprint.iacr.org/2015/189).
"""

import os
import tarfile
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.db.private_files import write_private_file
from storage.transfer import TransferError

_MAGIC = b"castroom-backup-aes256gcm-1\n"
_SALT_BYTES = _CHECK_BYTES = 16
_KEY_BYTES, _TAG_BYTES, _COUNTER_BYTES = 32, 16, 11
CHUNK_BYTES = 1_048_576


def read_key(file: Path) -> bytes:
    """Read a key as `python -m bot keys new` prints it: 32 bytes in URL-safe base64; raises TransferError."""
    try:
        key = urlsafe_b64decode(file.read_text(encoding="ascii").strip())
    except (OSError, UnicodeDecodeError, ValueError, Base64Error) as error:
        raise TransferError(f"{file} holds no key. `python -m bot keys new` prints one.") from error
    if len(key) != _KEY_BYTES:
        raise TransferError(f"{file} holds no key of 32 bytes. `python -m bot keys new` prints one.")
    return key


def encrypt_folder(folder: Path, target: Path, key: bytes) -> None:
    """Write a folder's files to an encrypted archive, which gets its name once it is complete."""
    unfinished = target.with_name(f"{target.name}.unfinished")
    write_private_file(unfinished, b"")
    with unfinished.open("wb") as file:
        writer = _EncryptingWriter(file, key)
        with tarfile.open(mode="w|", fileobj=writer, bufsize=CHUNK_BYTES) as archive:  # type: ignore[call-overload]
            for path in sorted(folder.rglob("*")):
                archive.add(path, str(path.relative_to(folder)), recursive=False)
        writer.finish()
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(target)


def decrypt_folder(source: Path, folder: Path, key: bytes) -> None:
    """Write the files of an encrypted archive to a folder; raises TransferError for another key or a damaged file."""
    with source.open("rb") as file:
        reader = _DecryptingReader(file, source, key)
        try:
            with tarfile.open(mode="r|", fileobj=reader, bufsize=CHUNK_BYTES) as archive:  # type: ignore[call-overload]
                archive.extractall(folder, filter="data")
        except tarfile.TarError as error:
            raise TransferError(f"{source} is damaged. Use another backup.") from error
        reader.require_end()


def _derive(key: bytes, salt: bytes) -> tuple[AESGCM, bytes]:
    """Return the cipher of a file, and the check of its key."""
    derived = HKDF(SHA256(), _KEY_BYTES + _CHECK_BYTES, salt, _MAGIC).derive(key)
    return AESGCM(derived[:_KEY_BYTES]), derived[_KEY_BYTES:]


def _nonce(counter: int, *, is_last: bool) -> bytes:
    return counter.to_bytes(_COUNTER_BYTES) + bytes([is_last])


class _EncryptingWriter:
    """A file that encrypts what is written to it; `finish` writes the last chunk."""

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        salt = os.urandom(_SALT_BYTES)
        self._cipher, check = _derive(key, salt)
        self._file = file
        self._buffer = bytearray()
        self._counter = 0
        file.write(_MAGIC + salt + check)

    def write(self, data: bytes) -> int:
        self._buffer += data
        while len(self._buffer) > CHUNK_BYTES:
            self._write_chunk(bytes(self._buffer[:CHUNK_BYTES]), is_last=False)
            del self._buffer[:CHUNK_BYTES]
        return len(data)

    def finish(self) -> None:
        self._write_chunk(bytes(self._buffer), is_last=True)

    def _write_chunk(self, data: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._counter, is_last=is_last), data, _MAGIC))
        self._counter += 1


class _DecryptingReader:
    """A file that decrypts what is read from it; raises TransferError."""

    def __init__(self, file: IO[bytes], path: Path, key: bytes) -> None:
        self._file, self._path = file, path
        if file.read(len(_MAGIC)) != _MAGIC:
            raise TransferError(f"{path} is no encrypted backup that this version knows.")
        self._cipher, check = _derive(key, file.read(_SALT_BYTES))
        if file.read(_CHECK_BYTES) != check:
            raise TransferError(f"The key is not the one that {path} was encrypted with. Name another --key-file.")
        self._chunks = self._decrypt_chunks()
        self._buffer = b""

    def read(self, size: int) -> bytes:
        while len(self._buffer) < size and (chunk := next(self._chunks, None)) is not None:
            self._buffer += chunk
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def require_end(self) -> None:
        """Read to the end, because the archive's own end says nothing about what was cut off after it."""
        for _ in self._chunks:
            pass

    def _decrypt_chunks(self) -> Iterator[bytes]:
        counter, chunk = 0, self._file.read(CHUNK_BYTES + _TAG_BYTES)
        while chunk:
            following = self._file.read(CHUNK_BYTES + _TAG_BYTES)
            try:
                yield self._cipher.decrypt(_nonce(counter, is_last=not following), chunk, _MAGIC)
            except InvalidTag as error:
                raise TransferError(f"{self._path} is damaged or incomplete. Use another backup.") from error
            counter, chunk = counter + 1, following
        if not counter:
            raise TransferError(f"{self._path} is incomplete. Use another backup.")
