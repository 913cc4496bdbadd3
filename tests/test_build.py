"""The wheel holds the packs and either the whole compiled engine or none of it.

What can go wrong is tried on a small package (`small_tree`) with this project's own setup.py, for
the whole engine takes minutes to compile; the whole one is looked at once, in `whole_wheel`.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

import netwatch
from netwatch.build import engine_kind, engine_kind_of

TREE = Path(__file__).resolve().parent.parent
COMPILED = '"""Compiled. Adds."""\n\nfrom mypy_extensions import i64\n\n\n'
ADD = "def add{n}(a: i64, b: i64) -> i64:\n    return a + b\n"


def load_setup() -> ModuleType:
    spec = importlib.util.spec_from_file_location("netwatch_setup", TREE / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def can_compile() -> bool:
    tools = ["sh", str(TREE / ".ci" / "tools"), "compiler"]
    environment = {**os.environ, "PYTHON": sys.executable}
    return not subprocess.check_output(tools, env=environment, text=True).strip()


needs_compiler = pytest.mark.skipif(
    not can_compile(), reason="no C compiler: apt-get install gcc python3-dev"
)


@pytest.fixture
def small_tree(tmp_path: Path) -> Path:
    """Two compiled files, one that is not, one pack; enough for a group with a shared library."""
    tree = tmp_path / "tree"
    (tree / "netwatch" / "decode").mkdir(parents=True)
    for name in ("setup.py", "pyproject.toml", "MANIFEST.in", "LICENSE"):
        shutil.copy(TREE / name, tree)
    (tree / "README.md").write_text("small\n")
    for package in ("netwatch", "netwatch/decode"):
        text = '"""Compiled. Only a package\'s words."""\n\n__version__ = "0.0.1"\n'
        (tree / package / "__init__.py").write_text(text)
    (tree / "netwatch" / "names.py").write_text(COMPILED + ADD.format(n=1))
    (tree / "netwatch" / "decode" / "link.py").write_text(COMPILED + ADD.format(n=2))
    (tree / "netwatch" / "plain.py").write_text('"""Not compiled."""\n')
    (tree / "signatures").mkdir()
    (tree / "signatures" / "one.yaml").write_text("signatures: []\n")
    return tree


def build(tree: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`pip wheel` into tree/../wheels, with the packages of this very environment."""
    inherited = {k: v for k, v in os.environ.items() if k not in ("NETWATCH_COMPILE", "PYTHONPATH")}
    options = ["-v", "--no-build-isolation", "--no-deps", "--no-index"]
    return subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", "wheels", str(tree)],
        env={**inherited, **environment},
        cwd=tree.parent,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def wheel_of(tree: Path) -> Path:
    (wheel,) = (tree.parent / "wheels").glob("*.whl")
    return wheel


def members(wheel: Path) -> set[str]:
    """What lies in a wheel, extensions without the interpreter's suffix, metadata left out."""
    suffix = EXTENSION_SUFFIXES[0]
    with zipfile.ZipFile(wheel) as archive:
        names = {name.replace(suffix, ".EXTENSION") for name in archive.namelist()}
    return {name for name in names if ".dist-info/" not in name}


def install(wheel: Path, home: Path) -> Path:
    """A fresh environment with only this wheel, which borrows its dependencies from here."""
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.check_output([python, "-P", "-c", asked], text=True).strip())
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def ask(python: Path, expression: str) -> str:
    """Evaluate it with that Python, far from the tree."""
    code = f"import netwatch.names, netwatch.build, netwatch.paths; print({expression})"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.check_output(
        [python, "-P", "-c", code], env=environment, cwd=python.parent, text=True
    ).strip()


SMALL = {
    "netwatch/__init__.py",
    "netwatch/names.py",
    "netwatch/plain.py",
    "netwatch/decode/__init__.py",
    "netwatch/decode/link.py",
    "netwatch/signatures/one.yaml",
}
SMALL_ENGINE = {
    "netwatch__mypyc.EXTENSION",
    "netwatch/names.EXTENSION",
    "netwatch/decode/link.EXTENSION",
}


def files(tree: Path) -> set[str]:
    return {path.relative_to(tree).as_posix() for path in tree.rglob("*")}


@pytest.mark.tree
@needs_compiler
def test_a_compiler_gives_the_whole_group_and_a_build_leaves_nothing_behind(
    small_tree: Path,
) -> None:
    before = files(small_tree)
    done = build(small_tree)
    assert done.returncode == 0, done.stdout
    assert members(wheel_of(small_tree)) == SMALL | SMALL_ENGINE
    assert not wheel_of(small_tree).name.endswith("py3-none-any.whl")
    assert files(small_tree) == before
    assert "-Werror" not in done.stdout


@pytest.mark.tree
def test_compile_no_gives_a_pure_wheel(small_tree: Path) -> None:
    done = build(small_tree, NETWATCH_COMPILE="no", CC="/bin/false")
    assert done.returncode == 0, done.stdout
    assert members(wheel_of(small_tree)) == SMALL
    assert wheel_of(small_tree).name.endswith("py3-none-any.whl")
    assert "stays interpreted" not in done.stdout


@pytest.mark.tree
@pytest.mark.parametrize("compiler", ["/bin/false", "/nonexistent/cc"])
def test_a_failing_compiler_gives_a_pure_wheel_that_says_why(
    small_tree: Path, compiler: str
) -> None:
    done = build(small_tree, CC=compiler)
    assert done.returncode == 0, done.stdout
    assert members(wheel_of(small_tree)) == SMALL
    assert wheel_of(small_tree).name.endswith("py3-none-any.whl")
    assert "the engine stays interpreted: no C compiler here" in done.stdout


@pytest.mark.tree
def test_require_fails_where_nothing_compiles(small_tree: Path) -> None:
    done = build(small_tree, CC="/bin/false", NETWATCH_COMPILE="require")
    assert done.returncode != 0
    assert "NETWATCH_COMPILE=require, but the engine does not compile: no C compiler" in done.stdout
    assert not list(small_tree.parent.glob("wheels/*.whl"))


@pytest.mark.tree
@needs_compiler
def test_a_group_that_fails_half_way_leaves_no_half(small_tree: Path) -> None:
    """The compiler works until the last file of the group: what it made before must not stay."""
    compiler = small_tree.parent / "cc"
    compiler.write_text('#!/bin/sh\ncase "$*" in *names.c*) exit 1 ;; esac\nexec cc "$@"\n')
    compiler.chmod(0o755)
    done = build(small_tree, CC=str(compiler))
    assert done.returncode == 0, done.stdout
    assert "building 'netwatch.names' extension" in done.stdout
    assert members(wheel_of(small_tree)) == SMALL
    assert wheel_of(small_tree).name.endswith("py3-none-any.whl")


@pytest.mark.tree
@needs_compiler
def test_source_that_mypyc_refuses_is_interpreted_or_refused(small_tree: Path) -> None:
    (small_tree / "netwatch" / "names.py").write_text(COMPILED + 'WRONG: i64 = "text"\n')
    done = build(small_tree)
    assert done.returncode == 0, done.stdout
    assert "the engine stays interpreted: mypyc does not compile it" in done.stdout
    assert members(wheel_of(small_tree)) == SMALL
    assert build(small_tree, NETWATCH_COMPILE="require").returncode != 0


@pytest.mark.tree
def test_an_unknown_wish_is_refused(small_tree: Path) -> None:
    done = build(small_tree, NETWATCH_COMPILE="yes")
    assert done.returncode != 0
    assert "NETWATCH_COMPILE='yes': expected 'require', 'no' or nothing" in done.stdout


@pytest.mark.tree
def test_a_wheel_without_packs_is_not_built(small_tree: Path) -> None:
    (small_tree / "signatures" / "one.yaml").unlink()
    done = build(small_tree, NETWATCH_COMPILE="no")
    assert done.returncode != 0
    assert "found no *.yaml; expected the packs" in done.stdout


@pytest.fixture
def whole_wheel(tmp_path: Path) -> Path:
    """The wheel that `make` has built already, else one built here."""
    ready = list(Path(os.environ.get("NETWATCH_WHEELS", tmp_path)).glob("netwatch-*.whl"))
    if ready:
        return ready[0]
    tree = copied_tree(tmp_path)
    done = build(tree, NETWATCH_COMPILE="require")
    assert done.returncode == 0, done.stdout[-4000:]
    return wheel_of(tree)


def copied_tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("setup.py", "pyproject.toml", "MANIFEST.in", "LICENSE", "README.md"):
        shutil.copy(TREE / name, tree)
    for name in ("netwatch", "signatures"):
        shutil.copytree(TREE / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tree


def sources_and_packs() -> set[str]:
    sources = {path.relative_to(TREE).as_posix() for path in (TREE / "netwatch").rglob("*.py")}
    packs = {
        f"netwatch/signatures/{path.name}"
        for pattern in load_setup().PACK_FILES
        for path in (TREE / "signatures").glob(pattern)
    }
    return sources | packs


@pytest.mark.tree
@needs_compiler
def test_the_whole_wheel_has_packs_and_engine_and_runs_compiled(
    whole_wheel: Path, tmp_path: Path
) -> None:
    engine = {
        path.removesuffix(".py") + ".EXTENSION" for path in load_setup().compiled_files(TREE)
    } | {"netwatch__mypyc.EXTENSION"}
    assert members(whole_wheel) == sources_and_packs() | engine
    python = install(whole_wheel, tmp_path / "fresh")
    assert ask(python, "netwatch.build.engine_kind()") == "compiled"
    packs = Path(ask(python, "netwatch.paths.packs_folder()"))
    assert packs.is_relative_to(tmp_path / "fresh")
    assert {path.name for path in packs.glob("*.yaml")} == {
        path.name for path in (TREE / "signatures").glob("*.yaml")
    }


@pytest.mark.tree
def test_the_whole_wheel_without_a_compiler_runs_interpreted(tmp_path: Path) -> None:
    tree = copied_tree(tmp_path)
    done = build(tree, CC="/bin/false")
    assert done.returncode == 0, done.stdout[-4000:]
    assert members(wheel_of(tree)) == sources_and_packs()
    python = install(wheel_of(tree), tmp_path / "fresh")
    assert ask(python, "netwatch.build.engine_kind()") == "interpreted"
    assert Path(ask(python, "netwatch.paths.packs_folder()")).is_relative_to(tmp_path / "fresh")


def test_every_compiled_file_is_compiled_or_none_is() -> None:
    """Asked of the package under test: no file of the engine may have stayed behind."""
    package = Path(netwatch.__file__).parent
    for path in load_setup().compiled_files(package.parent):
        module = path.removesuffix(".py").replace("/", ".")
        spec = importlib.util.find_spec(module)
        assert spec is not None
        assert engine_kind_of(spec.origin or "") == engine_kind(), module


def test_the_engine_is_told_by_the_file() -> None:
    assert engine_kind_of("/x/netwatch/names.py") == "interpreted"
    assert engine_kind_of("/x/netwatch/names" + EXTENSION_SUFFIXES[0]) == "compiled"


def test_only_the_docstring_says_what_is_compiled(tmp_path: Path) -> None:
    package = tmp_path / "netwatch"
    package.mkdir()
    (package / "__init__.py").write_text('"""Compiled. A package is never compiled."""\n')
    (package / "hot.py").write_text('"""Compiled. Hot."""\n')
    (package / "cold.py").write_text('"""Reads what is Compiled."""\n# """Compiled."""\n')
    (package / "mute.py").write_text("NOTE = 'Compiled.'\n")
    assert load_setup().compiled_files(tmp_path) == ["netwatch/hot.py"]


def collect(tree: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Only tells what the tests would be, which conftest.py must refuse for a wrong engine."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--collect-only", "tests/test_paths.py"],
        env={**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": str(tree), **environment},
        cwd=tree,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


@pytest.fixture
def tested_tree(tmp_path: Path) -> Path:
    tree = copied_tree(tmp_path)
    (tree / "tests").mkdir()
    for name in ("conftest.py", "test_paths.py"):
        shutil.copy(TREE / "tests" / name, tree / "tests")
    return tree


@pytest.mark.tree
def test_a_run_refuses_the_wrong_engine(tested_tree: Path) -> None:
    assert collect(tested_tree, NETWATCH_EXPECT_ENGINE="interpreted").returncode == 0
    wrong = collect(tested_tree, NETWATCH_EXPECT_ENGINE="compiled")
    assert wrong.returncode == pytest.ExitCode.USAGE_ERROR
    assert "expected the compiled engine, but" in wrong.stdout
    unknown = collect(tested_tree, NETWATCH_EXPECT_ENGINE="fast")
    assert unknown.returncode == pytest.ExitCode.USAGE_ERROR


@pytest.mark.tree
def test_a_run_refuses_another_place_than_the_tree(tested_tree: Path, tmp_path: Path) -> None:
    shutil.copytree(tested_tree / "netwatch", tmp_path / "elsewhere" / "netwatch")
    wrong = collect(
        tested_tree,
        NETWATCH_EXPECT_ENGINE="interpreted",
        PYTHONPATH=str(tmp_path / "elsewhere"),
    )
    assert wrong.returncode == pytest.ExitCode.USAGE_ERROR
    assert "expected the tree" in wrong.stdout


@pytest.mark.tree
@pytest.mark.parametrize("place", ["netwatch/decode/old", "netwatch__mypyc"])
def test_a_run_refuses_stale_extensions_in_the_tree(tested_tree: Path, place: str) -> None:
    (tested_tree / (place + EXTENSION_SUFFIXES[0])).touch()
    wrong = collect(tested_tree)
    assert wrong.returncode == pytest.ExitCode.USAGE_ERROR
    assert "they hide the sources" in wrong.stdout


def locked(path: Path) -> dict[str, str]:
    pins = [line.split(" ")[0] for line in path.read_text().splitlines() if "==" in line]
    return dict(pin.split("==") for pin in pins)


@pytest.mark.tree
@pytest.mark.parametrize("name", ["install.txt", "dev.txt"])
def test_the_lock_file_serves_what_pyproject_asks_for(name: str) -> None:
    text = (TREE / "requirements" / name).read_text()
    pins = locked(TREE / "requirements" / name)
    settings = tomllib.loads((TREE / "pyproject.toml").read_text())
    asked = settings["build-system"]["requires"] + settings["project"]["dependencies"]
    if name == "dev.txt":
        asked += settings["project"]["optional-dependencies"]["dev"]
    for requirement in map(Requirement, asked):
        pin = pins[requirement.name.lower().replace("_", "-")]
        assert requirement.specifier.contains(pin), f"{requirement}: {pin} is locked; make lock"
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text, "a lock file names no hosts"


@pytest.mark.tree
def test_mypy_and_librt_are_pinned_together() -> None:
    settings = tomllib.loads((TREE / "pyproject.toml").read_text())
    pins = {r for r in settings["build-system"]["requires"] if "==" in r}
    assert pins == {"mypy==2.4.1", "librt==0.16.0"}
    assert "librt==0.16.0" in settings["project"]["dependencies"]
    assert "mypy==2.4.1" in settings["project"]["optional-dependencies"]["dev"]
