"""A real `lenet serve`, started for a test and stopped after it."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass
class Live:
    """One service in a process of its own."""

    process: subprocess.Popen[str]
    address: str  # as it was printed
    port: int

    def connect(self, timeout: float = 20) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Return status and JSON of one request on a connection of its own."""
        connection = self.connect()
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        return response.status, json.loads(content) if content else None

    def digit(self, image: bytes) -> tuple[int, Any]:
        """Return status and JSON of reading one image of 784 bytes."""
        return self.ask("POST", "/v1/digits", image, {"Content-Type": "application/octet-stream"})

    def memory(self) -> int:
        """Resident bytes of its own, without mapped files: their pages are shared."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:  # noqa: PTH123
            line = next(line for line in file if line.startswith("RssAnon"))
        return int(line.split()[1]) * 1024

    def stop(self) -> int:
        """Ask it to stop; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def start(*words: object, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "lenet", "serve", "--port", "0", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LENET_TOKEN": "", **environment},
    )


@contextmanager
def serving(*words: object, **environment: str) -> Iterator[Live]:
    """Yield a service that is ready; kill it if it still runs at the end."""
    process = start(*words, **environment)
    assert process.stdout
    assert process.stderr
    try:
        address = process.stdout.readline().strip()
        assert address, process.stderr.read()
        port = int(address.partition("://")[2].partition("/")[0].rpartition(":")[2])
        yield Live(process, address, port)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
