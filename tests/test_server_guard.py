"""Who may ask the service."""

import re

import pytest
from starlette.testclient import TestClient

from lenet.errors import UsageError
from lenet.server.app import build
from lenet.server.guard import Policy
from lenet.server.service import Service
from services import TWO

TOKEN = "correct horse"


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/", "/v1/models", "/nothing", "/livez", "/v1/openapi.json"):
        headers = client.get(path).headers
        assert (
            "default-src 'self'; img-src 'self' blob: data:;"
            in (headers["content-security-policy"])
        )
        assert headers["x-content-type-options"] == "nosniff"
        assert not {"server", "x-powered-by", "access-control-allow-origin"} & set(headers)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost", True),
        ("LOCALHOST:8000", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("192.168.0.7", False),
        ("", False),
    ],
)
def test_only_names_of_the_service_are_served(client: TestClient, host: str, known: bool) -> None:
    assert client.get("/livez", headers={"Host": host}).status_code == (200 if known else 403)


def test_an_open_service_is_known_by_any_address_but_not_by_any_name() -> None:
    policy = Policy.of("0.0.0.0", ["digits.example.org"])
    assert policy.knows("192.168.0.7:8000")
    assert policy.knows("[fe80::1]:8000")
    assert policy.knows("Digits.Example.org")
    assert not policy.knows("evil.example")
    assert Policy.of("127.0.0.1", ["*"]).knows("evil.example")


@pytest.mark.parametrize(
    ("headers", "trusted"),
    [
        ({}, True),
        ({"Origin": "http://localhost:8000"}, True),
        ({"Origin": "https://localhost:8000"}, True),
        ({"Origin": "http://localhost:8001"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://["}, False),  # what Python cannot take apart
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_pages_of_other_sites_can_change_nothing(
    client: TestClient, headers: dict[str, str], trusted: bool
) -> None:
    response = client.post("/v1/read", content=TWO.read_bytes(), headers=headers)
    assert response.status_code == (200 if trusted else 403)


def test_another_site_may_use_the_api_only_if_it_is_named(service: Service) -> None:
    friend = "https://friend.example"
    app = build(service, Policy.of("127.0.0.1", origins=[friend]))
    client = TestClient(app, base_url="http://localhost")
    for origin, status, allowed in ((friend, 200, friend), ("https://evil.example", 403, None)):
        response = client.post("/v1/read", content=TWO.read_bytes(), headers={"Origin": origin})
        assert response.status_code == status
        assert response.headers.get("access-control-allow-origin") == allowed
    asked = {"Origin": friend, "Access-Control-Request-Method": "POST"}
    preflight = client.options("/v1/read", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == friend
    assert "Authorization" in preflight.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("origin", "hint"),
    [
        ("*", "https://example.org"),
        ("null", "https://example.org"),
        ("example.org", "https://example.org"),
        ("ftp://example.org", "https://example.org"),
        ("https://", "https://example.org"),
        ("https://*.example.org", "https://example.org"),
        ("https://me@example.net", "https://example.org"),
        ("https://me:secret@example.net", "https://example.org"),
        ("https://bücher.example", "https://example.org"),
        ("https://example.net:123456", "https://example.org"),
        ("https://example.net:65536", "https://example.net"),
        ("https://example.net:0", "https://example.net"),
        ("https://example.net/", "https://example.net"),
        ("https://example.net/page", "https://example.net"),
        ("https://example.net?a=b", "https://example.net"),
        ("https://example.net#a", "https://example.net"),
        ("https://example.net:443", "https://example.net"),
        ("http://example.net:8000/", "http://example.net:8000"),
    ],
)
def test_an_origin_that_no_browser_sends_is_refused(origin: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        Policy.of("127.0.0.1", origins=[origin])
    assert str(refused.value) == (
        f"--allow-origin {origin!r} is not the origin of a site: give only scheme, host and port, "
        f"like {hint}"
    )


@pytest.mark.parametrize(
    "origin", ["https://Example.net", "http://localhost:5173", "http://[::1]:8080"]
)
def test_an_origin_may_have_a_port_and_capitals(origin: str) -> None:
    assert Policy.of("127.0.0.1", origins=[origin]).origins == {origin.lower()}


@pytest.mark.parametrize("name", ["https://a.example", "a.example:80", "a.example/b", "*.a", ""])
def test_a_host_name_that_no_request_holds_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"--allow-host {re.escape(repr(name))} is not a host"):
        Policy.of("127.0.0.1", [name])


def test_with_a_token_only_the_page_and_the_health_checks_are_open(service: Service) -> None:
    app = build(service, Policy(token=TOKEN))
    client = TestClient(app, base_url="http://localhost")
    shown = {"Authorization": f"Bearer {TOKEN}"}
    for path in ("/v1/models", "/v1/openapi.json", "/metrics"):
        assert client.get(path, headers=shown).status_code == 200
        for wrong in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
            refused = client.get(path, headers=wrong)
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
            assert TOKEN not in refused.text
    for path in ("/livez", "/readyz", "/"):
        assert client.get(path).status_code == 200
