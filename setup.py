"""The wheel: the packs go inside, and the engine is compiled as one group or not at all.

Everything else stands in pyproject.toml; docs/decisions/0001 tells why it is built like this.

NETWATCH_COMPILE says whether to compile: unset = where it is possible, `require` = fail if it is
not, `no` = do not. A file is compiled when its docstring begins with "Compiled." (packages'
`__init__.py` aside): that is the only list. A build works in a folder of its own and leaves
nothing in the tree, so no stale extension can hide an edited source.
"""

import ast
import atexit
import functools
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools.errors import CompileError, SetupError

TREE: Final = Path(__file__).resolve().parent
PACK_FILES: Final = ("*.yaml", "*.json")
INLINE_ACROSS_MODULES: Final = "-fno-semantic-interposition"
"""Without it gcc may not inline one exported function into another of the same library."""
PROBE: Final = """\
#include <Python.h>
PyMODINIT_FUNC PyInit_netwatch_probe(void) { return NULL; }
"""
# The types are checked by `make lint`. Here only what mypyc itself cannot compile may fail, and the
# result must not depend on which other packages happen to be installed.
MYPY_OPTIONS: Final = ("--config-file=", "--follow-imports=silent", "--ignore-missing-imports")


@functools.cache
def work_folder() -> Path:
    """One for this build, outside the tree; removed when the build ends."""
    folder = tempfile.mkdtemp(prefix="netwatch-build-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def compiled_files(tree: Path) -> list[str]:
    """Files whose docstring begins with "Compiled.": paths relative to `tree`, sorted."""
    found: list[str] = []
    for path in sorted((tree / "netwatch").rglob("*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_bytes()), clean=False) or ""
        if path.name != "__init__.py" and docstring.startswith("Compiled."):
            found.append(path.relative_to(tree).as_posix())
    return found


def wanted() -> Literal["try", "require", "no"]:
    """What NETWATCH_COMPILE asks for; SetupError for a value that is not known."""
    text = os.environ.get("NETWATCH_COMPILE", "")
    if text == "":
        return "try"
    if text == "require":
        return "require"
    if text == "no":
        return "no"
    raise SetupError(f"NETWATCH_COMPILE={text!r}: expected 'require', 'no' or nothing")


class Engine(build_ext):
    """Compiles the whole group aside and hands it over only when all of it is there."""

    def run(self) -> None:
        mode = wanted()
        if mode == "no":
            return
        try:
            self._compile()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - mypyc ends by sys.exit, or crashes
            self.distribution.ext_modules = []
            if mode == "require":
                _refuse(error)
            print(f"netwatch: the engine stays interpreted: {_reason(error)}", file=sys.stderr)

    def _compile(self) -> None:
        flags = self._flags()
        from mypyc.build import mypycify  # a build with NETWATCH_COMPILE=no does without mypy

        work = work_folder()
        extensions: list[Any] = mypycify(  # setuptools' or distutils' kind, both will do
            [*MYPY_OPTIONS, f"--cache-dir={work / 'mypy'}", *compiled_files(TREE)],
            group_name="netwatch",
            opt_level="3",
            target_dir=str(work / "c"),
        )
        for extension in extensions:
            # Warnings of a compiler that mypyc has not met must not cost the engine.
            kept = [flag for flag in extension.extra_compile_args if flag != "-Werror"]
            extension.extra_compile_args = [*kept, *flags]
        self._build(extensions, work / "engine")
        shutil.copytree(work / "engine", self.build_lib, dirs_exist_ok=True)
        self.distribution.ext_modules = extensions  # from here on it is a wheel for this platform

    def _flags(self) -> list[str]:
        """The extra flags that the compiler takes; CompileError if it compiles nothing at all."""
        source = work_folder() / "probe.c"
        source.write_text(PROBE)
        for flags in ([INLINE_ACROSS_MODULES], []):
            probe = Extension("netwatch_probe", [str(source)], extra_compile_args=flags)
            try:
                self._build([probe], work_folder() / "probe")
            except CompileError:
                continue
            return flags
        raise CompileError("no C compiler here that finds Python.h")

    def _build(self, extensions: list[Any], folder: Path) -> None:
        self.distribution.ext_modules = extensions
        command = build_ext(self.distribution)
        command.build_lib = str(folder)
        command.build_temp = str(folder) + "-objects"
        command.ensure_finalized()
        command.run()


def _reason(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return "mypyc does not compile it (its messages stand above)"
    return " ".join(str(error).split()) or type(error).__name__


def _refuse(error: BaseException) -> NoReturn:
    message = f"NETWATCH_COMPILE=require, but the engine does not compile: {_reason(error)}"
    raise CompileError(message) from error


class Wheel(bdist_wheel):
    """Tries to compile first: whether the wheel is for one platform or for all depends on it."""

    def finalize_options(self) -> None:
        # Metadata and editable installs come here too; those never compile.
        if "bdist_wheel" in self.distribution.commands:
            self.run_command("build_ext")
        super().finalize_options()


class Package(build_py):
    """Puts the packs into the package; the tree keeps them at its top, where people look."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        packs = [path for pattern in PACK_FILES for path in (TREE / "signatures").glob(pattern)]
        if not any(path.suffix == ".yaml" for path in packs):
            raise SetupError(f"{TREE / 'signatures'}: found no *.yaml; expected the packs")
        folder = Path(self.build_lib) / "netwatch" / "signatures"
        folder.mkdir(parents=True, exist_ok=True)
        for path in packs:
            shutil.copyfile(path, folder / path.name)


if __name__ == "__main__":
    setup(
        cmdclass={"bdist_wheel": Wheel, "build_ext": Engine, "build_py": Package},
        options={
            "build": {"build_base": str(work_folder())},
            "egg_info": {"egg_base": str(work_folder())},
        },
    )
