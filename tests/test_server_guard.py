"""Who may ask the service."""

import pytest
from starlette.testclient import TestClient

from lenet.server.app import build
from lenet.server.guard import Policy
from lenet.server.service import Service
from services import TWO

TOKEN = "correct horse"


def test_every_answer_carries_the_headers_that_keep_a_page_to_itself(client: TestClient) -> None:
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
def test_only_our_own_names_are_served(client: TestClient, host: str, known: bool) -> None:
    assert client.get("/livez", headers={"Host": host}).status_code == (200 if known else 403)


def test_a_service_for_others_is_known_by_any_address_but_by_no_strangers_name() -> None:
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


def test_another_site_is_let_in_only_where_it_is_named(service: Service) -> None:
    friend = "https://friend.example"
    app = build(service, Policy.of("127.0.0.1", origins=[friend]))
    client = TestClient(app, base_url="http://localhost")
    for origin, status, allowed in ((friend, 200, friend), ("https://evil.example", 403, None)):
        response = client.post("/v1/read", content=TWO.read_bytes(), headers={"Origin": origin})
        assert response.status_code == status
        assert response.headers.get("access-control-allow-origin") == allowed
    asked = {"Origin": friend, "Access-Control-Request-Method": "POST"}
    preflight = client.options("/v1/read", headers=asked)
    assert preflight.status_code == 204
    assert "Authorization" in preflight.headers["access-control-allow-headers"]


def test_with_a_token_only_the_page_and_the_health_are_free(service: Service) -> None:
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
