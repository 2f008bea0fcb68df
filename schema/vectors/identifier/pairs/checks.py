"""Numbers with valid check digits."""
from labels import R, digits

A31 = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def org(body):
    s = sum(int(c, 36) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2)))
    k = 11 - s % 11
    return body + ("X" if k == 10 else "0" if k == 11 else str(k))


def uscc(region="440300", head="91", body=None):
    body = body or "MA" + "".join(R.choice(A31) for _ in range(6))
    base = head + region + org(body)
    w, s = 1, 0
    for c in base:
        s += w * A31.index(c)
        w = w * 3 % 31
    return base + A31[(31 - s % 31) % 31]


def ric(region, day, seq):
    base = region + day + seq
    s = sum(int(c) * pow(2, 17 - i, 11) for i, c in enumerate(base))
    return base + "10X98765432"[s % 11]


def luhn(body):
    for d in "0123456789":
        t = 0
        for i, c in enumerate(reversed(body + d)):
            v = int(c) * (2 if i % 2 else 1)
            t += v // 10 + v % 10
        if t % 10 == 0:
            return body + d


def gs1(body):
    s = sum(int(c) * (3 if i % 2 == 0 else 1) for i, c in enumerate(reversed(body)))
    return body + str((10 - s % 10) % 10)


def isbn10(body):
    s = sum((10 - i) * int(c) for i, c in enumerate(body))
    k = (11 - s % 11) % 11
    return body + ("X" if k == 10 else str(k))


def mod97(body):
    n = "".join(str(int(c, 36)) for c in body + "00")
    return body + "%02d" % (98 - int(n) % 97)


def iban(country, bban):
    n = "".join(str(int(c, 36)) for c in bban + country + "00")
    return country + "%02d" % (98 - int(n) % 97) + bban


def de_vat():
    while True:
        body = str(R.randint(1, 9)) + digits(7)
        p = 10
        for c in body:
            s = (int(c) + p) % 10 or 10
            p = 2 * s % 11
        k = 11 - p
        if k < 10:
            return "DE" + body + str(k)


def pl_vat():
    while True:
        body = str(R.randint(1, 9)) + digits(8)
        k = sum(int(c) * w for c, w in zip(body, (6, 5, 7, 2, 3, 4, 5, 6, 7))) % 11
        if k < 10:
            return "PL" + body + str(k)


def el_vat():
    body = "0" + digits(7)
    s = 0
    for c in body:
        s = s * 2 + int(c)
    return "EL" + body + str(s * 2 % 11 % 10)


def be_vat():
    n = R.randint(4000000, 9999999)
    return "BE0%07d%02d" % (n, 97 - n % 97)


def ubn():
    while True:
        body = digits(8)
        s = 0
        for c, w in zip(body, (1, 2, 1, 2, 1, 2, 4, 1)):
            v = int(c) * w
            s += v // 10 + v % 10
        if s % 10 == 0 and body[6] != "7" and body[0] != "0":
            return body


def cn_patent(year="2015", kind="1"):
    body = year + kind + digits(7)
    k = sum(int(c) * w for c, w in zip(body, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5))) % 11
    return body + "." + ("X" if k == 10 else str(k))
