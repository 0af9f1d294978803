"""Random texts with the digits that people write and print: numbers, dates, prices, codes, words.

All functions take a source of randomness first and return one line. The words are in
``words.toml``.
"""

import tomllib
from bisect import bisect
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

import numpy as np

# Letters that stand alone must not look like a digit, or the truth about them would be a guess.
# Left out: O o D Q (0), I i l j (1), Z z (2), S s (5), G b (6), B (8), g q (9).
LONE_CAPITALS = "ACEFHKLMNPRTUVWXY"
LONE_SMALL = "acdefhkmnprtuvwxy"
GREEK = "αβγλμξπψωΩΔΓΠΨΣηκρχ"
OTHER_SCRIPTS = "ЖЯИШДЛЦЮ水木土大中小あきもたかにさ가마소אשתकम"
LONE_SIGNS = "&?@%#*++=×÷$$€£"
ALL_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODE_CAPITALS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # beside digits an I, O or Q is read as one
# How long numbers are, from 1 digit to 10.
LENGTHS = (0.2, 0.24, 0.16, 0.14, 0.08, 0.06, 0.04, 0.04, 0.02, 0.02)
_LENGTHS_UP_TO = np.cumsum(LENGTHS)[:-1]
NOW = 2026  # years are near it

T = TypeVar("T")
Text = Callable[[np.random.Generator], str]


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """Return one of the options; each is as frequent as the others."""
    return options[int(rng.integers(len(options)))]


def _mixed(rng: np.random.Generator, makers: dict[Text, float]) -> str:
    """Return what one of `makers` makes, drawn by their weights."""
    shares = list(accumulate(makers.values()))
    return list(makers)[bisect(shares, rng.random() * shares[-1])](rng)


def plain_digits(rng: np.random.Generator, n: int | None = None) -> str:
    """Return `n` digits, by default 1 to 10, distributed as in numbers that people write."""
    if n is None:
        n = 1 + int(np.searchsorted(_LENGTHS_UP_TO, rng.random()))
    kind = rng.random()
    if n > 1 and kind < 0.05:  # 777
        return str(int(rng.integers(10))) * n
    if kind < 0.15:  # many 1s, 7s, 4s and 0s, which are the hardest to find or to tell apart
        return "".join(pick(rng, "1117740") for _ in range(n))
    if n > 2 and kind < 0.22:  # round
        zeros = int(rng.integers(1, n))
        return str(int(rng.integers(1, 10))) + plain_digits(rng, n - zeros)[1:] + "0" * zeros
    if n == 4 and kind < 0.5:
        return str(int(rng.integers(1900, 2050)))
    if n > 3 and kind < 0.27:  # 12345
        start = int(rng.integers(10))
        return "".join(str((start + i) % 10) for i in range(n))
    first = int(rng.integers(0 if n == 1 or rng.random() < 0.3 else 1, 10))
    return "".join(map(str, [first, *rng.integers(0, 10, n - 1)]))


def digit(rng: np.random.Generator) -> str:
    """Return one digit; each is as frequent as the others."""
    return str(int(rng.integers(10)))


def date(rng: np.random.Generator) -> str:
    """Return a date in one of the styles of the world: 12.3.2026, 03/12/26, 2026-03-12, 12 Mar."""
    day, month = int(rng.integers(1, 32)), int(rng.integers(1, 13))
    year = NOW - int(rng.exponential(8)) + int(rng.integers(0, 3))
    kind, padded, short = rng.random(3)
    d, m = (f"{day:02d}", f"{month:02d}") if padded < 0.6 else (str(day), str(month))
    y = f"{year % 100:02d}" if short < 0.4 else str(year)
    if kind < 0.2:
        return pick(rng, ("-", "-", "/", ".")).join((str(year), f"{month:02d}", f"{day:02d}"))
    if kind < 0.35:
        name = pick(rng, _words("months"))
        return pick(
            rng, (f"{d} {name} {y}", f"{name} {day}, {year}", f"{d}. {name}", f"{d}-{name}")
        )
    first, second = (d, m) if rng.random() < 0.7 else (m, d)
    sign = pick(rng, ("/", "/", "/", ".", ".", ".", "-", "-", " ", " / ", " - "))
    if kind < 0.5 and sign != " ":  # without a year
        sign = sign.strip()
        return first + sign + second + ("." if sign == "." else "")
    return first + sign + second + sign + y


def time(rng: np.random.Generator) -> str:
    """Return a time of day or a duration: 14:05, 9.30, 7h45, 3:05 PM, 01:12:44."""
    hour, minute, second = (int(rng.integers(n)) for n in (24, 60, 60))
    kind = rng.random()
    if kind < 0.5:
        return f"{hour:02d}:{minute:02d}"
    if kind < 0.62:
        return f"{hour}:{minute:02d}"
    if kind < 0.7:
        return f"{hour}.{minute:02d}"
    if kind < 0.78:
        return f"{hour}h{minute:02d}"
    if kind < 0.9:
        return f"{hour % 12 + 1}:{minute:02d} {pick(rng, ('AM', 'PM', 'am', 'pm', 'Uhr', 'h'))}"
    return f"{hour:02d}:{minute:02d}:{second:02d}"


def decimal(rng: np.random.Generator) -> str:
    """Return a number with a decimal point or comma, perhaps with a sign before it: -3.14."""
    whole = plain_digits(rng, int(rng.integers(1, 5))) if rng.random() < 0.75 else "0"
    sign = pick(rng, "-+") if rng.random() < 0.12 else ""
    return sign + whole + pick(rng, ".,") + plain_digits(rng, int(rng.integers(1, 4)))


def thousands(rng: np.random.Generator) -> str:
    """Return a large number in groups of three: 12,500 or 1.250.000 or 12 500 or 12'500."""
    groups = [plain_digits(rng, 3) for _ in range(1 + (rng.random() < 0.25))]
    head = str(int(rng.integers(1, 1_000)))
    return pick(rng, (",", ",", ".", ".", " ", "'")).join([head, *groups])


def money(rng: np.random.Generator) -> str:
    """Return an amount of money: $4.50, 12,99 €, 7,-, EUR 300, £5."""
    whole = thousands(rng) if rng.random() < 0.15 else plain_digits(rng, int(rng.integers(1, 5)))
    cents = pick(rng, ("00", "50", "99", "95", "-", "--", plain_digits(rng, 2)))
    amount = whole + pick(rng, ".,") + cents if rng.random() < 0.7 else whole
    sign = pick(rng, ("$", "$", "€", "€", "£", ""))
    if (place := rng.random()) < 0.45:
        return sign + amount
    if place < 0.75:
        return (amount + pick(rng, (" ", "")) + sign).strip()
    name = pick(rng, ("EUR", "USD", "CHF", "Rs.", "Kc", "zl", "kr", "Fr."))
    return f"{amount} {name}" if rng.random() < 0.6 else f"{name} {amount}"


def percentage(rng: np.random.Generator) -> str:
    """Return a percentage: 25%, 3,5 %."""
    number = decimal(rng) if rng.random() < 0.3 else plain_digits(rng, int(rng.integers(1, 4)))
    return number + pick(rng, ("%", "%", " %"))


def quantity(rng: np.random.Generator) -> str:
    """Return a number with a unit: 12 kg, 3.5cm, 220V, 5x, 21st."""
    number = decimal(rng) if rng.random() < 0.3 else plain_digits(rng, int(rng.integers(1, 5)))
    return number + pick(rng, ("", " ")) + pick(rng, _words("units"))


def phone(rng: np.random.Generator) -> str:
    """Return a phone number in groups, perhaps with a country's number or an area's in brackets."""
    area, first, last = (plain_digits(rng, int(rng.integers(2, 5))) for _ in range(3))
    kind = rng.random()
    if kind < 0.2:
        return f"({area}) {first}-{last}"
    if kind < 0.4:
        return f"+{plain_digits(rng, 2)} {area} {first} {last}"
    if kind < 0.55:
        return f"0{area}/{first}{last}"
    if kind < 0.75:
        return pick(rng, "-. ").join((area, first, last))
    return pick(rng, (" ", "-", ".")).join(plain_digits(rng, 2) for _ in range(5))


def bracketed(rng: np.random.Generator) -> str:
    """Return a number in brackets: (12), [3], <7>."""
    before, after = pick(rng, (("(", ")"), ("(", ")"), ("[", "]"), ("<", ">")))
    return before + plain_digits(rng, int(rng.integers(1, 5))) + after


def expression(rng: np.random.Generator) -> str:
    """Return something to calculate, with or without its result: 12+7=19, 3 x 4 =, 8:2."""
    terms = 2 + (rng.random() < 0.2)
    space = " " if rng.random() < 0.5 else ""
    signs = "+++---xx×·÷///:*"
    text = plain_digits(rng, int(rng.integers(1, 4)))
    for _ in range(terms - 1):
        number = plain_digits(rng, int(rng.integers(1, 4)))
        text += space + pick(rng, signs) + space + number
    end = rng.random()
    if end < 0.4:
        return text
    relation = pick(rng, "======<>") + space
    result = plain_digits(rng, int(rng.integers(1, 4))) if end < 0.8 else pick(rng, ("", "?", "_"))
    return (text + space + relation + result).strip()


def formula(rng: np.random.Generator) -> str:
    """Return a formula, in which letters and signs outnumber digits: a+b, f(x) = 3b, (a-b)/c."""
    names = "abcnxykmhrt" if rng.random() < 0.8 else "ACKNPRTXY"
    space = " " if rng.random() < 0.5 else ""

    def term() -> str:
        letter = pick(rng, names)
        kind = rng.random()
        if kind < 0.55:
            return letter
        if kind < 0.75:
            return str(int(rng.integers(2, 13))) + letter
        if kind < 0.87:
            return f"({letter}{pick(rng, '+-')}{pick(rng, names)})"
        return plain_digits(rng, int(rng.integers(1, 3)))

    head = f"{pick(rng, 'fghFy')}({pick(rng, 'xtn')}){space}={space}" if rng.random() < 0.2 else ""
    text = head + term()
    for _ in range(int(rng.integers(1, 4))):
        text += space + pick(rng, "++++--/·×") + space + term()
    return text + (f"{space}={space}{term()}" if not head and rng.random() < 0.5 else "")


def fraction(rng: np.random.Generator) -> str:
    """Return a fraction in one line: 3/4, 1 1/2, 12/100."""
    below = plain_digits(rng, int(rng.integers(1, 4)))
    whole = digit(rng) + " " if rng.random() < 0.2 else ""
    return whole + plain_digits(rng, int(rng.integers(1, 3))) + "/" + below


def power(rng: np.random.Generator) -> tuple[str, str]:
    """Return a base and its exponent, which is written smaller and higher: ("10", "-3")."""
    base = pick(rng, ("10", "10", "2", "x", "a", "m", "e", plain_digits(rng, 1), "n"))
    exponent = pick(rng, ("", "", "", "-")) + plain_digits(rng, 1 + int(rng.random() < 0.25))
    return base, exponent


def code(rng: np.random.Generator) -> str:
    """Return a code with letters and digits: No 12, A4, K-103, M AB 1234, 12b, #7, B/2."""
    digits = plain_digits(rng, int(rng.integers(1, 6)))
    letter = pick(rng, CODE_CAPITALS)
    kind = rng.random()
    if kind < 0.25:
        return pick(rng, _words("numbered")) + pick(rng, (" ", " ", "")) + digits
    if kind < 0.45:
        return letter + pick(rng, ("", "", "-", " ", "/", ".")) + digits
    if kind < 0.55:
        return digits + pick(rng, ("", "-", " ", "/")) + pick(rng, "abcdefABCDEFX")
    if kind < 0.65:
        return "#" + digits
    if kind < 0.8:
        letters = letter + pick(rng, CODE_CAPITALS)
        return letters + pick(rng, (" ", "-", "")) + digits + pick(rng, ("", letters, letter))
    groups = [plain_digits(rng, int(rng.integers(1, 5))) for _ in range(int(rng.integers(2, 5)))]
    return pick(rng, ("-", "-", "/", " ", ".", "_")).join(groups)


def enumeration(rng: np.random.Generator) -> str:
    """Return the number of an entry of a list: 3), 12., (4), 5:, 2 -."""
    number = str(int(rng.integers(1, 30)))
    return pick(rng, ("{})", "{}.", "{}.", "({})", "{}:", "{} -", "{}/", "#{}")).format(number)


NUMBERS: dict[Text, float] = {
    plain_digits: 40,
    date: 10,
    time: 5,
    decimal: 9,
    thousands: 3,
    money: 6,
    percentage: 3,
    quantity: 5,
    phone: 4,
    bracketed: 3,
    expression: 6,
    fraction: 3,
    code: 6,
    enumeration: 4,
}
"""Texts with digits, and how often each kind is drawn."""


def number(rng: np.random.Generator) -> str:
    """Return a text with digits of any kind in `NUMBERS`."""
    return _mixed(rng, NUMBERS)


@cache
def _words(kind: str) -> tuple[str, ...]:
    """Return the words of one list in ``words.toml``, or those of all languages."""
    lists = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    if kind == "languages":
        return tuple(word for words in lists["languages"].values() for word in words.split())
    return tuple(lists[kind].split())


def word(rng: np.random.Generator) -> str:
    """Return a word of some language, some capital letters, perhaps with a sign after it."""
    text = letters(rng) if rng.random() < 0.15 else pick(rng, _words("languages"))
    case = rng.random()
    if case < 0.22:
        text = text.upper()
    elif case < 0.55:
        text = text.capitalize()
    return text + (pick(rng, ":::...,,!?=-;") if rng.random() < 0.22 else "")


def words(rng: np.random.Generator, n: int | None = None) -> str:
    """Return `n` words in a row, by default 1 to 5."""
    if n is None:
        n = int(rng.integers(1, 6))
    return " ".join(word(rng) for _ in range(n))


def letters(rng: np.random.Generator, n: int | None = None) -> str:
    """Return `n` random letters, by default 2 to 8."""
    if n is None:
        n = int(rng.integers(2, 9))
    return "".join(pick(rng, ALL_CAPITALS + ALL_CAPITALS.lower()) for _ in range(n))


def lone_letter(rng: np.random.Generator) -> str:
    """Return a character to stand alone: a letter or a sign that looks like no digit."""
    pools = (LONE_CAPITALS, LONE_CAPITALS, LONE_SMALL, LONE_SMALL, LONE_SIGNS)
    return pick(rng, pick(rng, pools))
