#!/usr/bin/env python3
"""Writes labelled pairs of identifiers with the tricks of evasive sellers and the near-misses of honest ones.

Usage: generate.py OUTPUT.csv
Every value is made here with a fixed seed or written by hand; check digits are valid, no real person or offender is
meant. Names of brands and platforms are trademarks of their owners and stand for the shape of an address only.
"""
import csv
import sys

from addresses import addresses
from goods import goods
from habits import habits
from labels import ROWS
from mail import mailboxes
from names import names
from organisations import organisations
from payment import payment
from persons import persons


def main():
    for part in (organisations, persons, mailboxes, payment, names, goods, addresses, habits):
        part()
    with open(sys.argv[1], "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["kind", "a", "b", "label", "trick", "base"])
        for row in dict.fromkeys(ROWS):
            out.writerow(row)


if __name__ == "__main__":
    main()
