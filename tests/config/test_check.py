"""Where a mistake is, also if a validator of the whole table finds it."""

from __future__ import annotations

import pytest
from pydantic import model_validator

from trigemu.config.check import validate
from trigemu.config.model import FieldError, Model
from trigemu.config.origin import Origin
from trigemu.errors import InputError


class Pair(Model):
    low: float = 0.0
    high: float = 1.0

    @model_validator(mode="after")
    def _rises(self) -> Pair:
        if self.low >= self.high:
            raise FieldError("low", f"low must be below high, not {self.low}")
        return self


def test_a_validator_of_the_table_may_name_the_key() -> None:
    origin = Origin("c.toml", {("low",): "--set low=2", ("high",): "c.toml, line 3"})
    with pytest.raises(InputError, match=r"^--set low=2: low must be below high, not 2.0$"):
        validate(Pair, {"low": 2.0, "high": 1.0}, origin)
    # A key that is not in the table has the place of the table.
    with pytest.raises(InputError, match=r"^c.toml: low must be"):
        validate(Pair, {"high": 0.0}, Origin("c.toml", {("high",): "c.toml, line 3"}))


class Shifted(Model):
    low: int = 3
    high: int = 5

    @model_validator(mode="after")
    def _rises(self) -> Shifted:
        if self.low >= self.high:
            raise FieldError("low", f"is {self.low}, allowed: below high", named=False)
        return self


def test_a_key_that_a_validator_means_need_not_be_in_the_file():
    with pytest.raises(InputError, match=r"^table: low: is 3, allowed: below high$|low is 3|low: is 3"):
        validate(Shifted, {"high": 2}, "table")
