"""A package to start an exporter from: it works as it is, and says where its own part goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

from fanlight.errors import ConflictError, InvalidError

NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
MOST_CHARACTERS = 50

FILES: Mapping[str, str] = {
    "pyproject.toml.template": "pyproject.toml",
    "README.md.template": "README.md",
    "charm.yaml.template": "charm.yaml",
    "registry-entry.json.template": "registry-entry.json",
    "gitignore.template": ".gitignore",
    "src/__init__.py.template": "src/{module}/__init__.py",
    "src/exporter.py.template": "src/{module}/exporter.py",
    "tests/test_exporter.py.template": "tests/test_exporter.py",
}
"""Template -> where it goes."""


@dataclass(frozen=True, slots=True)
class Words:
    """What an exporter's name is called where.

    Example:
        >>> words = Words("my-vendor")
        >>> words.package, words.module, words.class_name, words.variable
        ('charm-telemetry-my-vendor', 'charm_telemetry_my_vendor', 'MyVendorExporter', 'MY_VENDOR')
    """

    name: str

    @property
    def package(self) -> str:
        return "charm-telemetry-" + self.name.replace("_", "-")

    @property
    def module(self) -> str:
        return self.package.replace("-", "_")

    @property
    def title(self) -> str:
        return " ".join(part.capitalize() for part in re.split("[-_]", self.name))

    @property
    def class_name(self) -> str:
        return self.title.replace(" ", "") + "Exporter"

    @property
    def variable(self) -> str:
        return self.name.replace("-", "_").upper()


def check_name(name: str) -> str:
    """`name` if an exporter can be called so.

    Raises:
        InvalidError: it cannot.

    Example:
        >>> check_name("My Vendor")
        Traceback (most recent call last):
        fanlight.errors.InvalidError: 'My Vendor' cannot name an exporter; small letters, ...
    """
    if len(name) > MOST_CHARACTERS or not NAME.fullmatch(name):
        raise InvalidError(
            f"{name!r} cannot name an exporter",
            hint=f"small letters, digits and '-', {MOST_CHARACTERS} at most: my-vendor",
        )
    return name


def make_package(name: str, into: Path) -> list[Path]:
    """Write the package of exporter `name` into a new folder below `into`. The files, relative to `into`.

    Raises:
        InvalidError: the name cannot be one.
        ConflictError: the folder is there already; nothing in it is touched.
    """
    words = Words(check_name(name))
    folder = into / words.package
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise ConflictError(
            f"{folder} is there already", hint="take another name, or another --into"
        ) from None
    except OSError as error:
        raise InvalidError(f"{folder} cannot be made ({error.strerror})") from error
    said = {
        word: getattr(words, word)
        for word in ("name", "package", "module", "title", "class_name", "variable")
    }
    made = []
    for template, place in FILES.items():
        text = files("fanlight.cli.exporter").joinpath("template", template).read_text()
        path = folder / place.format(module=words.module)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(text).substitute(said))
        made.append(path.relative_to(into))
    return made
