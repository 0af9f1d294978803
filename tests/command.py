"""The command line as a program, in pipes and on a terminal."""

import contextlib
import os
import pty
import subprocess
import sys

# For a process whose memory is measured: coverage would add its own to it.
NO_COVERAGE = {"COVERAGE_PROCESS_CONFIG": ""}


def printed(program: str, *words: object) -> str:
    """What a Python program prints that measures its own memory."""
    command = [sys.executable, "-c", program, *map(str, words)]
    environment = {**os.environ, **NO_COVERAGE}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_lenet(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lenet", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, **options)  # type: ignore[call-overload, no-any-return]


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a failed command prints."""
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("lenet: ")]
    assert len(lines) == 1, done.stderr
    return lines[0].removeprefix("lenet: ")


def loaded_modules(*words: object) -> set[str]:
    """The modules that a command imports."""
    program = (
        "import sys, contextlib; sys.argv = ['lenet', *sys.argv[1:]]\n"
        "from lenet.cli import main\n"
        "with contextlib.suppress(SystemExit): main()\n"
        "print('MODULES', *sys.modules)"
    )
    command = [sys.executable, "-c", program, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("MODULES ")[2].split())


def on_a_terminal(
    *words: object, talk_only: bool = False, environment: dict[str, str] | None = None
) -> tuple[str, str]:
    """Run `lenet` on a terminal; return stdout (a pipe if `talk_only`) and what it shows."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "lenet", *map(str, words)],
        stdout=subprocess.PIPE if talk_only else slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **(environment or {})},
    )
    os.close(slave)
    shown = b""
    with contextlib.suppress(OSError):  # how Linux says that nobody writes any more
        while part := os.read(master, 65_536):
            shown += part
    os.close(master)
    result, _ = process.communicate()
    assert process.returncode == 0
    return (result or b"").decode(), shown.decode()
