"""Check digits beside python-stdnum: the same verdict on every generated value, kind by kind.

Usage: compare.py CANONICAL [COUNT]
CANONICAL is the program that reads `kind,value` lines and answers JSON lines. Half of the values carry right check
digits, half are neighbours of such values with one character changed. Each is canonical input: no dress, no separators.
"""
import csv
import io
import json
import random
import subprocess
import sys

from stdnum import bitcoin, ean, iban, imei, isbn, iso6346, lei, luhn
from stdnum.cn import ric, uscc
from stdnum.eu import vat
from stdnum.tw import ubn
from stdnum.us import ein

R = random.Random(7)
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def digits(n):
    return "".join(R.choices(DIGITS, k=n))


def some(alphabet, n):
    return "".join(R.choices(alphabet, k=n))


def neighbour(value, alphabet=DIGITS):
    at = R.randrange(len(value))
    pool = DIGITS if value[at] in DIGITS else LETTERS
    return value[:at] + R.choice(pool) + value[at + 1:]


def make_uscc():
    body = R.choice(["91", "92", "93", "12", "51", "11"]) + digits(6) + some("0123456789ABCDEFGHJKLMNPQRTUWXY", 9)
    return body + uscc.calc_check_digit(body)


def make_ric():
    body = R.choice(["110105", "310115", "440305", "330106", "350203"]) + "%04d%02d%02d" % (R.randint(1950, 2010), R.randint(1, 12), R.randint(1, 28)) + digits(3)
    return body + ric.calc_check_digit(body + "0")


def make_lei():
    body = digits(4) + "00" + some(DIGITS + LETTERS, 12)
    number = int("".join(str(int(c, 36)) for c in body + "00"))
    return body + "%02d" % (98 - number % 97)


def make_iban():
    country, length = R.choice([("DE", 18), ("AT", 16), ("BE", 12), ("PL", 24), ("DK", 14), ("FI", 14), ("LT", 16), ("SK", 20)])
    bban = digits(length)
    number = int("".join(str(int(c, 36)) for c in bban + country + "00"))
    return country + "%02d" % (98 - number % 97) + bban


def make_gtin():
    body = digits(R.choice([11, 12, 13]))
    return body + ean.calc_check_digit(body)


def make_isbn():
    body = digits(9)
    if R.random() < 0.5:
        return body + isbn._calc_isbn10_check_digit(body)
    body = R.choice(["978", "9791", "9798"]) + digits(9)
    body = body[:12]
    return body + ean.calc_check_digit(body)


def make_ubn():
    while True:
        value = digits(8)
        if ubn.is_valid(value):
            return value


def make_card():
    body = R.choice(["62", "4", "51", "37"]) + digits(R.randint(11, 15))
    return body + luhn.calc_check_digit(body)


def make_container():
    body = some(LETTERS, 3) + "U" + digits(6)
    return body + iso6346.calc_check_digit(body)


def make_imei():
    body = digits(14)
    return body + luhn.calc_check_digit(body)


def base58(payload):
    import hashlib
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    data = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number = int.from_bytes(data, "big")
    text = ""
    while number:
        number, rest = divmod(number, 58)
        text = alphabet[rest] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def make_btc():
    return base58(bytes([R.choice([0, 5])]) + bytes(R.getrandbits(8) for _ in range(20)))


def make_vat():
    """Tries random bodies of a country until the oracle accepts one."""
    country = R.choice(list(VAT_SHAPES))
    while True:
        shape = R.choice(VAT_SHAPES[country])
        value = country + "".join(
            R.choice(DIGITS) if c == "9" else R.choice(LETTERS) if c == "A" else R.choice("0123") if c == "3" else c for c in shape
        )
        value = VAT_POOL[country].pop() if VAT_POOL.get(country) else value
        if vat.is_valid(value):
            return value


VAT_SHAPES = {
    "AT": ["U99999999"], "BE": ["0999999999", "1999999999"], "BG": ["999999999", "9999999999"], "CY": ["99999999A"], "CZ": ["99999999", "699999999"],
    "DE": ["999999999"], "DK": ["99999999"], "EE": ["999999999"], "EL": ["999999999"], "ES": ["A99999999", "99999999A", "X9999999A", "K9999999A"],
    "FI": ["99999999"], "FR": ["99999999999"], "HR": ["99999999999"], "HU": ["99999999"], "IE": ["9999999A", "9999999AA", "9A99999A"], "IT": ["99999990999"],
    "LT": ["999999919", "999999999919"], "LU": ["99999999"], "LV": ["99999999999"], "MT": ["99999999"], "NL": ["999999999B01"], "PL": ["9999999999"],
    "PT": ["999999999"], "RO": ["99999999", "999999999"], "SE": ["999999999901"], "SI": ["99999999"], "SK": ["9929999999", "9939999999"], "XI": ["999999999"],
}
VAT_POOL = {}


def accepts(check):
    def verdict(value):
        try:
            check(value)
            return True
        except Exception:  # the oracle's own refusals, and its crashes on odd input
            return False
    return verdict


def ric_check(value):
    """The oracle's check digit and date; its list of counties is no check digit."""
    if len(value) != 18 or not value[:17].isdigit() or value[-1] != ric.calc_check_digit(value):
        raise ValueError
    ric.get_birth_date(value)


def vat_check(value):
    """The oracle takes every rest of a Belgian number for its check digits, and a digit or a letter for every Spanish entity."""
    vat.validate(value)
    belgian = value.startswith("BE") and not 1 <= int(value[-2:]) <= 97
    digit = value[-1].isdigit()
    spanish = value.startswith("ES") and (value[2] in "ABEH" and not digit or value[2] in "PQRSNW" and digit)
    if belgian or spanish:
        raise ValueError


KINDS = {
    # kind: (generator, oracle, how a raw value is written for us)
    "cn_uscc": (make_uscc, accepts(uscc.validate), "{}"),
    "cn_ric": (make_ric, accepts(ric_check), "{}"),
    "lei": (make_lei, accepts(lei.validate), "{}"),
    "iban": (make_iban, accepts(lambda v: iban.validate(v, check_country=False)), "{}"),
    "gtin": (make_gtin, accepts(ean.validate), "{}"),
    "isbn": (make_isbn, accepts(isbn.validate), "{}"),
    "tw_ubn": (make_ubn, accepts(ubn.validate), "{}"),
    "us_ein": (lambda: digits(9), accepts(ein.validate), "{}"),
    "bank_card": (make_card, accepts(luhn.validate), "{}"),
    "eu_vat": (make_vat, accepts(vat_check), "{}"),
    "wallet_btc": (make_btc, accepts(bitcoin.validate), "{}"),
    "consignment": (make_container, accepts(iso6346.validate), "container | {}"),
    "batch_or_serial": (make_imei, accepts(imei.validate), "acme | imei | {}"),
}

# Refusals that say something else than the check digit: fillers and specimens, numbers a sheet rounded, prefixes
# that were never issued, books' numbers of printed music.
OTHER = {"dummy", "precision_lost", "issuer", "format", "length", "alphabet", "date"}


def ours(program, kind, values, form):
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerows((kind, form.format(value)) for value in values)
    out = subprocess.run([program], input=lines.getvalue().encode(), stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line) for line in out.decode().splitlines()]


def claims_check(kind, answer):
    """We accept, and claim a check where the kind has one (Taiwan's wider rule of 2023 claims none)."""
    forms = answer.get("canonical")
    if not forms:
        return False
    return kind == "us_ein" or any(form["check"] == "valid" for form in forms)


def compare(program, kind, count):
    make, oracle, form = KINDS[kind]
    values = []
    for at in range(count):
        value = make()
        values.append(value if at % 2 == 0 else neighbour(value))
    answers = ours(program, kind, values, form)
    agree = refused_otherwise = 0
    faults = []
    for value, answer in zip(values, answers):
        mine, theirs = claims_check(kind, answer), oracle(value)
        if mine == theirs:
            agree += 1
        elif theirs and answer.get("reject") in OTHER:
            refused_otherwise += 1
        else:
            faults.append((value, answer, theirs))
    print(f"{kind:<16} {len(values):>7} values  {agree:>7} agree  {refused_otherwise:>6} refused for another reason  {len(faults):>4} disagree")
    for fault in faults[:5]:
        print("   ", *fault)
    return len(faults)


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    sys.exit(1 if sum(compare(program, kind, count) for kind in KINDS) else 0)


main()
