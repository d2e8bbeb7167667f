"""Compile every kernel in ``ext/`` into the private package ``trigemu._kernels``.

``ext/<experiment>/<name>.pyx`` becomes ``trigemu._kernels.<experiment>_<name>``.  What Cython would write into each
of them again (typed memoryviews) is compiled once, into ``trigemu._kernels._shared``.  ``ext/shared`` has no module of
its own: kernels of all experiments import its inline functions (``from shared.bits cimport ...``).
The folder ``configs/`` is installed as ``trigemu.configs``, so that shipped configurations are found by name.
"""

import os
from pathlib import Path

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup

SHARED = "trigemu._kernels._shared"

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "embedsignature": True,
}


def extension(path: Path) -> Extension:
    """Describe one kernel; ``-g0`` keeps wheels small, ``-O3`` lets loops vectorise."""
    return Extension(
        f"trigemu._kernels.{path.parent.name}_{path.stem}",
        [path.as_posix()],
        include_dirs=[np.get_include(), "ext"],
        depends=[header.as_posix() for header in sorted(Path("ext").glob("*/*.h"))],
        define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
        extra_compile_args=["-O3", "-g0"],
    )


setup(
    packages=[*find_packages(include=["trigemu", "trigemu.*"]), "trigemu.configs", "trigemu.configs.menus"],
    package_dir={"trigemu.configs": "configs"},
    ext_modules=cythonize(
        [
            *(extension(path) for path in sorted(Path("ext").glob("*/*.pyx"))),
            Extension(SHARED, ["ext/_shared.c"], extra_compile_args=["-O2", "-g0"]),
        ],
        compiler_directives=DIRECTIVES,
        include_path=["ext"],
        build_dir="build/cython",
        shared_utility_qualified_name=SHARED,
    ),
    options={"build_ext": {"parallel": os.cpu_count() or 1}},
)
