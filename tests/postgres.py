"""A PostgreSQL server for the length of a test run."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

OWNER = "tester"


def _program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs, which Debian keeps out of PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    if not (found := shutil.which(name, path=path)):
        pytest.skip(f"PostgreSQL's {name} is not here: apt-get install postgresql")
    return found


@contextmanager
def server() -> Iterator[str]:
    """Yield the URL of a new server on a free loopback port, without a database name."""
    initdb, control = _program("initdb"), _program("pg_ctl")
    # The server refuses to run as root; Debian's package brings a user for it.
    account: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="lenet-postgres-"))
    try:
        if account:
            shutil.chown(folder, **account)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"

        def run(*command: object) -> None:
            subprocess.run(
                list(map(str, command)),
                check=True, cwd="/", stdout=subprocess.DEVNULL, **account,
            )  # fmt: skip

        data = folder / "data"
        run(initdb, "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-sync")
        run(control, "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
        try:
            yield f"postgresql://{OWNER}@127.0.0.1:{port}"
        finally:
            run(control, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)
