"""Commands whose modules are imported when they are called, and not to be listed by `--help`.

Importing all of them takes longer than anybody likes to wait for a page of help.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup


class LazyCommands(TyperGroup):
    """A group whose listed commands are only names: the one that is called takes its name's place.

    The name's `callback` is a function of no argument that returns the command's own function, or
    a `Typer` of several.
    """

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The name, the command and its arguments."""
        name, listed, rest = super().resolve_command(ctx, args)
        if name is None or listed is None or listed.callback is None:
            return name, listed, rest
        return name, _command(name, listed.callback()), rest


def add_lazily(app: typer.Typer, name: str, place: str, summary: str) -> None:
    """Add the command whose function is at `place`, as in `drain.post_process`, in this package.

    At `place` may be a `Typer` with commands of its own. `summary` is the first paragraph of the
    function's docstring, or the help of the `Typer`; a test compares them.
    """
    module, _, function = place.rpartition(".")

    def load() -> Any:
        return getattr(import_module(f"{__package__}.{module}"), function)

    app.command(name, help=summary)(load)


def _command(name: str, function: Any) -> Any:
    if isinstance(function, typer.Typer):
        group = typer.main.get_command(function)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name)(function)
    return typer.main.get_command(alone)
