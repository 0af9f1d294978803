"""An S3 store for tests: moto's server in an environment of its own, behind a proxy with faults."""

import http.client
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from clusters import free_port

# Not beside the packages of lenet: botocore takes no python-dateutil as new as ours.
MOTO = "moto[s3,server]==5.2.5"
BUCKET = "bulk-reading"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_DEFAULT_REGION": "us-east-1",
}

Fault = Callable[[str, str], int | None]  # of a method and a path: a status, or None


def moto_python(folder: Path) -> Path:
    """Return the Python of an environment with moto; made in `folder` if none is named."""
    if ready := os.environ.get("LENET_TEST_MOTO"):
        return Path(ready) / "bin/python"
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    install = [str(python), "-m", "pip", "install", "--quiet", MOTO]
    done = subprocess.run(install, capture_output=True, text=True, timeout=300)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        pytest.skip(f"moto, the double of S3, cannot be installed: {reason}")
    return python


class Store:
    """A bucket behind a proxy.

    Attributes
    ----------
    address : str
        Of the bucket.
    endpoint : str
        Of the proxy.
    fault : callable
        The status that a request gets instead of its answer, if it is not None; it may wait first.
    asked : list of (str, str)
        Methods and paths so far.
    """

    def __init__(self, moto_port: int) -> None:
        self.address = f"s3://{BUCKET}"
        self.fault: Fault = lambda _method, _path: None
        self.asked: list[tuple[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, moto_port))
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(self, key: str, content: bytes) -> str:
        from lenet.cluster import places

        places.write_whole(f"{self.address}/{key}", content)
        return f"{self.address}/{key}"

    def names(self, folder: str) -> list[str]:
        from lenet.cluster import places

        return places.list_folder(f"{self.address}/{folder}").files


def _handler(store: Store, moto_port: int) -> type[BaseHTTPRequestHandler]:
    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.body()
            store.asked.append((self.command, self.path))
            status = store.fault(self.command, self.path)
            if status is not None:
                self.answer(status, b"", [])
                return
            moto = http.client.HTTPConnection("127.0.0.1", moto_port, timeout=30)
            moto.request(self.command, self.path, body, self.kept_headers())
            got = moto.getresponse()
            content = got.read()
            self.answer(got.status, content, got.getheaders())
            moto.close()

        def body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            content = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return content

        def kept_headers(self) -> dict[str, str]:
            own = ("transfer-encoding", "content-length", "expect", "connection")
            return {name: value for name, value in self.headers.items() if name.lower() not in own}

        def answer(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
            self.send_response_only(status)
            length = str(len(body))
            for name, value in headers:
                if name.lower() == "content-length" and self.command == "HEAD":
                    length = value
                elif name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", length)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_any  # noqa: N815

    return Proxy


@contextmanager
def serving(folder: Path) -> Iterator[Store]:
    """Run the store, with an empty bucket; what it needs is set in the environment."""
    port = free_port()
    command = [str(moto_python(folder)), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with subprocess.Popen(command, env=clean, **quiet) as moto:  # type: ignore[call-overload]
        try:
            _wait_until_it_answers(port)
            with pytest.MonkeyPatch.context() as patch:
                store = Store(port)
                for name, value in CREDENTIALS.items():
                    patch.setenv(name, value)
                patch.setenv("AWS_ENDPOINT_URL", store.endpoint)
                yield store
                store.close()
        finally:
            moto.kill()


def _wait_until_it_answers(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            asking = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            asking.request("PUT", f"/{BUCKET}")
            assert asking.getresponse().status == 200
            return
        except OSError:
            assert time.monotonic() < until, f"moto does not start with {sys.executable}"
            time.sleep(0.1)
