"""`fanlight config`: every setting and where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fanlight.cli import options

if TYPE_CHECKING:
    from fanlight.config import Value

MASK = "••••"
WIDE = 110


def config(data: options.Data = None, json: options.Json = False) -> None:
    """Show every setting, its value and where it came from: flag, environment, file or default.

    Example: fanlight config --json
    """
    from fanlight.cli.output import print_json, stdout, table
    from fanlight.config import TABLE, load

    loaded = load(flags={"data": data})
    values = [loaded.value(row.name) for row in TABLE]
    if json:
        print_json(
            {
                "data_dir": str(loaded.data_dir),
                "items": [
                    {
                        "name": value.setting.name,
                        "value": shown(value),
                        "source": value.source,
                        "variable": value.setting.variable,
                        "help": value.setting.help,
                    }
                    for value in values
                ],
            }
        )
        return
    columns: list[tuple[str, dict[str, Any]]] = [
        ("setting", {"no_wrap": True}),
        ("value", {"overflow": "fold"}),
        ("source", {"no_wrap": True}),
    ]
    rows = [[value.setting.name, shown(value), value.source] for value in values]
    if stdout().width >= WIDE:
        columns.append(("what it does", {"style": "dim"}))
        rows = [[*row, value.setting.help] for row, value in zip(rows, values, strict=True)]
    stdout().print(table(columns, rows))
    stdout().print("environment: FANLIGHT_<SETTING>", style="dim")
    stdout().print(f"data directory: {loaded.data_dir}", style="dim", soft_wrap=True)


def shown(value: Value) -> Any:
    """What may be printed of a value: a secret that is set is masked."""
    return MASK if value.setting.secret and value.value else value.value
