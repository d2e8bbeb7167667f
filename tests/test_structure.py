"""The shape of the package: no import cycle, small files and functions, purposes that do not meet."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from trigemu.collider.purposes import ColliderPurpose
from trigemu.physics.purpose import Purpose
from trigemu.setup.reference import resolve
from trigemu.setup.registry import experiment_names, find_experiment

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "trigemu"
FILE_LINES = 400
FUNCTION_LINES = 80


def modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name."""
    found = {}
    for file in PACKAGE.rglob("*.py"):
        parts = file.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(known: dict[str, Path]) -> dict[str, set[str]]:
    """Return which modules each module imports, in functions and for annotations as well."""
    graph: dict[str, set[str]] = {}
    for name, file in known.items():
        graph[name] = set()
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                wanted = [f"{node.module}.{alias.name}" for alias in node.names]
                graph[name] |= {w if w in known else node.module for w in wanted}
            elif isinstance(node, ast.Import):
                graph[name] |= {alias.name for alias in node.names}
        graph[name] &= known.keys()
    return graph


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of nodes that reach one another (Tarjan, SIAM J. Comput. 1 (1972) 146)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1 or node in graph[node]:
                found.append(sorted(group))

    for node in graph:
        if node not in index:
            visit(node)
    return found


def test_cycles_are_found() -> None:
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"d"}, "e": {"a"}}) == [
        ["d"],
        ["a", "b", "c"],
    ]


def test_no_module_imports_itself_by_detours() -> None:
    assert cycles(imports(modules())) == []


def test_modules_are_imported_by_their_full_names() -> None:
    # Relative imports, and what the package offers its users lazily, would pass every layer unseen.
    found = []
    for name, file in modules().items():
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                lazy = node.module == "trigemu" and {alias.name for alias in node.names} - {"__version__"}
                found += [f"{name}: line {node.lineno}"] if node.level or lazy else []
    assert found == []


def sources() -> Iterator[Path]:
    yield from PACKAGE.rglob("*.py")
    for pattern in ("*.pyx", "*.pxd", "*.pxi", "*.h"):
        yield from (ROOT / "ext").rglob(pattern)


def test_no_file_is_long() -> None:
    lengths = {str(file): len(file.read_text().splitlines()) for file in sources()}
    assert len(lengths) > 300
    assert {name: n for name, n in lengths.items() if n > FILE_LINES} == {}


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Yield name and length of each function; in Cython it ends before the next line that is indented no deeper."""
    if file.suffix == ".py":
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                yield node.name, node.end_lineno - node.lineno + 1
        return
    lines = file.read_text().splitlines()
    for first, line in enumerate(lines):
        match = re.match(r"( *)(?:def|cpdef|cdef)\b[^=]*?(\w+)\(", line)
        if match is None:
            continue
        # The signature may go on over several lines; its closing bracket may stand at the indent of the function.
        body = first
        while body < len(lines) and not re.search(r":\s*(#.*)?$", lines[body]):
            body += 1
        last = body
        for number in range(body + 1, len(lines)):
            text = lines[number]
            if text.strip() and len(text) - len(text.lstrip()) <= len(match[1]):
                break
            last = number if text.strip() else last
        yield match[2], last - first + 1


def test_no_function_is_long() -> None:
    long = {
        f"{file.relative_to(ROOT)}:{name}": length
        for file in sources()
        if file.suffix in (".py", ".pyx")
        for name, length in functions(file)
        if length > FUNCTION_LINES
    }
    assert long == {}


def test_functions_of_cython_are_measured(tmp_path: Path) -> None:
    file = tmp_path / "kernel.pyx"
    file.write_text(
        "cdef int one(\n    int a,\n) noexcept nogil:\n    a += 1\n\n    return a\n\n\ncdef int b\n"
    )
    assert list(functions(file)) == [("one", 6)]


def test_purposes_of_random_numbers_do_not_meet() -> None:
    owners = {"physics": Purpose, "collider": ColliderPurpose}
    for name in experiment_names():
        purposes = find_experiment(name).purposes
        if purposes is not None:
            owners[name] = purposes
    assert len(owners) >= 4
    values = [int(member) for purposes in owners.values() for member in purposes]
    assert len(values) == len(set(values))
    assert all(0 < value < 1 << 16 for value in values)


@pytest.mark.parametrize("name", list(experiment_names()))
def test_every_reference_of_a_declaration_leads_somewhere(name: str) -> None:
    spec = find_experiment(name)
    for part in ("generator", "trigger", "menu_files", "histograms", "sources", "bits"):
        spec.part(part)
    # Where signals depend on the configuration, they are those of the section as it is by default.
    for signal in spec.signal_specs(spec.config_model.model_validate({})):
        resolve(signal.sampler)


def test_every_file_of_data_is_installed() -> None:
    """A folder without ``__init__.py`` is no package to setuptools, and an editable installation does not tell."""
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["*"]
    kinds = {".toml", ".npz", ".pyi", ".typed"}
    data = [file for file in PACKAGE.rglob("*") if file.suffix in kinds or file.name == "py.typed"]
    assert len(data) > 10
    for file in data:
        folder = file.parent.parent if file.parent.name == "data" else file.parent
        assert (folder / "__init__.py").is_file(), file
        assert any(file.relative_to(folder).match(pattern) for pattern in patterns), file
