"""One formula of a Belle II menu file for one event, character by character, as a state machine.

What the interpreter does is described in the reference data's notes: words are runs of digits and ``!``, a ``+`` or
whatever other delimiter comes last ends a product, a product without a word is true.
"""

from __future__ import annotations

from collections.abc import Sequence


def is_fired(bits: Sequence[bool], text: str) -> bool:
    if text == "":
        return True
    word, true_so_far = "", True
    for place, char in enumerate(text):
        last = place == len(text) - 1
        if char in "0123456789!":
            word += char
            if last:
                return true_so_far and value(bits, word)
            continue
        if word:
            true_so_far = true_so_far and value(bits, word)
            word = ""
        if char == "+" or last:
            if true_so_far:
                return True
            true_so_far = True
    return False


def value(bits: Sequence[bool], word: str) -> bool:
    return not bits[int(word[1:])] if word[0] == "!" else bits[int(word)]
