"""The house stays small: files, functions and classes that can be read in one sitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeGuard

ROOT = Path(__file__).parent.parent
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_CLASS = 400, 60, 300
MARKS = frozenset({"_", "gettext", "ngettext", "pgettext", "npgettext"})


def sources() -> Iterator[tuple[Path, str]]:
    """Yield the program's own files with their text; migrations are Django's."""
    for path in sorted((ROOT / "essor").rglob("*.py")):
        if "migrations" not in path.parts:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


class Facts(NamedTuple):
    """What these tests ask of a module; its tree would be a million objects for the whole run."""

    path: Path
    documented: bool
    functions: dict[str, int]  # lines by name
    classes: dict[str, int]
    unread: list[str]  # texts to translate where those who gather them do not look


@cache
def modules() -> tuple[Facts, ...]:
    """All of them, read once."""
    return tuple(facts(path, ast.parse(text)) for path, text in sources())


def facts(path: Path, tree: ast.Module) -> Facts:
    """Return what there is to know of one module."""
    found = Facts(path, not tree.body or bool(ast.get_docstring(tree)), {}, {}, [])
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.unread.extend(f"{path}:{one.lineno}" for one in ast.walk(node) if translates(one))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            lines = found.classes if isinstance(node, ast.ClassDef) else found.functions
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            lines[f"{path}:{node.name}"] = max(length, lines.get(f"{path}:{node.name}", 0))
    return found


def translates(node: ast.AST) -> TypeGuard[ast.Call]:
    """Tell whether a node marks a text for translation."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS


def test_files_read_in_one_sitting() -> None:
    assert not {str(path): length for path, text in sources() if (length := text.count("\n")) > LONGEST_FILE}


def test_functions_are_short() -> None:
    found = (item for one in modules() for item in one.functions.items())
    assert not {name: length for name, length in found if length > LONGEST_FUNCTION}


def test_classes_have_one_job() -> None:
    found = (item for one in modules() for item in one.classes.items())
    assert not {name: length for name, length in found if length > LONGEST_CLASS}


def test_every_module_says_why_it_exists() -> None:
    silent = [str(one.path) for one in modules() if not one.documented]
    assert not [path for path in silent if not path.endswith("__init__.py")]


def test_no_text_to_translate_hides_in_an_f_string() -> None:
    """Where Python 3.11 reads the code, nothing within an f-string is gathered for translation."""
    assert not [place for one in modules() for place in one.unread]


def test_no_drawer_for_everything() -> None:
    assert not [
        str(path)
        for path, _text in sources()
        if path.name in ("utils.py", "helpers.py", "misc.py", "common.py")
    ]


def test_faces_read_whole_numbers_by_one_way() -> None:
    """`int("²")` fails where `"²".isdigit()` holds, as does `int` of 5,000 digits; `kernel.whole` knows both."""
    asked = (".isdigit()", ".isdecimal()", ".isnumeric()")
    faces = ((path, text) for path, text in sources() if "faces" in path.parts and "tests" not in path.parts)
    assert not [str(path) for path, text in faces if any(one in text for one in asked)]
