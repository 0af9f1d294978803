import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lenet.cli import fetching
from lenet.errors import PictureError
from picture_server import OK, PUBLIC, Server, server


@pytest.fixture
def canary() -> Iterator[Server]:
    """What nobody may reach."""
    with server(OK + b"the secret") as served:
        yield served
        assert served.hits == 0


def redirect(to: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


def test_the_bytes_come_whatever_the_content_type_is() -> None:
    with server(OK + b"\x89PNG and more") as served:
        assert served.fetch("http://example.org/a b.png?x=1&y=ü#part") == b"\x89PNG and more"
    request = served.requests[0].decode()
    assert request.startswith("GET /a%20b.png?x=1&y=%C3%BC HTTP/1.1\r\nHost: example.org\r\n")
    assert "cookie" not in request.lower()


def test_chunks_and_lengths_are_understood() -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    sized = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef"
    with server(chunked, sized) as served:
        assert served.fetch("http://example.org/") == b"abcde"
        assert served.fetch("http://example.org/") == b"abc"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1"),
        *("169.254.169.254", "169.254.1.1", "100.64.0.1", "100.100.100.200", "168.63.129.16"),
        *("224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "192.0.0.192"),
        *("192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1"),
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1%lo"),
        *("fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "5f00::1", "100::1", "2001:db8::1"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "3fff::1"),
        *("2001:0:7f00:1::", "2001::1", "4000::1", "localhost", ""),
    ],
)
def test_an_address_that_is_not_public_is_refused_and_never_dialled(
    address: str, canary: Server
) -> None:
    def dial(_address: str, _port: int, seconds: float) -> socket.socket:
        return socket.create_connection(("127.0.0.1", canary.port), seconds)

    assert not fetching.is_public(address)
    with pytest.raises(PictureError, match="its address is not public; --allow-private"):
        fetching.fetch("http://example.org/", resolve=lambda *_: [PUBLIC, address], dial=dial)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_public_address_is_public(address: str) -> None:
    assert fetching.is_public(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/a.png", "only http and https are supported"),
        ("file:///etc/passwd", "only http and https are supported"),
        ("gopher://127.0.0.1/", "only http and https are supported"),
        ("http://user:word@example.org/", "it contains a user name"),
        ("http://example.org@127.0.0.1/", "it contains a user name"),
        (r"http://example.org\@127.0.0.1/", "it is not a valid URL"),
        (r"http://example.org\.evil/", "it is not a valid URL"),
        ("http://127.1/", "its address is in an unusual form"),
        ("http://2130706433/", "its address is in an unusual form"),
        ("http://017700000001/", "its address is in an unusual form"),
        ("http://0x7f.0.0.1/", "its address is in an unusual form"),
        ("http://0x7f000001/", "its address is in an unusual form"),
        ("http://127.0.0.1./", "its address is in an unusual form"),
        ("http://0/", "its address is in an unusual form"),
        ("http://①②⑦.0.0.1/", "its host is not in ASCII"),
        ("http://exämple.org/", "its host is not in ASCII"),
        ("http://127.0.0.1%2f.example.org/", "it is not a valid URL"),
        ("http://[fe80::1%25lo]/", "it is not a valid URL"),
        ("http://exam ple.org/", "it is not a valid URL"),
        ("http://example.org\t/", "it is not a valid URL"),
        ("http://example.org/\r\nHost: evil", "it is not a valid URL"),
        ("http://example.org:99999/", "only ports 80 and 443 are allowed"),
        ("http://example.org:22/", "only ports 80 and 443 are allowed"),
        ("http://example.org:/", "it is not a valid URL"),
        ("http:///a.png", "it is not a valid URL"),
        ("http://-/", "it is not a valid URL"),
        ("http://127.0.0.1/", "its address is not public"),
        ("http://[::1]/", "its address is not public"),
        ("http://[::ffff:169.254.169.254]/", "its address is not public"),
    ],
)
def test_a_url_that_could_be_read_in_two_ways_is_refused(
    url: str, reason: str, canary: Server
) -> None:
    def dial(_address: str, _port: int, seconds: float) -> socket.socket:
        return socket.create_connection(("127.0.0.1", canary.port), seconds)

    with pytest.raises(PictureError, match=f"cannot be fetched: {reason}") as caught:
        fetching.fetch(url, resolve=lambda host, _port: [host], dial=dial)
    assert str(caught.value).isprintable()


def test_the_name_is_resolved_once_so_a_second_answer_does_not_count(canary: Server) -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]
    with server(OK + b"fine") as served:
        content = fetching.fetch(
            "http://rebinding.example/", resolve=lambda *_: answers.pop(0), dial=served.dial
        )
    assert content == b"fine"
    assert len(answers) == 1
    assert not canary.hits


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("http://127.0.0.1:{canary}/", "only ports 80 and 443"),
        ("http://127.0.0.1/", "its address is not public"),
        ("//169.254.169.254/latest/meta-data/", "its address is not public"),
        ("http://2130706433/", "unusual form"),
        ("file:///etc/passwd", "only http and https"),
        ("http://a@127.0.0.1/", "user name"),
    ],
)
def test_the_target_of_a_redirect_is_checked_too(to: str, reason: str, canary: Server) -> None:
    def addresses(host: str, _port: int) -> list[str]:
        return [PUBLIC] if host == "example.org" else [host]

    with (
        server(redirect(to.format(canary=canary.port))) as served,
        pytest.raises(PictureError, match=reason),
    ):
        fetching.fetch("http://example.org/", resolve=addresses, dial=served.dial)
    assert served.hits == 1


def test_three_redirects_are_followed_but_not_a_fourth() -> None:
    moves = [redirect("/two"), redirect("three?x", 301), redirect("http://example.net/four", 308)]
    with server(*moves, OK + b"here") as served:
        assert served.fetch("http://example.org/one/") == b"here"
    assert [request.split()[1] for request in served.requests] == [
        *(b"/one/", b"/two", b"/three?x", b"/four")
    ]
    with server(redirect("/again")) as served:
        with pytest.raises(PictureError, match="it redirects more than 3 times"):
            served.fetch("http://example.org/")
        assert served.hits == 4


HUGE = fetching.MAX_BYTES + 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "its server answers with status 404; check"),
        (b"HTTP/1.1 500 \x1b[31m\r\n\r\n", "its server answers with status 500"),
        (b"HTTP/1.1 302 Found\r\n\r\n", "its server answers with status 302"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "its server gives no valid answer; check the address"),
        (b"", "its server gives no valid answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "its server gives no valid answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000, "its server gives no valid answer"),
        (
            b"HTTP/1.1 200 OK\r\n" + (b"X: " + b"y" * 60_000 + b"\r\n") * 2 + b"\r\n",
            "its server gives no valid answer",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % HUGE,
            "it is larger than 10 MB; download it first",
        ),
        (OK + bytes(HUGE), "it is larger than 10 MB"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % HUGE + bytes(HUGE),
            "it is larger than 10 MB",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_answer_without_a_picture_is_one_line(answer: bytes, reason: str) -> None:
    with server(answer) as served, pytest.raises(PictureError, match=reason) as caught:
        served.fetch("http://example.org/a.png")
    assert str(caught.value).startswith("http://example.org/a.png cannot be fetched: ")
    assert str(caught.value).isprintable()


def test_an_answer_with_more_framing_than_content_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 10_000)
    chunks = b"1;because=it may\r\na\r\n" * 5_000 + b"0\r\n\r\n"
    wrapped = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    with server(wrapped) as served, pytest.raises(PictureError, match="no valid answer"):
        served.fetch("http://example.org/")


@pytest.mark.parametrize("answer", [OK + b"x" * 100, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100])
def test_a_server_that_sends_slowly_is_left_at_the_deadline(answer: bytes) -> None:
    with server(answer, pause=0.05) as served:
        started = time.monotonic()
        with pytest.raises(PictureError, match=r"it took longer than 0\.3 s; download it first"):
            served.fetch("http://example.org/", seconds=0.3)
        assert time.monotonic() - started < 4


def test_a_name_server_that_never_answers_is_left_at_the_deadline() -> None:
    over = threading.Event()

    def never(*_: object) -> list[str]:
        over.wait(5)
        return [PUBLIC]

    with pytest.raises(PictureError, match="took longer than"):
        fetching.fetch("http://example.org/", seconds=0.1, resolve=never)
    over.set()


def unknown_name(*_: object) -> list[str]:
    raise socket.gaierror(-2, "Name or service not known")


def closed_port(*_: object) -> socket.socket:
    raise ConnectionRefusedError("Connection refused")


@pytest.mark.parametrize(
    ("resolve", "dial"),
    [
        (unknown_name, closed_port),
        (lambda *_: [PUBLIC], closed_port),
        (lambda *_: [], closed_port),
    ],
)
def test_an_unknown_name_and_a_closed_port_read_the_same(
    resolve: Callable[..., list[str]], dial: Callable[..., socket.socket]
) -> None:
    with pytest.raises(PictureError) as caught:
        fetching.fetch("http://example.org/", resolve=resolve, dial=dial)
    assert str(caught.value) == (
        "http://example.org/ cannot be fetched: its server gives no valid answer; check the address"
    )


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    tried = []

    def dial(address: str, port: int, seconds: float) -> socket.socket:
        tried.append(address)
        if len(tried) == 1:
            assert seconds <= fetching.SECONDS / 2  # the rest is for the other one
            raise TimeoutError
        return served.dial(address, port, seconds)

    with server(OK + b"fine") as served:
        addresses = ["2606:4700::1111", PUBLIC]
        assert (
            fetching.fetch("http://example.org/", resolve=lambda *_: addresses, dial=dial)
            == b"fine"
        )
    assert tried == addresses


def test_https_needs_a_server_with_a_certificate() -> None:
    with server(OK) as served, pytest.raises(PictureError, match=r"no secure connection \(TLS\)"):
        served.fetch("https://example.org/")


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return what a server needs to be example.org for this test alone."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("there is no openssl to make a certificate")
    key, paper = tmp_path / "key.pem", tmp_path / "certificate.pem"
    request = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=x "
        f"-addext subjectAltName=DNS:example.org -keyout {key} -out {paper}"
    )
    subprocess.run([openssl, *request.split()], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(paper))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(paper, key)
    return context


def test_https_sends_the_host_name_and_checks_the_certificate_for_it(
    certificate: ssl.SSLContext,
) -> None:
    asked: list[str | None] = []
    certificate.sni_callback = lambda _socket, name, _context: asked.append(name)
    with server(OK + b"fine", tls=certificate) as served:
        assert served.fetch("https://example.org/3.png") == b"fine"
        with pytest.raises(PictureError, match=r"no secure connection \(TLS\) could be made"):
            served.fetch("https://example.net/3.png")
    assert asked == ["example.org", "example.net"]
    assert b"Host: example.org\r\n" in served.requests[0]
    assert len(served.requests) == 1


def test_proxies_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch, canary: Server
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{canary.port}")
    with server(OK + b"fine") as served:
        assert served.fetch("http://example.org/") == b"fine"


def test_private_addresses_and_ports_can_be_allowed() -> None:
    with server(OK + b"fine") as served:
        url = f"http://127.0.0.1:{served.port}/3.png"
        with pytest.raises(PictureError):
            fetching.fetch(url)
        assert not served.hits
        assert fetching.fetch(url, allow_private=True) == b"fine"
    with pytest.raises(PictureError, match="no valid answer"):
        fetching.fetch(url, allow_private=True)
