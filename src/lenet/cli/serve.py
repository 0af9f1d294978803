"""`lenet serve`."""

import os
from typing import Annotated
from urllib.parse import quote

import typer

from lenet.cli.console import err
from lenet.errors import ServeError


def serve(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL",
            help="Shipped models by name, or run folders; without any, all that ship. "
            "The first answers requests that name none.",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 8000,
    collect: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|URL",
            help="Keep corrections, with the digit image, in this SQLite file or at this "
            "postgresql:// URL. Without it nothing that is sent is kept.",
        ),
    ] = None,
    no_auth: Annotated[
        bool,
        typer.Option("--no-auth", help="Ask no token of those who can reach --host."),
    ] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="Another name by which the service is reached; * allows any."),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(help="Another site whose pages may use the API, as https://example.org."),
    ] = None,
    allow_regressed: Annotated[
        bool,
        typer.Option("--allow-regressed", help="Serve a run that is marked as regressed too."),
    ] = False,
    access_log: Annotated[
        bool, typer.Option("--access-log", help="Log every request on stderr, as a line of JSON.")
    ] = False,
) -> None:
    """Serve a page to draw, photograph and look inside, and an HTTP API.

    If LENET_TOKEN is set in the environment, requests to the API must show it; not with --no-auth.
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
    from lenet.server.service import Metrics, Service

    policy = Policy.of(host, allow_host or [], allow_origin or [], token)
    with serving.bind(host, port) as listener:
        store = None
        if collect:
            from lenet.corrections import Corrections

            store = Corrections(collect)
        metrics = Metrics()
        served = load_models(models or [], allow_regressed=allow_regressed, watch=metrics.batches)
        service = Service(served, metrics)
        service.check()

        def say_where() -> None:
            address = serving.address(listener)
            typer.echo(f"{address}#token={quote(token, safe='')}" if token else address)
            kept = "" if store is None else f"corrections are kept in {store.name}; "
            err.print(f"serving {', '.join(served)}; {kept}stop with Ctrl-C")

        serving.log_to_stderr(access_log)
        serving.serve(build(service, policy, store), service, listener, say_where)
