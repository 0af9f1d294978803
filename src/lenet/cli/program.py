"""The program `lenet`: its verbs, and its exit codes.

stdout is the result, stderr is talk. What takes long to import is imported inside the verb that
needs it, so that `lenet --help` starts fast and `lenet predict` never loads torch.
"""

import atexit
import gc
import io
import os
import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import typer

from lenet import __version__
from lenet.cli import compare, data, demo, evaluate, export, predict, recipes, serve, show, train
from lenet.cli.console import complain
from lenet.errors import DataError, LeNetError, UsageError

INTERRUPTED, TERMINATED = 130, 143

TRAINING_LIBRARIES = ("torch", "onnx", "onnxscript", "scipy", "sklearn", "matplotlib", "jinja2")
SERVING_LIBRARIES = (
    *("fastapi", "starlette", "uvicorn", "httptools", "orjson", "multipart", "python_multipart"),
    *("prometheus_client", "sqlalchemy", "psycopg"),
)
INSTALL = dict.fromkeys(TRAINING_LIBRARIES, "train") | dict.fromkeys(SERVING_LIBRARIES, "serve")

app = typer.Typer(
    name="lenet",
    help="Read handwritten digits with LeNet-family networks: train one, measure it honestly, "
    "look inside it, and use it on the pictures people really have.",
    epilog="Exit codes: 0 done · 1 outcome not acceptable · 2 usage · 3 a picture could not be "
    "read · 4 data, network or disk · 5 model or run folder · 6 cannot serve · 130 interrupted · "
    "143 terminated. LENET_DEBUG=1 prints the traceback of an error.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("demo")(demo.demo)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("compare")(compare.compare)
app.command("export")(export.export)
app.command("predict")(predict.predict)
app.command("serve")(serve.serve)
app.command("recipes")(recipes.recipes)
app.add_typer(show.app, name="show")
app.add_typer(data.app, name="data")


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"lenet {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Take the options before the verb."""


def main() -> NoReturn:
    """Run the command line and exit with the documented code."""
    spare_collector()
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGINT, _interrupt)
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What the encoding lacks is printed as an escape, rather than ending the program.
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="lenet")
    except LeNetError as error:
        complain(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has left, as `head` does: no error, and nobody to tell.
        _drop_output()
        sys.exit(1)
    except OSError as error:
        complain(error, f"{error.filename or 'the disk'}: {error.strerror or error}")
        try:
            sys.stdout.flush()
        except OSError:  # a full disk, which would change the exit code at the end
            _drop_output()
        sys.exit(DataError.exit_code)
    except ModuleNotFoundError as error:
        if error.name not in INSTALL:
            raise
        extra = f"pip install 'lenet[{INSTALL[error.name]}]'"
        complain(error, f"this needs {error.name}, which is not installed: {extra}")
        sys.exit(UsageError.exit_code)
    sys.exit(0)


def spare_collector() -> None:
    """Let Python look for cycles less often, and not at all on the way out.

    Imports alone make some 10⁵ objects that stay; searching them again and again, and once more at
    the end, is a fifth of a short command's time.
    """
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)


def _open_closed_streams() -> None:
    """Open the null device for each of stdin, stdout and stderr that is closed.

    Python sets a closed one to None, as it does under pythonw. Its number must not go to the next
    file that is opened, or libraries that print would write into that file.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123, SIM115
            os.set_inheritable(stream.fileno(), True)  # processes that read pictures get it too
            setattr(sys, name, stream)


def _drop_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    # The next signal ends the process at once, whatever it is doing.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise SystemExit(TERMINATED)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise SystemExit(INTERRUPTED)
