"""The service seen from elsewhere: frames, its address on the network, the page of its API."""

import re
import socket
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from lenet.cli import serve as command
from lenet.cli.console import err
from lenet.errors import UsageError
from lenet.reader import Reader
from lenet.server import serving
from lenet.server.api_examples import IMAGE, OCTETS, PICTURE, READING, files
from lenet.server.app import build
from lenet.server.guard import Policy
from lenet.server.qr_code import code_for_terminal, code_of
from lenet.server.readings_api import Reading
from lenet.server.service import Service

HOME = "http://192.168.178.23:8000/"


def visitor_of(service: Service, *embedders: str) -> TestClient:
    policy = Policy.of("127.0.0.1", embedders=embedders)
    return TestClient(build(service, policy), base_url="http://localhost")


def test_only_named_origins_may_frame_the_page(service: Service) -> None:
    def ancestors(*embedders: str) -> str:
        policy = visitor_of(service, *embedders).get("/").headers["content-security-policy"]
        found = re.search(r"frame-ancestors ([^;]*);", policy)
        assert found
        return found[1]

    assert ancestors() == "'none'"
    both = ("https://school.example", "http://localhost:3000")
    assert ancestors(*both) == "http://localhost:3000 https://school.example"


@pytest.mark.parametrize("origin", ["*", "https://school.example/lessons", "school.example"])
def test_what_is_no_origin_may_not_frame_the_page(origin: str) -> None:
    with pytest.raises(UsageError, match=r"^--allow-embed .* is not the origin of a site: give"):
        Policy.of("127.0.0.1", embedders=[origin])


def test_where_all_addresses_listen_the_machines_own_one_is_told() -> None:
    with serving.bind("127.0.0.1", 0) as listener:
        assert serving.address(listener).startswith("http://127.0.0.1:")
    with serving.bind("0.0.0.0", 0) as listener:
        told = serving.address(listener)
        found = re.fullmatch(r"http://([\d.]+):(\d+)/", told)
        assert found
        assert found[1] != "0.0.0.0"
        socket.create_connection((found[1], int(found[2])), timeout=5).close()


def test_a_machine_on_no_network_tells_its_loopback_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving.bind("0.0.0.0", 0) as listener:
        monkeypatch.setitem(serving.ALL, "0.0.0.0", ("127.0.0.1", "no address"))
        assert serving.address(listener).startswith("http://127.0.0.1:")


def test_other_machines_are_told_the_address_and_its_code(service: Service) -> None:
    client = visitor_of(service)
    alone = client.get("/v1/models").json()
    assert (alone["address"], alone["code"]) == (None, [])
    service.address = HOME
    try:
        told = client.get("/v1/models").json()
    finally:
        service.address = ""
    assert told["address"] == HOME
    assert told["code"] == code_of(HOME)


def test_a_code_is_read_back_from_page_and_terminal() -> None:
    cv2 = pytest.importorskip("cv2")
    np = pytest.importorskip("numpy")
    modules = np.array([[int(module) for module in row] for row in code_of(HOME)], np.uint8)
    page = np.kron(np.pad(255 - 255 * modules, 4, constant_values=255), np.ones((8, 8), np.uint8))
    assert cv2.QRCodeDetector().detectAndDecode(page)[0] == HOME
    # In a terminal a letter stands for two modules, one above the other.
    halves = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    lines = code_for_terminal(HOME).splitlines()
    rows = [[halves[letter][half] for letter in line] for line in lines for half in (0, 1)]
    light = np.array(rows, np.uint8)
    shown = np.kron(np.pad(255 * light, 4, constant_values=255), np.ones((8, 8), np.uint8))
    assert cv2.QRCodeDetector().detectAndDecode(shown)[0] == HOME


def test_a_terminal_shows_the_code_of_what_others_open(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def only_say(
        app: object, service: Service, listener: socket.socket, ready: Callable[[], None]
    ) -> None:
        ready()

    here = serving.bind
    monkeypatch.setattr(serving, "bind", lambda host, port: here("127.0.0.1", 0))
    monkeypatch.setattr(serving, "address", lambda listener: HOME)
    monkeypatch.setattr(serving, "serve", only_say)
    monkeypatch.setattr(serving, "log_to_stderr", lambda access_log: None)
    monkeypatch.setattr(err, "_force_terminal", True)
    monkeypatch.setenv("LENET_TOKEN", "open sesame")
    command.serve(["lenet5"], host="0.0.0.0", port=0)
    said = capsys.readouterr()
    # With the token: who reads the code from the screen may come in.
    address = f"{HOME}#token=open%20sesame"
    assert said.out == f"{address}\n"
    assert code_for_terminal(address) in said.err
    command.serve(["lenet5"], host="127.0.0.1", port=0)
    assert "█" not in capsys.readouterr().err


class Sound(HTMLParser):
    """Checks that elements are closed in order, and collects identifiers and links."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link"):
            self.open.append(tag)
        for name, value in attrs:
            if name == "id" and value:
                assert value not in self.ids
                self.ids.add(value)
            if name == "href" and value:
                self.links.add(value)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_api_page_shows_every_request_with_examples(service: Service) -> None:
    client = visitor_of(service)
    page = client.get("/api")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    sound = Sound()
    sound.feed(page.text)
    assert not sound.open
    described = client.get("/v1/openapi.json").json()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["operationId"] in sound.ids
            assert f"<h2><code>{method.upper()} {path}</code></h2>" in page.text
    assert {link[1:] for link in sound.links if link.startswith("#")} <= sound.ids
    # Every type that is named is explained, and names in backticks are code.
    assert {"type-Number", "type-Digit", "type-Rejected", "type-PartErrors"} <= sound.ids
    assert "`" not in page.text
    assert "boolean, false by default" in page.text
    assert Reading.model_validate(READING)
    assert page.text.count("<h3>curl</h3>") == page.text.count("<h3>JavaScript</h3>")
    # It keeps the rules of its own security policy, and its files are there.
    assert not re.search(r"<script(?![^>]* src=)|\sstyle=|\son\w+=", page.text)
    for link in sound.links:
        if link.endswith((".css", ".svg", ".json", ".png", ".bin")):
            assert client.get(f"/{link}").status_code == 200, link
    assert client.get("/").text.count('href="api"') == 1


def test_the_example_of_an_answer_is_the_answer_to_the_example() -> None:
    picture = files()[PICTURE]
    (found,) = Reader().read(picture).digits
    (shown,) = READING["digits"]
    assert found.digit == shown["digit"]
    assert found.probabilities == pytest.approx(shown["probabilities"], abs=1e-3)
    assert found.box == pytest.approx(shown["box"], abs=2)  # processors round differently


def test_the_files_that_the_examples_send_are_served_and_read(service: Service) -> None:
    client = visitor_of(service)
    for name, path in ((PICTURE, "/v1/read"), (IMAGE, "/v1/digits")):
        sent = client.get(f"/{name}").content
        answer = client.post(path, content=sent, headers={"Content-Type": OCTETS}).json()
        assert [digit["digit"] for digit in answer["digits"]] == [2], name
