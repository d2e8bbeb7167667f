"""Sections whose numbers come from named conditions."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from trigemu.config.conditions import over
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.besiii.config import Besiii


def test_keys_of_a_table_win_over_those_below():
    base = {"a": {"b": 1, "c": 2}, "d": [1, 2]}
    assert over(base, {"a": {"c": 3}, "d": [4]}) == {"a": {"b": 1, "c": 3}, "d": [4]}
    assert base == {"a": {"b": 1, "c": 2}, "d": [1, 2]}


@pytest.mark.parametrize("model", [Babar, Besiii])
def test_conditions_have_a_usual_value_and_may_be_numbers(model):
    usual = model.of()
    assert usual == model.model_validate({}) == model.of(model.usual)
    assert usual.conditions == model.usual
    for epoch in model.epochs:
        assert model.of(epoch).conditions == epoch
        assert model.model_validate({"conditions": int(epoch)}) == model.of(epoch)
    with pytest.raises(ValidationError, match="conditions"):
        model.of("1950")
    with pytest.raises(ValidationError, match="conditions"):
        model.model_validate({"conditions": True})


def test_a_key_wins_over_its_conditions():
    assert not Babar.of("2001").zpd.enabled
    assert Babar.of("2001", zpd={"enabled": True}).zpd.enabled
