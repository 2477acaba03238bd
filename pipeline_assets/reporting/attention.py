"""The refused and halted files as a short list, to be read without a click."""

from collections.abc import Callable, Sequence

from pipeline_assets.catalogue.file_log import LoggedFile
from pipeline_assets.reporting.escaping import in_code, in_markdown
from pipeline_assets.reporting.tables import shortened

# Dagster shows Markdown in the page itself only while it is shorter than 1,000 characters.
_ROOM = 900
_NAME_LENGTH, _STORE_LENGTH = 80, 40
_NOTHING = "Nothing: no file of this window is refused or halted."


def attention_list(
    files: Sequence[LoggedFile], command_for: Callable[[LoggedFile], str | None]
) -> str:
    """The files that somebody should look at, newest first, as Markdown of under 1,000 characters.

    `command_for` gives the command that helps a file; without one, it needs nothing. Files for
    which there is no room are counted.
    """
    commands = [(file, command) for file in files if (command := command_for(file)) is not None]
    lines: list[str] = []
    for file, command in commands:
        line = _line(file, command)
        if sum(map(len, lines)) + len(line) > _ROOM:
            break
        lines.append(line)
    left = len(commands) - len(lines)
    if left:
        lines.append(f"- … and {left:,} more: see `files`")
    return "\n".join(lines) or _NOTHING


def _line(file: LoggedFile, command: str) -> str:
    store = " ".join(filter(None, (file.company, file.store_id)))
    of_store = f" ({in_markdown(shortened(store, _STORE_LENGTH))})" if store else ""
    why = file.reason or file.outcome
    name = in_code(shortened(file.name, _NAME_LENGTH))
    # Two lines each, as the page cuts off what is wider than its column.
    return f"- **{why}** {name}{of_store}  \n  {in_code(command)}"
