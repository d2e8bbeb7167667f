"""Compile every kernel in ``ext/`` into the private package ``trigemu._kernels``.

``ext/<experiment>/<name>.pyx`` becomes ``trigemu._kernels.<experiment>_<name>``.
"""

from pathlib import Path

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, setup

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
        include_dirs=[np.get_include()],
        define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
        extra_compile_args=["-O3", "-g0"],
    )


setup(
    ext_modules=cythonize(
        [extension(path) for path in sorted(Path("ext").glob("*/*.pyx"))],
        compiler_directives=DIRECTIVES,
        build_dir="build/cython",
    )
)
