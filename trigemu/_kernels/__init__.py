"""Compiled kernels (private): every public name lives in the Python module that wraps it."""
