"""A server over TLS, by HTTP/2 or HTTP/1.1 as the client asks, with a certificate of its own making."""

import asyncio
import ipaddress
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import h2.config
import h2.connection
import h2.events
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.crawlers.faultweb.server import Reply
from tests.crawlers.faultweb.threaded import Threaded


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    builder = builder.not_valid_after(now + timedelta(days=1)).add_extension(names, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = builder.sign(key, hashes.SHA256())
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


class TlsWeb(Threaded):
    """Serves over TLS; `seen` holds (protocol, path) of every request."""

    def __init__(self, handler: Callable[[str, str], Reply], cert: Path, key: Path, *, http2: bool = True):
        super().__init__()
        self.handler = handler
        self.seen: list[tuple[str, str]] = []
        self.host = ""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(cert, key)
        self._context.set_alpn_protocols(["h2", "http/1.1"] if http2 else ["http/1.1"])

    async def listen(self) -> list[asyncio.Server]:
        """See Threaded."""
        server = await asyncio.start_server(self.answer, "127.0.0.1", 0, ssl=self._context)
        self.host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return [server]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """See Threaded."""
        if writer.get_extra_info("ssl_object").selected_alpn_protocol() == "h2":
            await self._http2(reader, writer)
        else:
            await self._http1(reader, writer)

    async def _http1(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
            self.seen.append(("http/1.1", path))
            reply = self.handler(self.host, path)
            head = f"HTTP/1.1 {reply.status} X\r\nContent-Type: {reply.content_type}\r\n"
            writer.write(f"{head}Content-Length: {len(reply.body)}\r\n\r\n".encode() + reply.body)
            await writer.drain()

    async def _http2(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        connection = h2.connection.H2Connection(config)
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        while data := await reader.read(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    path = str(dict(event.headers)[":path"])
                    self.seen.append(("h2", path))
                    reply = self.handler(self.host, path)
                    stream = event.stream_id
                    assert stream is not None
                    headers = [(":status", str(reply.status)), ("content-type", str(reply.content_type))]
                    connection.send_headers(stream, headers)
                    connection.send_data(stream, reply.body, end_stream=True)
            writer.write(connection.data_to_send())
            await writer.drain()
