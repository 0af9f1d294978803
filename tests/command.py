"""The command line as a program, and what it says when something is wrong."""

import subprocess
import sys


def run_lenet(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lenet", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, **options)  # type: ignore[call-overload, no-any-return]


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a failed command says."""
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
