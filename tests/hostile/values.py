"""Hostile values and bytes, for whatever is written as text, JSON or a table."""

import random
from typing import Any

SCALARS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 7, 10**6, 10**9, 2**31, 2**63, 10**30, -(2**63), 0.0, -0.5, 0.5, 1e-300, 1e308,
    -1e308, "", " ", "x", "0", "None", "null", "nan", "../x", "/etc/passwd", "a/b", "$\\frac{", "ä" * 300, "\n", "\0",
    "<b>", "{}",
)


def other_value(random: random.Random, value: Any) -> Any:
    """Make something hostile in place of a value."""
    match random.randrange(8):
        case 0 if isinstance(value, int | float):
            return random.choice((-value, value * 1000, value + 1, value / 3, str(value), [value]))
        case 1 if isinstance(value, str):
            return random.choice((value + "x", value[:-1], value * 100, value.upper(), [value], value + "/..",
                                  f" {value}"))
        case 2 if isinstance(value, list) and value:
            return random.choice((value[:-1], value + value[:1], value[::-1], value * 50, value[0], {"0": value}))
        case 3 if isinstance(value, dict) and value:
            key = random.choice(list(value))
            return random.choice(({k: v for k, v in value.items() if k != key}, {**value, "other": 1}, list(value),
                                  {**value, key.upper(): value[key]}))
        case 4:
            return random.choice(([], {}, [[]], {"a": {}}, [1] * 1000))
        case 5:
            deep: Any = 1
            for _ in range(random.choice((5, 40, 200))):
                deep = [deep]
            return deep
    return random.choice(SCALARS)


def other_document(random: random.Random, document: Any) -> Any:
    """Give a copy of a document in which one value, or a few, are others."""
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        document = _changed(random, document)
    return document


def _changed(random: random.Random, value: Any) -> Any:
    if isinstance(value, dict) and value and random.randrange(6):
        key = random.choice(list(value))
        return {**value, key: _changed(random, value[key])}
    if isinstance(value, list) and value and random.randrange(6):
        at = random.randrange(len(value))
        return [*value[:at], _changed(random, value[at]), *value[at + 1 :]]
    return other_value(random, value)


def other_bytes(random: random.Random, data: bytes) -> bytes:
    """Flip, cut, repeat, leave out or splice."""
    mutant = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 5))):
        at = random.randrange(len(mutant) + 1)
        length = random.choice((1, 4, 100, 5000))
        match random.randrange(6):
            case 0 | 1 if mutant:
                for _ in range(random.choice((1, 3, 50))):
                    mutant[random.randrange(len(mutant))] ^= 1 << random.randrange(8)
            case 2:
                del mutant[at:]
            case 3:
                del mutant[at : at + length]
            case 4:
                mutant[at:at] = mutant[at : at + length]
            case _:
                mutant[at : at + length] = random.choice((bytes(length), random.randbytes(length)))
    return bytes(mutant)
