"""`lenet show …`: look inside data, networks, runs, and what a network makes of a picture.

What is drawn goes to ``-o``: a name that ends in .png or .svg takes everything on one sheet, a
folder takes a .png of each figure. Nothing is opened, and no display is needed.
"""

import typer

from lenet.cli.show import data, model, picture, run

app = typer.Typer(
    help="Look inside: data, networks, runs, and what a network makes of a picture.",
    no_args_is_help=True,
)

app.command("data")(data.data)
app.command("model")(model.model)
app.command("run")(run.run)
app.command("filters")(run.filters)
app.command("embedding")(run.embedding)
app.command("layers")(picture.layers)
app.command("attention")(picture.attention)
