"""The commands as their own `--help` describes them."""

import inspect
from typing import Any, Literal, get_args, get_origin

import typer

from pipeline_assets.cli.app import app
from tools.reference.markdown import code, sections, table

_PROGRAM = "pipeline-assets"


def commands() -> str:
    """Every command with its arguments and options."""
    group: Any = typer.main.get_command(app)
    context = group.make_context(_PROGRAM, [], resilient_parsing=True)
    found = (group.resolve_command(context, [name])[1] for name in group.commands)
    return sections(*(_command(_PROGRAM, command, 2) for command in found))


def _command(before: str, command: Any, depth: int) -> str:
    """A command, or a group with its commands below it."""
    name = f"{before} {command.name}"
    heading = f"{'#' * depth} {name}"
    inner = getattr(command, "commands", None)
    if inner is not None:
        below = (_command(name, one, depth + 1) for one in inner.values())
        return sections(heading, _help(command), *below)
    parameters = [one for one in command.params if not getattr(one, "hidden", False)]
    rows = [(_names(one), _default(one), one.help or "") for one in parameters]
    shown = table(("argument or option", "default", "meaning"), rows) if rows else ""
    return sections(heading, _help(command), shown)


def _help(command: Any) -> str:
    return inspect.cleandoc(command.help or "")


def _names(parameter: Any) -> str:
    annotation = parameter.type_descriptor.annotation
    word = "|".join(map(str, get_args(annotation))) if get_origin(annotation) is Literal else ""
    word = word or (parameter.metavar or parameter.name).upper()
    if parameter.param_type_name == "argument":
        return code(word if parameter.required else f"[{word}]")
    return code(", ".join(parameter.opts) + ("" if parameter.is_flag else f" {word}"))


def _default(parameter: Any) -> str:
    value = parameter.default
    is_shown = value not in (None, False, "", ()) and not callable(value)
    return code(value) if is_shown and isinstance(value, str | int | float) else ""
