"""The list of labelled pairs, and the random numbers every part draws from in order."""
import random

R = random.Random(20260401)
ROWS = []


def pair(kind, a, b, label, trick):
    ROWS.append((kind, a, b, label, trick, "synthetic"))


def same(kind, a, b, trick):
    pair(kind, a, b, "same", trick)


def diff(kind, a, b, trick):
    pair(kind, a, b, "different", trick)


def digits(n):
    return "".join(R.choice("0123456789") for _ in range(n))
