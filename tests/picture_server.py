"""A small HTTP server on the loopback that answers with given bytes."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from lenet.cli import fetching

PUBLIC = "93.184.215.14"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


class Server:
    """Answers every request on the loopback with given bytes, and counts the requests."""

    def __init__(
        self, *answers: bytes, pause: float = 0.0, tls: ssl.SSLContext | None = None
    ) -> None:
        self.answers, self.pause, self.tls = list(answers), pause, tls
        self.requests: list[bytes] = []
        self.hits = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            plain, _ = self._listener.accept()
            with plain:
                if self._ended.is_set():
                    return
                self.hits += 1
                plain.settimeout(5)
                with suppress(OSError):
                    if self.tls:
                        with self.tls.wrap_socket(plain, server_side=True) as connection:
                            self._answer(connection)
                    else:
                        self._answer(plain)

    def _answer(self, connection: socket.socket) -> None:
        self.requests.append(connection.recv(65_536))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not self.pause:
            connection.sendall(answer)
            return
        for byte in answer:
            connection.sendall(bytes([byte]))
            if self._ended.wait(self.pause):
                return

    def close(self) -> None:
        self._ended.set()
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._listener.close()

    def dial(self, address: str, _port: int, seconds: float) -> socket.socket:
        """Connect to this server instead of `address`, which must be a public one."""
        assert fetching.is_public(address)
        return socket.create_connection(("127.0.0.1", self.port), seconds)

    def fetch(self, url: str, **options: float) -> bytes:
        return fetching.fetch(url, resolve=lambda *_: [PUBLIC], dial=self.dial, **options)  # type: ignore[arg-type]


@contextmanager
def server(
    *answers: bytes, pause: float = 0.0, tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    served = Server(*answers, pause=pause, tls=tls)
    try:
        yield served
    finally:
        served.close()
