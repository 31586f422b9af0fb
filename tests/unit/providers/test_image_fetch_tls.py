"""TLS to a checked address verifies the certificate of the host name."""

import asyncio
import datetime as dt
import ssl
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.domain.model_errors import ProviderDown
from providers.http.image_fetch import ImageDownloader
from providers.http.public_ip import Address


def write_certificate(folder: Path, name: str) -> Path:
    """Write a self-signed certificate and its key for `name` in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = folder / "both.pem"
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(signed.public_bytes(pem) + private)
    return file


class LoopbackTransport(httpx.AsyncBaseTransport):
    """A transport that connects to a port of this machine."""

    def __init__(self, port: int, trusted: Path) -> None:
        self._port = port
        self._real = httpx.AsyncHTTPTransport(verify=ssl.create_default_context(cafile=str(trusted)), trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(host="127.0.0.1", port=self._port)
        return await self._real.handle_async_request(request)

    async def aclose(self) -> None:
        await self._real.aclose()


async def resolve(_: str) -> Sequence[Address]:
    return [ip_address("93.184.216.34")]


async def serve_picture(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\npicture")
    writer.close()


@pytest.mark.parametrize(("common_name", "is_valid"), [("media.example", True), ("other.example", False)])
async def test_certificate_must_match_the_host_name(common_name: str, is_valid: bool, tmp_path: Path) -> None:
    file = await asyncio.to_thread(write_certificate, tmp_path, common_name)
    tls_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls_context.load_cert_chain(file)
    async with await asyncio.start_server(serve_picture, "127.0.0.1", 0, ssl=tls_context) as server:
        port = server.sockets[0].getsockname()[1]
        downloader = ImageDownloader(
            "https://queue.example", resolve=resolve, transport=LoopbackTransport(port, file), pauses=()
        )
        try:
            if is_valid:
                assert (
                    await downloader.download("https://media.example/a.png", model="fal:x", timeout_seconds=5)
                    == b"picture"
                )
            else:
                with pytest.raises(ProviderDown):
                    await downloader.download("https://media.example/a.png", model="fal:x", timeout_seconds=5)
        finally:
            await downloader.close()
