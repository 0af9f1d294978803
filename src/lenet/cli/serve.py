"""`lenet serve`."""

import os
from typing import Annotated
from urllib.parse import quote

import typer

from lenet.cli.console import err
from lenet.errors import ServeError

Models = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="MODEL",
        help="Names of shipped models, or run folders; all shipped ones by default. "
        "The first answers requests that name none.",
    ),
]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
Collect = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|URL",
        help="Keep corrections, with the digit image, in this SQLite file or at this "
        "postgresql:// URL. Without it nothing that is sent is kept.",
    ),
]
NoAuth = Annotated[
    bool, typer.Option("--no-auth", help="Require no token, whoever can reach --host.")
]
AllowHost = Annotated[
    list[str] | None, typer.Option(help="Another name of this service; * allows any.")
]
AllowOrigin = Annotated[
    list[str] | None,
    typer.Option(help="Another site whose pages may use the API, as https://example.org."),
]
AllowEmbed = Annotated[
    list[str] | None,
    typer.Option(help="Another site whose pages may show this one in a frame, with ?embed=1."),
]
AllowRegressed = Annotated[
    bool, typer.Option("--allow-regressed", help="Also serve a run that is marked as regressed.")
]
AccessLog = Annotated[
    bool, typer.Option("--access-log", help="Log every request to stderr, as a line of JSON.")
]


def serve(
    models: Models = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    collect: Collect = None,
    no_auth: NoAuth = False,
    allow_host: AllowHost = None,
    allow_origin: AllowOrigin = None,
    allow_embed: AllowEmbed = None,
    allow_regressed: AllowRegressed = False,
    access_log: AccessLog = False,
) -> None:
    """Serve a page to draw, photograph and look inside, and an HTTP API.

    If LENET_TOKEN is set in the environment, requests to the API must carry it, unless --no-auth is
    given.
    """
    from lenet.server import serving

    token = "" if no_auth else os.environ.get("LENET_TOKEN", "")
    if not token and not no_auth and not serving.is_loopback(host):
        raise ServeError(
            f"listening on {host} lets others in: set LENET_TOKEN to a secret word they must "
            "show, or say --no-auth"
        )

    from lenet.server.app import build
    from lenet.server.guard import Policy
    from lenet.server.models import load_models
    from lenet.server.qr_code import code_for_terminal
    from lenet.server.service import Metrics, Service

    policy = Policy.of(host, allow_host or [], allow_origin or [], token, allow_embed or [])
    with serving.bind(host, port) as listener:
        store = None
        if collect:
            from lenet.corrections import Corrections

            store = Corrections(collect)
        metrics = Metrics()
        served = load_models(models or [], allow_regressed=allow_regressed, watch=metrics.batches)
        service = Service(served, metrics)
        service.check()
        home = serving.address(listener)
        if not serving.is_loopback(host):
            service.address = home

        def say_where() -> None:
            address = f"{home}#token={quote(token, safe='')}" if token else home
            typer.echo(address)
            if service.address and err.is_terminal:
                err.out(code_for_terminal(address), highlight=False)
            kept = "" if store is None else f"corrections are kept in {store.name}; "
            err.print(f"serving {', '.join(served)}; {kept}stop with Ctrl-C")

        serving.log_to_stderr(access_log)
        serving.serve(build(service, policy, store), service, listener, say_where)
