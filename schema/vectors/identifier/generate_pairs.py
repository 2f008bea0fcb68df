#!/usr/bin/env python3
"""Writes pairs.csv: labelled pairs of identifiers with the tricks of evasive sellers and the near-misses of honest ones.

Every value is made here with a fixed seed or written by hand; check digits are valid, no real person or offender is meant.
Names of brands and platforms are trademarks of their owners and stand for the shape of an address only. Apache-2.0.
"""
import csv
import random
import sys

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


# --- check digits -----------------------------------------------------------------------------------------------------
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


# --- dress ------------------------------------------------------------------------------------------------------------
def shift(base, latin=True):
    """Digits, and perhaps letters, moved to another block."""
    def dress(text):
        out = ""
        for c in text:
            if c.isdigit():
                out += chr(base["0"] + int(c))
            elif latin and c.isalpha() and "A" in base:
                out += chr(base["A"] + ord(c.upper()) - 65)
            else:
                out += c
        return out
    return dress


MATH_BOLD = shift({"0": 0x1D7CE, "A": 0x1D400})
MATH_MONO = shift({"0": 0x1D7F6, "A": 0x1D670})
DOUBLE = shift({"0": 0x1D7D8})
ARABIC = shift({"0": 0x0660})
PERSIAN = shift({"0": 0x06F0})
DEVANAGARI = shift({"0": 0x0966})
THAI = shift({"0": 0x0E50})
MONGOLIAN = shift({"0": 0x1810})
SQUARED = shift({"0": 0x1D7EC, "A": 0x1F130})
NEGATIVE = shift({"0": 0x30, "A": 0x1F150})
BLOCK = shift({"0": 0x30, "A": 0x1F170})
FLAGS = shift({"0": 0x30, "A": 0x1F1E6})


def circled(text):
    return "".join("⓪" if c == "0" else chr(0x2460 + int(c) - 1) if c.isdigit() else c for c in text)


def dingbat(text):
    return "".join("⓿" if c == "0" else chr(0x2776 + int(c) - 1) if c.isdigit() else c for c in text)


def sans_circled(text):
    return "".join("🄋" if c == "0" else chr(0x2780 + int(c) - 1) if c.isdigit() else c for c in text)


def superscript(text):
    return text.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def subscript(text):
    return text.translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def keycap(text):
    return "".join(c + "\ufe0f\u20e3" if c.isdigit() else c for c in text)


def numerals(text):
    return text.translate(str.maketrans("0123456789", "〇一二三四五六七八九"))


def financial(text):
    return text.translate(str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖"))


def financial_trad(text):
    return text.translate(str.maketrans("0123456789", "零壹貳參肆伍陸柒捌玖"))


def cyrillic(text):
    return text.translate(str.maketrans("ABCEHKMOPTXYaceopxyis", "АВСЕНКМОРТХУасеорхуіѕ"))


def greek(text):
    return text.translate(str.maketrans("ABEHIKMNOPTXYZ", "ΑΒΕΗΙΚΜΝΟΡΤΧΥΖ"))


def cherokee(text):
    return text.translate(str.maketrans("ABCDEGHJKLMPRSTVWZ", "ᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃ"))


def lisu(text):
    return text.translate(str.maketrans("BPDTGKJCZFMNLSRVHWXYAEIOU", "ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ"))


def between(text, mark, every=3):
    return mark.join(text[i:i + every] for i in range(0, len(text), every))


INVISIBLE = {
    "soft_hyphen": "\u00ad", "word_joiner": "\u2060", "rlm": "\u200f", "lre_pdf": "\u202a\u202c", "variation_selector": "\ufe0f",
    "tag_characters": "\U000e0041\U000e007f", "grapheme_joiner": "\u034f", "hangul_filler": "\u3164", "bom": "\ufeff", "isolates": "\u2066\u2069",
    "mongolian_vowel_separator": "\u180e", "interlinear": "\ufff9", "nul": "\x01", "invisible_times": "\u2062", "variation_supplement": "\U000e0100",
}
SPACES = {
    "nbsp": "\u00a0", "thin": "\u2009", "ogham_space": "\u1680", "braille_blank": "\u2800", "narrow_nbsp": "\u202f", "figure_space": "\u2007",
    "tab": "\t", "ideographic": "\u3000",
}
DASHES = {
    "non_breaking_hyphen": "\u2011", "en_dash": "\u2013", "em_dash": "\u2014", "minus": "\u2212", "wave": "～", "middle_dot": "·", "bullet": "•",
    "katakana_dot": "・", "slash": "/", "underscore": "_", "star": "★", "dot": ".", "heart": "❤", "horizontal_bar": "―", "small_hyphen": "﹣",
}
DIGIT_DRESS = [
    ("math_bold", MATH_BOLD), ("math_mono", MATH_MONO), ("double_struck", DOUBLE), ("arabic_indic", ARABIC), ("persian", PERSIAN),
    ("devanagari", DEVANAGARI), ("thai", THAI), ("mongolian", MONGOLIAN), ("circled", circled), ("dingbat", dingbat), ("sans_circled", sans_circled),
    ("superscript", superscript), ("subscript", subscript), ("keycap", keycap), ("segmented", shift({"0": 0x1FBF0})), ("nko", shift({"0": 0x07C0})),
]
NUMERAL_DRESS = [("chinese_numerals", numerals), ("financial_numerals", financial), ("financial_trad", financial_trad)]
LETTER_DRESS = [
    ("cyrillic", cyrillic), ("greek", greek), ("cherokee", cherokee), ("lisu", lisu), ("squared", SQUARED), ("negative_circled", NEGATIVE),
    ("negative_squared", BLOCK), ("regional_indicators", FLAGS), ("math_letters", MATH_BOLD),
]


def dressed(kind, make, dress, count=1):
    for trick, change in dress:
        for _ in range(count):
            value = make()
            same(kind, value, change(value), trick)


def marked(kind, make, marks, every=3):
    for trick, mark in marks.items():
        value = make()
        same(kind, value, between(value, mark, every), trick)


def some(table, *names):
    return {name: table[name] for name in names}


# --- organisations ----------------------------------------------------------------------------------------------------
def organisations():
    dressed("cn_uscc", uscc, DIGIT_DRESS[:11] + LETTER_DRESS)
    marked("cn_uscc", uscc, INVISIBLE)
    marked("cn_uscc", uscc, SPACES, 6)
    marked("cn_uscc", uscc, DASHES, 6)
    for label in ["纳税人识别号：{}", "营业执照号 {}", "信用代码【{}】", "社会信用代码:{}（三证合一）", "注册号/统一社会信用代码：{}", "Unified Social Credit Code: {}",
                  "USCI-{}", "『{}』", "{}（副本1-1）", "税号 {} 。", "\"{}\"", "'{}", "=\"{}\"", "統一社會信用代碼：{}", "Credit Code No. {}"]:
        value = uscc()
        same("cn_uscc", value, label.format(value), "label")
    for letter, digit in (("O", "0"), ("I", "1"), ("Z", "2"), ("S", "5"), ("o", "0"), ("i", "1")):
        value = uscc("110105")
        same("cn_uscc", value, value[:8].replace(digit, letter) + value[8:], "letters_that_cannot_occur")
    value = uscc()
    same("cn_uscc", value, value[8:17], "organisation_code_inside")
    same("cn_uscc", value, value[8:16] + "-" + value[16], "organisation_code_inside")
    for _ in range(5):
        value = uscc()
        diff("cn_uscc", value, uscc(), "other_company")
        diff("cn_uscc", value, value[:-1] + R.choice(A31.replace(value[-1], "")), "failed_check")
        swap = value[:9] + value[10] + value[9] + value[11:]
        if swap != value:
            diff("cn_uscc", value, swap, "transposed")
    diff("cn_uscc", uscc(), "914403005840570000", "spreadsheet_zeros")
    diff("cn_uscc", uscc(), "9.14403E+17", "scientific")
    lei = lambda: mod97("5493" + "00" + "".join(R.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(12)))
    dressed("lei", lei, [DIGIT_DRESS[0], DIGIT_DRESS[3], DIGIT_DRESS[13]] + LETTER_DRESS[:3] + LETTER_DRESS[4:])
    marked("lei", lei, some(INVISIBLE, "soft_hyphen", "tag_characters", "hangul_filler", "isolates"))
    marked("lei", lei, some(DASHES, "en_dash", "middle_dot", "slash", "underscore", "dot"), 4)
    for label in ["LEI Code: {}", "Legal Entity Identifier {}", "法人机构识别编码：{}", "urn:lei:{}", "[{}]", "LEI：{} (ISSUED)"]:
        value = lei()
        same("lei", value, label.format(value), "label")
    for _ in range(3):
        value = lei()
        diff("lei", value, lei(), "other_entity")
        diff("lei", value, value[:-2] + "%02d" % ((int(value[-2:]) + 5) % 97), "failed_check")
        diff("lei", value, value.replace("0", "O", 1), "O_for_0_is_no_repair")
    dressed("tw_ubn", ubn, DIGIT_DRESS[3:9] + NUMERAL_DRESS)
    for label in ["統編 {}", "統一編號 {}", "Tax ID: {}", "（{}）", "UBN No.{}", "VAT No. {}", "{}.0", "公司統編：{}號"]:
        value = ubn()
        same("tw_ubn", value, label.format(value), "label")
    for _ in range(3):
        value = ubn()
        diff("tw_ubn", value, ubn(), "other_company")
    for make, kind in ((lambda: "98-" + digits(7), "us_ein"), (lambda: str(R.randint(1, 8)) + digits(8), "duns")):
        dressed(kind, make, [DIGIT_DRESS[i] for i in (0, 3, 6, 9, 11, 13)] + NUMERAL_DRESS[:1])
        marked(kind, make, some(INVISIBLE, "word_joiner", "rlm", "bom"))
        for label in (["FEIN: {}", "Federal EIN {}", "IRS No. {}", "税号：{}"] if kind == "us_ein" else ["D&B D-U-N-S Number: {}", "邓白氏编码：{}", "DUNS® {}", "DUNS# {}", "邓氏编码 {}"]):
            value = make()
            same(kind, value, label.format(value), "label")
        value = make()
        diff(kind, value, make(), "other_company")
    same("us_ein", "01-2345670", "12345670", "lost_leading_zero")
    same("us_ein", "052345678", "52345678.0", "lost_leading_zero")
    diff("us_ein", "12-3456780", "21-3456780", "transposed")
    same("duns", "00-512-3467", "5123467", "lost_leading_zero")
    same("duns", "052-013-366", "52013366", "lost_leading_zero")
    for make in (de_vat, pl_vat):
        dressed("eu_vat", make, [DIGIT_DRESS[i] for i in (0, 3, 8, 13)] + LETTER_DRESS[4:6])
        marked("eu_vat", make, some(DASHES, "dot", "en_dash", "slash"), 4)
        marked("eu_vat", make, some(INVISIBLE, "soft_hyphen", "tag_characters"))
        for label in ["VAT ID: {}", "EU VAT No {}", "USt-IdNr. {}", "TVA: {}", "（{}）", "欧盟税号：{}"]:
            value = make()
            same("eu_vat", value, label.format(value), "label")
        for _ in range(2):
            value = make()
            diff("eu_vat", value, make(), "other_company")
            diff("eu_vat", value, value[:-1] + str((int(value[-1]) + 1) % 10), "failed_check")
    value = el_vat()
    same("eu_vat", value, "GR" + value[2:], "greek_prefix")
    same("eu_vat", value, "ΕL " + value[2:], "greek_letter")
    value = be_vat()
    same("eu_vat", value, "BE " + value[3:6] + "." + value[6:9] + "." + value[9:], "old_nine_digits")
    same("eu_vat", value, "BTW " + value[:2] + " " + value[2:], "label")
    diff("eu_vat", be_vat(), be_vat(), "other_company")
    for a, b, trick in [("DE1234567890", "EORI DE 123 456 7890", "label"), ("GR094259216", "EL094259216", "greek_prefix"), ("PL526104082800000", "pl 5261040828 00000", "spaces"),
                        ("GB123456789000", "GB 1234 5678 9000", "spaces"), ("FR12345678900012", "EORI-Number: FR12345678900012", "label"), ("NL123456789", "ＮＬ１２３４５６７８９", "fullwidth"),
                        ("IT01234567890", "EORI No.: IT 01234567890", "label"), ("ES A12345678".replace(" ", ""), "ES-A12345678", "hyphen")]:
        same("eori", a, b, trick)
    diff("eori", "DE1234567890", "DE1234567891", "one_digit")
    diff("eori", "DE1234567890", "NL1234567890", "country")
    diff("eori", "GB123456789000", "XI123456789000", "country")


# --- persons ----------------------------------------------------------------------------------------------------------
def persons():
    make = lambda: ric(R.choice(["110105", "310115", "440305", "330106"]), "19%02d%02d%02d" % (R.randint(50, 99), R.randint(1, 12), R.randint(1, 28)), "%03d" % R.randint(1, 999))
    dressed("cn_ric", make, DIGIT_DRESS[:12] + NUMERAL_DRESS[:2])
    marked("cn_ric", make, some(INVISIBLE, "soft_hyphen", "rlm", "variation_selector", "tag_characters", "isolates"))
    marked("cn_ric", make, some(SPACES, "nbsp", "braille_blank", "tab"), 6)
    for label in ["身份证号码 {}", "公民身份号码：{}", "ID Card No. {}", "居民身份证【{}】", "身分證字號：{}", "法人身份证：{}（已核验）", "'{}"]:
        value = make()
        same("cn_ric", value, label.format(value), "label")
    value = ric("110105", "19860605", "007")
    for cross in ["x", "Х", "х", "×", "Ⅹ", "Χ", "✕", "𝐗"]:
        same("cn_ric", value, value[:17] + cross, "check_character_dress")
    for _ in range(3):
        region, day, seq = "310115", "19%02d0%d1%d" % (R.randint(50, 99), R.randint(1, 9), R.randint(0, 9)), "%03d" % R.randint(1, 999)
        same("cn_ric", ric(region, day, seq), region + day[2:] + seq, "fifteen_digits")
    for _ in range(4):
        value = make()
        diff("cn_ric", value, make(), "other_person")
        diff("cn_ric", value, value[:16] + value[17] + value[16] if value[17] != "X" and value[16] != value[17] else make(), "transposed")
    diff("cn_ric", ric("310115", "19500101", "101"), ric("310115", "20500101", "101"), "century")
    diff("cn_ric", make(), "1.10105E+17", "scientific")

    mobile = lambda: R.choice(["138", "139", "150", "158", "176", "186", "188", "191"]) + str(R.randint(1, 9)) + digits(6) + str(R.randint(1, 7))
    dressed("phone_cn", mobile, DIGIT_DRESS + NUMERAL_DRESS)
    marked("phone_cn", mobile, INVISIBLE)
    marked("phone_cn", mobile, SPACES, 4)
    marked("phone_cn", mobile, DASHES, 4)
    for label in ["微信/手机：{}", "电话：{}（微信同号）", "V：{}", "Tel: {}", "tel:+86-{}", "联系人张三 {}", "☎️{}", "+86(0){}", "+86 0{}", "0086 {}", "0{}", "17951{}", "{}转8001",
                  "{} ext. 12", "{}#3", "https://wa.me/86{}", "WhatsApp: +86 {}", "（+８６）{}", "{}.0", "'{}", "86 {}", "(86){}", "⁺⁸⁶{}", "Mobile +86-{}"]:
        value = mobile()
        same("phone_cn", value, label.format(value), "label")
    for _ in range(3):
        value = "138" + "0" + digits(3) + "1" + digits(2) + "7"
        same("phone_cn", value, value.replace("0", "O").replace("1", "l"), "letters_for_digits")
        same("phone_cn", value, value.replace("0", "o"), "letters_for_digits")
    value = mobile()
    same("phone_cn", value, value + " / " + mobile(), "two_numbers")
    same("phone_cn", value, mobile() + "；" + value, "two_numbers")
    for a, b in [("0755-83376254", "755 8337 6254"), ("010-62373618", "+86 (10) 6237 3618"), ("021-62373618", "0086-021-62373618"), ("0571-87654329", "0571-87654329转801"),
                 ("0571-87654329", "0571-87654329 分机 12"), ("0755-83376254", "（0755）８３３７６２５４"), ("020-38271645", "86-20-38271645"), ("020-38271645", "020—38271645")]:
        same("phone_cn", a, b, "landline")
    for _ in range(5):
        value = mobile()
        diff("phone_cn", value, mobile(), "other_line")
        diff("phone_cn", value, value[:-1] + str((int(value[-1]) + 1) % 10), "one_digit")
        diff("phone_cn", value, "+1" + value[1:], "country")
    diff("phone_cn", "010-62373618", "021-62373618", "area_code")
    diff("phone_cn", "0571-87654329", "0571-87654328", "one_digit")
    diff("phone_cn", "13800138000", "138****8000", "masked")
    for region, a, b, label, trick in [
        ("us", "(415) 223-4567", "+1-415-223-4567", "same", "trunk"), ("us", "1-800-356-9377", "1-800-FLOWERS", "same", "vanity"), ("us", "415.223.4567", "+1 (415) 223 4567 ext 9", "same", "extension"),
        ("us", "011 44 20 7946 1234", "+44 20 7946 1234", "same", "idd"), ("gb", "020 7123 4567", "+44 (0)20 7123 4567", "same", "trunk"), ("de", "030 901820", "+49 (0) 30 901820", "same", "trunk"),
        ("it", "06 698 12345", "+39 06 69812345", "same", "italian_zero"), ("mx", "+52 1 55 4321 5679", "+52 55 4321 5679", "same", "mobile_one"), ("ru", "8 912 345-67-89", "+7 (912) 345 67 89", "same", "trunk_8"),
        ("hk", "9123 4567", "+852-91234567", "same", "no_trunk"), ("jp", "090-4321-5679", "+81 90 4321 5679", "same", "trunk"), ("vn", "0912347658", "84 912 347 658", "same", "no_plus"),
        ("ar", "011 15-2345-6789", "+54 9 11 2345 6789", "same", "mobile_nine"), ("kr", "010-1234-5679", "82-10-1234-5679", "same", "no_plus"), ("in", "098765 43210", "+91 98765 43210", "same", "trunk"),
        ("us", "(415) 223-4567", "(415) 223-4568", "different", "one_digit"), ("gb", "020 7123 4567", "0121 712 3456", "different", "area_code"), ("it", "06 698 12345", "+39 6 69812345", "different", "italian_zero"),
        ("hk", "9123 4567", "+853 9123 4567", "different", "country"), ("de", "030 901820", "040 901820", "different", "area_code"),
    ]:
        pair("phone_" + region, a, b, label, trick)
    for a, b in [("(02)2786-1188", "02-27861188轉12"), ("(02)2786-1188", "02-27861188#12"), ("(02)2786-1188", "+886 (0)2 2786 1188"), ("0912-347-658", "+886912347658"), ("0912-347-658", "886-912-347-658"),
                 ("0912-347-658", "〇九一二三四七六五八"), ("(04)2463-6000", "市話：04 2463 6000 分機 5")]:
        same("phone_tw", a, b, "extension_or_trunk")

    names = ["topseller{}", "wang.fang{}", "liu_yang{}", "shop-owner{}", "mei.chen{}"]
    box = lambda: R.choice(names).format(R.randint(100, 99999))
    for trick, form in [
        ("mailto_query", "mailto:{l}@{d}?subject=hi"), ("display_name", "\"Wang, Fang\" <{l}@{d}>"), ("at_words", "{l} (at) {d}"), ("at_brackets", "{l}[at]{dd}"), ("at_dot_words", "{l} at {ddot}"),
        ("hash_for_at", "{l}#{d}"), ("percent_at", "{l}%40{d}"), ("chinese_label", "联系邮箱：{l}@{d}"), ("glued_label", "邮箱{l}@{d}"), ("trailing_dot", "{l}@{d}."), ("fullwidth_at", "{l}＠{d}"),
        ("small_at", "{l}﹫{d}"), ("ideographic_stop", "{l}@{didea}"), ("quoted_local", "\"{l}\"@{d}"), ("comment", "{l}(sales)@{d}"), ("upper", "{L}@{D}"), ("bracketed", "【{l}@{d}】"),
        ("spaces", "{l} @ {d}"), ("html", "<a href='mailto:{l}@{d}'>"), ("fullwidth", None), ("entity", "{l}&#64;{d}"), ("semicolon", "{l}@{d};"),
    ]:
        for domain in ["qq.com", "acme-shop.de"]:
            local = box()
            value = f"{local}@{domain}"
            if form is None:
                other = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value)
            else:
                other = form.format(l=local, d=domain, L=local.upper(), D=domain.upper(), dd=domain.replace(".", "[dot]"), ddot=domain.replace(".", " dot "), didea=domain.replace(".", "。"))
            same("email", value, other, trick)
    for a, b, trick in [
        ("maria.lopez88@me.com", "maria.lopez88@icloud.com", "apple_alias"), ("maria.lopez88@mac.com", "maria.lopez88+shop@icloud.com", "apple_alias"), ("a-b.c77@ya.ru", "a.b.c77@yandex.com", "yandex_alias"),
        ("ivan.petrov@yandex.kz", "ivan-petrov@yandex.ru", "yandex_alias"), ("john.smith@protonmail.com", "johnsmith@proton.me", "proton_alias"), ("john_smith@pm.me", "john-smith+x@proton.me", "proton_alias"),
        ("mei.chen@hotmail.com", "Mei.Chen+taobao@HOTMAIL.com", "plus"), ("mei.chen@live.cn", "mei.chen+1@live.cn", "plus"), ("kim77@fastmail.com", "kim77+x@fastmail.com", "plus"),
        ("m.e.i.chen@gmail.com", "meichen+a+b@googlemail.com", "dots_and_plus"), ("mеichen@gmail.com", "meichen@gmail.com", "cyrillic_at_ascii_provider"), ("ｍeichen@gmail．com", "mei.chen@gmail.com", "fullwidth"),
        ("用户@例子.中国", "用户@xn--fsqu00a.xn--fiqs8s", "idn_domain"), ("mei@bücher-laden.de", "mei@xn--bcher-laden-thb.de", "idn_domain"), ("sales@acme-shop.de", "Sales@ACME-shop.DE", "role_mailbox"),
        ("meichen@gm\u00adail.com", "meichen@gmail.com", "soft_hyphen"), ("ⓜⓔⓘchen@gmail.com", "meichen@gmail.com", "circled"), ("meichen７７@163.com", "meichen77@163.com", "fullwidth_digits"),
    ]:
        same("email", a, b, trick)
    for a, b, trick in [
        ("mei.chen@qq.com", "meichen@qq.com", "dots_outside_gmail"), ("mei.chen@163.com", "meichen@163.com", "dots_outside_gmail"), ("mei.chen@icloud.com", "meichen@icloud.com", "dots_outside_gmail"),
        ("meichen@163.com", "meichen@126.com", "sister_domain"), ("meichen@qq.com", "meichen@foxmail.com", "sister_domain"), ("meichen@outlook.com", "meichen@hotmail.com", "sister_domain"),
        ("meichen+a@acme-shop.de", "meichen+b@acme-shop.de", "plus_at_unknown_domain"), ("meichen@acme-shop.de", "meichen+a@acme-shop.de", "plus_at_unknown_domain"), ("meichen@gmail.com", "meichen@gmail.co", "other_tld"),
        ("meichen@gmail.com", "meichen@gmаil.com", "homograph_domain"), ("meichen@acme-shop.de", "mеichen@acme-shop.de", "homograph_local"), ("mei-chen@yahoo.com", "mei@yahoo.com", "yahoo_hyphen"),
        ("mei.chen@acme.de", "mei.chen@mail.acme.de", "subdomain"), ("mei_chen@gmail.com", "meichen@gmail.com", "underscore"), ("meichen1@gmail.com", "meichenl@gmail.com", "one_or_l"),
        ("me0chen@gmail.com", "meochen@gmail.com", "zero_or_o"), ("noreply@acme-shop.de", "noreply@acme-shop.de ", "machine_mailbox"), ("info@qq.com", "INFO@qq.com", "role_at_provider"),
        ("abc@mailinator.com", "ABC@mailinator.com", "disposable"), ("jane@example.com", "JANE@example.com", "reserved_domain"), ("mei@chen.com", "meichen@.com", "malformed"),
    ]:
        diff("email", a, b, trick)

    card = lambda: luhn(R.choice(["621700", "622848", "621661", "625965"]) + digits(12))
    dressed("bank_card", card, [DIGIT_DRESS[i] for i in (0, 3, 5, 9, 10, 13)] + NUMERAL_DRESS[:2])
    marked("bank_card", card, some(DASHES, "en_dash", "dot", "slash", "star"), 4)
    marked("bank_card", card, some(INVISIBLE, "soft_hyphen", "bom", "tag_characters"), 4)
    for label in ["银行卡号：{}（工商银行）", "Card No. {}", "收款账号 {}", "UnionPay {}", "户名：张三 卡号：{}", "'{}", "=\"{}\""]:
        value = card()
        same("bank_card", value, label.format(value), "label")
    for _ in range(3):
        value = card()
        diff("bank_card", value, card(), "other_card")
        diff("bank_card", value, value[:6] + "*" * 9 + value[-4:], "masked")
        diff("bank_card", value, value[:15] + "0" * (len(value) - 15), "spreadsheet_zeros")
    diff("bank_card", "4111111111111111", "4111 1111 1111 1111", "specimen")
    account = lambda: R.choice([iban("DE", digits(18)), iban("AT", digits(16)), iban("NL", "ABNA" + digits(10)), iban("ES", digits(20)) , iban("BE", digits(12))])
    dressed("iban", lambda: iban("DE", digits(18)), [DIGIT_DRESS[i] for i in (0, 3, 9, 13)])
    dressed("iban", lambda: iban("NL", "ABNA" + digits(10)), LETTER_DRESS[:2] + LETTER_DRESS[4:7])
    marked("iban", lambda: iban("DE", digits(18)), some(DASHES, "en_dash", "dot", "slash", "underscore"), 4)
    marked("iban", lambda: iban("AT", digits(16)), some(INVISIBLE, "soft_hyphen", "bom", "rlm"), 4)
    for label in ["IBAN: {} / BIC COBADEFFXXX", "Konto {}", "IBAN-{}", "银行账号：{}", "IBAN（{}）"]:
        value = iban("DE", digits(18))
        same("iban", value, label.format(value), "label")
    for _ in range(3):
        value = iban("DE", digits(18))
        diff("iban", value, iban("DE", digits(18)), "other_account")
        diff("iban", value, value[:-2] + value[-1] + value[-2] if value[-1] != value[-2] else iban("DE", digits(18)), "transposed")
    for a, b, trick in [("CHN | EJ1234567", "China | EJ1234567", "country_name"), ("CHN | EJ1234567", "中国 | EJ1234567", "country_name"), ("CHN | EJ1234567", "CN | ej 123 4567", "alpha2"),
                        ("CHN | EJ1234567", "PRC｜EJ-1234567", "fullwidth_bar"), ("CHN | EJ1234567", "CHN | 护照号码：EJ1234567", "label"), ("CHN | EJ1234567", "CHN | Passport No. EJ1234567", "label"),
                        ("DEU | C01X00T47", "D<< | C01X00T47<", "mrz"), ("DEU | C01X00T47", "Germany | ＣО1X00T47".replace("О", "0"), "fullwidth"), ("VNM | B1234567", "Viet Nam | B1234567", "country_name"),
                        ("CHN | EJ1234567", "CHN | ЕJ1234567", "cyrillic"), ("GBR | 123456789", "UK | 123 456 789", "country_name"), ("CHN | EJ1234567", "CHN | EJ𝟏𝟐𝟑𝟒𝟓𝟔𝟕", "math_digits"), ("TWN | 312345678", "台灣 | 312345678", "country_name")]:
        same("passport", a, b, trick)
    for a, b, trick in [("CHN | EJ1234567", "CHN | EJ1234576", "transposed"), ("CHN | EJ1234567", "HKG | EJ1234567", "country"), ("CHN | G12345678", "CHN | E12345678", "series"), ("DEU | C01X00T47", "DEU | CO1X00T47", "O_for_0")]:
        diff("passport", a, b, trick)
    for a, b, trick in [
        ("alipay | 15088915719", "支付宝 | 150-8891-5719", "provider_name"), ("alipay | 15088915719", "支付寶：15088915719", "provider_name"), ("alipay | 15088915719", "ＡＬＩＰＡＹ｜一五〇八八九一五七一九", "numerals"),
        ("wechatpay | 15088915719", "微信支付 | +86 150 8891 5719", "provider_name"), ("wechatpay | 15088915719", "WeChat Pay | 15088915719", "provider_name"), ("wechatpay | wxid_ab12cd", "微信 | WXID_AB12CD", "case"),
        ("paypal | liu.yang9587@gmail.com", "PayPal | liuyang9587+x@googlemail.com", "mail_alias"), ("paypal | me:liuyang", "PayPal | https://paypal.me/LiuYang", "link"), ("paypal | me:liuyang", "paypal | https://www.paypal.com/paypalme/liuyang", "link"),
        ("unionpay | " + luhn("621700123456789012"), "银联 | 卡号 ".replace("卡号 ", "") + between(luhn("621700123456789012"), " ", 4), "card"), ("alipay | 2088102345678901", "支付宝 | 2088 1023 4567 8901", "account_number"),
        ("bank | " + iban("DE", "370400440532013077"), "银行 | IBAN " + between(iban("DE", "370400440532013077"), " ", 4), "iban"), ("payoneer | shop.mei@gmail.com", "派安盈 | shopmei@gmail.com", "mail_alias"),
        ("pingpong | mei.chen@163.com", "PingPong | Mei.Chen@163.com", "case"), ("lianlian | mei.chen@163.com", "连连支付 | mei.chen@163.com", "provider_name"), ("worldfirst | mei.chen@163.com", "万里汇 | mailto:mei.chen@163.com", "provider_name"),
    ]:
        same("payee", a, b, trick)
    for a, b, trick in [
        ("alipay | 15088915719", "alipayhk | 15088915719", "sister_provider"), ("alipay | 15088915719", "tenpay | 15088915719", "other_provider"), ("paypal | mei.chen@163.com", "payoneer | mei.chen@163.com", "other_provider"),
        ("alipay | 15088915719", "alipay | 15088915718", "one_digit"), ("stripe | acct_1aBcDe", "stripe | acct_1abcde", "case_matters"), ("wechatpay | wxid_ab12cd", "wechatpay | wxid_ab12ce", "one_char"),
        ("alipay | 150****5719", "alipay | 150****5719", "masked"), ("alipay | 2088102345678901", "alipay | 2088102345678902", "one_digit"),
    ]:
        diff("payee", a, b, trick)
    eth = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    for other, trick in [(eth.lower()[2:], "no_prefix"), ("ethereum:" + eth + "@1?value=1", "uri"), ("https://etherscan.io/address/" + eth, "explorer"), ("ETH地址：" + eth, "label"), (eth[:20] + "\u200b" + eth[20:], "zwsp"),
                         (eth[:22] + " " + eth[22:], "space"), ("".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in eth), "fullwidth"), ("0X" + eth[2:].upper(), "upper")]:
        same("wallet_eth", eth, other, trick)
    diff("wallet_eth", eth, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "failed_case_check")
    diff("wallet_eth", eth, eth.lower()[:-1] + "c", "one_char")
    diff("wallet_eth", "0x0000000000000000000000000000000000000000", "0x" + "0" * 40, "burn_address")
    segwit = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    for other, trick in [(segwit.upper(), "upper"), ("bitcoin:" + segwit + "?amount=0.1", "uri"), ("BTC: " + segwit, "label"), (segwit[:10] + "\u00ad" + segwit[10:], "soft_hyphen"), ("BITCOIN:" + segwit.upper(), "qr_upper")]:
        same("wallet_btc", segwit, other, trick)
    diff("wallet_btc", segwit, segwit[:-1] + "5", "failed_check")
    diff("wallet_btc", segwit, "Bc1" + segwit[3:], "mixed_case")
    diff("wallet_btc", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNA", "case_matters")
    same("wallet_btc", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "比特币：1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "label")
    same("wallet_btc", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "https://www.blockchain.com/btc/address/1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "explorer")


# --- names and hosts --------------------------------------------------------------------------------------------------
def names():
    cn = [
        ("深圳市腾岳智能科技有限公司", "深圳市騰嶽智慧科技有限公司", None),
        ("广州市馨悦化妆品有限公司", "廣州市馨悅化粧品有限公司", "variant"), ("广东鸿图制衣有限公司", "広東鴻図製衣有限公司", "japanese_forms"), ("上海里程电子有限公司", "上海裏程電子有限公司", "variant"),
        ("香港卫康实业有限公司", "香港衞康實業有限公司", "hong_kong_form"), ("台湾面包工坊股份有限公司", "臺灣麵包工坊(股)公司", "short_form"), ("杭州群峰户外用品有限公司", "杭州羣峯戶外用品有限公司", "variant"),
        ("北京启航为民商贸有限公司", "北京啟航爲民商貿有限公司", "variant"), ("厦门黄记食品有限公司", "廈門黃記食品有限公司", "trad"), ("宁波产销联贸易有限公司", "寧波產銷聯貿易有限責任公司", "trad_suffix"),
        ("苏州线上家具有限公司", "蘇州綫上傢具有限公司", "variant"), ("义乌市鸡鸣日用品有限公司", "義烏市雞鳴日用品有限公司", "trad"), ("西安长安门窗有限公司", "⻄安⻓安⻔窗有限公司", "cjk_radicals"),
        ("青山马具有限公司", "⾭⼭⾺具有限公司", "kangxi_radicals"), ("重庆见龙鞋业有限公司", "重庆⻅⻰鞋业有限公司", "cjk_radicals"), ("汕头市欧莱皮具有限公司", "汕頭市歐萊皮具有限公司", "trad"),
        ("温州市双喜鞋业有限公司", "温州市双喜鞋业有限责任公司。", "punctuation"), ("东莞市明德五金有限公司", "东莞市明德五金有限公司(印章)".replace("(印章)", ""), None), ("佛山市顺德区乐家电器有限公司", "佛山市順德區樂家電器有限公司", "trad"),
        ("东莞市A&B电子有限公司", "东莞市Ａ＆Ｂ電子有限公司", "fullwidth_latin"), ("深圳市ABC科技有限公司", "深圳市АВС科技有限公司", "cyrillic_in_han"), ("深圳市ABC科技有限公司", "深圳市abc科技有限公司", "case"),
        ("深圳市3D打印科技有限公司", "深圳市③D打印科技有限公司", "circled"), ("杭州一九八四文化有限公司", "杭州一九八四文化有限責任公司", "trad_suffix"), ("株式会社東和商事", "㈱東和商事", "corporate_sign"),
        ("株式会社東和商事", "株式會社东和商事", "trad"), ("台灣精密股份有限公司", "台湾精密（股）公司", "short_form"), ("上海贝壳（闵行）贸易有限公司", "上海贝壳〔闵行〕贸易有限公司", "brackets"),
        ("上海贝壳（闵行）贸易有限公司", "上海贝壳【闵行】贸易有限公司", "brackets"), ("上海贝壳（闵行）贸易有限公司", "上海贝壳﹙闵行﹚贸易有限公司", "small_brackets"), ("上海贝壳贸易有限公司", "上海·贝壳·贸易有限公司", "middle_dots"),
        ("上海贝壳贸易有限公司", "上 海 贝 壳 贸 易 有 限 公 司", "spaced"), ("上海贝壳贸易有限公司", "公司名称：上海贝壳贸易有限公司", "label"), ("上海贝壳贸易有限公司", "「上海贝壳贸易有限公司」", "quotes"),
        ("上海贝壳贸易有限公司", "上海贝壳贸易有\u00ad限\u2060公司", "ignorables"), ("上海贝壳贸易有限公司", "上海贝\U000e0100壳贸易有限公司", "ideographic_variation"), ("上海贝壳贸易有限公司", "上海-贝壳-贸易有限公司", "hyphens"),
        ("上海贝壳贸易有限公司", "\u202e上海贝壳贸易有限公司\u202c", "bidi"), ("上海贝壳贸易有限公司", "上海贝壳贸易責任有限公司", "suffix_order"), ("北京二〇二四科技有限公司", "北京二○二四科技有限公司", "circle_for_zero"),
        ("义乌市腾岳科技有限公司广州分公司", "義烏市騰岳科技有限責任公司廣州分公司", "branch_trad"), ("苏州工业园区和顺（有限合伙）", "蘇州工業園區和順(有限合夥)", "trad"),
    ]
    for a, b, trick in cn:
        if trick:
            same("legal_name_cn", a, b, trick)
    for a, b, trick in [
        ("上海贝壳贸易有限公司", "上海贝壳贸易集团有限公司", "group"), ("上海贝壳贸易有限公司", "上海贝壳控股有限公司", "holding"), ("上海贝壳贸易有限公司", "上海贝壳贸易有限公司闵行分公司", "branch"),
        ("上海贝壳贸易有限公司", "上海贝壳贸易股份有限公司", "stock"), ("上海贝壳贸易有限公司", "上海贝壳贸易商行", "business_form"), ("上海贝壳贸易有限公司", "上海贝壳贸易合伙企业（有限合伙）", "partnership"),
        ("上海贝壳贸易有限公司", "上海贝科贸易有限公司", "homophone"), ("上海贝壳贸易有限公司", "上海贝売贸易有限公司".replace("売", "亮"), "look_alike"), ("北京土成科技有限公司", "北京士成科技有限公司", "look_alike"),
        ("北京未来科技有限公司", "北京末来科技有限公司", "look_alike"), ("北京己方科技有限公司", "北京已方科技有限公司", "look_alike"), ("北京日新科技有限公司", "北京曰新科技有限公司", "look_alike"),
        ("北京天成科技有限公司", "北京夭成科技有限公司", "look_alike"), ("北京人和科技有限公司", "北京入和科技有限公司", "look_alike"), ("北京大成科技有限公司", "北京太成科技有限公司", "look_alike"),
        ("北京木兰科技有限公司", "北京本兰科技有限公司", "look_alike"), ("北京宏图科技有限公司", "北京鸿图科技有限公司", "homophone"), ("北京华美科技有限公司", "北京华镁科技有限公司", "homophone"),
        ("北京嘉禾科技有限公司", "北京佳禾科技有限公司", "homophone"), ("北京一成科技有限公司", "北京壹成科技有限公司", "financial_numeral"), ("北京一成科技有限公司", "北京二成科技有限公司", "number"),
        ("北京第一科技有限公司", "北京第1科技有限公司".replace("1", "二"), "number"), ("上海市第三制药厂", "上海市第四制药厂", "number"), ("深圳市贝壳贸易有限公司", "深圳贝壳贸易有限公司", "city_word"),
        ("贝壳贸易（上海）有限公司", "贝壳贸易（深圳）有限公司", "city"), ("贝壳贸易（上海）有限公司", "上海贝壳贸易有限公司", "order"), ("株式会社東和商事", "東和商事株式会社", "japanese_order"),
        ("株式会社東和商事", "有限会社東和商事", "japanese_form"), ("东莞市A&B电子有限公司", "东莞市AB电子有限公司", "ampersand"), ("上海贝壳贸易有限公司", "上海贝壳实业有限公司", "trade"),
        ("北京微微科技有限公司", "北京薇薇科技有限公司", "homophone"), ("北京金鑫科技有限公司", "北京金森科技有限公司", "look_alike"), ("成都晴川茶业有限公司", "成都睛川茶业有限公司", "look_alike"),
        ("成都拨云茶业有限公司", "成都拔云茶业有限公司", "look_alike"), ("成都味央茶业有限公司", "成都昧央茶业有限公司", "look_alike"), ("成都戊午茶业有限公司", "成都戌午茶业有限公司", "look_alike"),
        ("成都祇园茶业有限公司".replace("祇", "洛"), "成都络园茶业有限公司", "look_alike"), ("成都候氏茶业有限公司", "成都侯氏茶业有限公司", "look_alike"), ("成都辩才茶业有限公司", "成都辨才茶业有限公司", "look_alike"),
    ]:
        diff("legal_name_cn", a, b, trick)
    base = "SUNWAY TECH CO., LTD."
    for other, trick in [
        ("Sunway Tech Co.,Ltd", "spacing"), ("SUNWAY TECH COMPANY LTD", "long_form"), ("Sunway Tech Co Limited", "long_form"), ("S.U.N.W.A.Y TECH CO LTD", "dotted"), ("SUNWAY-TECH CO., LTD.", "hyphen"),
        ("SunWay Tech Co. Ltd", "case"), ("The Sunway Tech Co., Ltd.", "article"), ("SÚNWÀY TÉCH CO., LTD.", "diacritics"), ("ЅUNWАY TЕСН СО., LTD.", "cyrillic"), ("ΣUNWAY".replace("Σ", "S") + " ΤECΗ CO., LTD.", "greek"),
        ("𝐒𝐔𝐍𝐖𝐀𝐘 𝐓𝐄𝐂𝐇 𝐂𝐎., 𝐋𝐓𝐃.", "math_letters"), ("ⓢⓤⓝⓦⓐⓨ tech co., ltd.", "circled"), ("S U N W A Y T E C H C O L T D", "spaced_letters"), ("Sun\u200bway Tech Co., Ltd.", "zwsp"), ("\"Sunway Tech Co., Ltd.\"", "quotes"),
        ("Company Name: Sunway Tech Co., Ltd.", "label"), ("SUNWAY TECH CO.，LTD。", "chinese_punctuation"), ("SUNWAY\u00a0TECH\u2009CO.,\u202fLTD.", "spaces"), ("SUNWAY TECH（CO., LTD.）", "brackets"), ("sᴜɴᴡᴀʏ ᴛᴇᴄʜ co., ltd.", "small_caps"),
        ("SUNWAY TECH CO LTD", "bare"), ("Sunway Tech Co.，Ｌtd", "fullwidth"), ("SUNWAY TECH CO., LTD", "no_dot"), ("ᏚUNᎳAY TECH CO., LTD.", "cherokee"), ("SUNWAY TECH\nCO., LTD.", "line_break"), ("ŠUNWAY TECH CO., LTD.", "caron"),
    ]:
        same("legal_name_en", base, other, trick)
    for a, b, trick in [
        ("A & B Trading Ltd", "A and B Trading Limited", "ampersand"), ("Acme Inc.", "ACME Incorporated", "suffix"), ("Acme Corp.", "Acme Corporation", "suffix"), ("Acme L.L.C.", "Acme LLC", "dotted_suffix"),
        ("Acme GmbH", "ACME G.m.b.H.", "dotted_suffix"), ("Acme S.p.A.", "ACME SpA", "dotted_suffix"), ("Acme Sp. z o.o.", "ACME SP Z O O", "dotted_suffix"), ("Acme Pte. Ltd.", "ACME PTE LIMITED", "suffix"),
        ("Acme Pty Ltd", "Acme Pty. Limited", "suffix"), ("Acme S.A. de C.V.", "ACME SA DE CV", "dotted_suffix"), ("Acme Private Limited", "Acme Pvt. Ltd.", "suffix"), ("Acme Int'l Co., Ltd", "Acme International Co., Ltd", "abbreviation"),
        ("Acme Sdn. Bhd.", "ACME SDN BHD", "dotted_suffix"), ("Acme Limited Liability Company", "Acme LLC", "long_suffix"), ("Acme Public Limited Company", "ACME PLC", "long_suffix"), ("Acme S.à r.l.", "ACME SARL", "diacritic_suffix"),
        ("Müller Werkzeug GmbH", "MULLER WERKZEUG GMBH", "diacritics"), ("Łódź Trade Sp. z o.o.", "Lodz Trade sp. z o.o.", "stroke"), ("Acme Imp. & Exp. Co., Ltd", "Acme Import and Export Co., Ltd", "abbreviation"), ("Ørsted Shop ApS", "Orsted Shop ApS", "stroke"),
    ]:
        same("legal_name_en", a, b, trick)
    for a, b, trick in [
        ("Acme Ltd", "Acme LLC", "form"), ("Acme Ltd", "Acme Inc", "form"), ("Acme Co., Ltd", "Acme Ltd", "form"), ("Acme Ltd", "Acme Group Ltd", "group"), ("Acme Ltd", "Acme Holdings Ltd", "holding"),
        ("Acme (Shenzhen) Co., Ltd", "Acme (Ningbo) Co., Ltd", "city"), ("Acme Trading Co., Ltd", "Acme Technology Co., Ltd", "trade"), ("Acme No. 1 Factory", "Acme No. 2 Factory", "number"), ("Acme II Ltd", "Acme III Ltd", "roman"),
        ("Modern Tools Ltd", "Modem Tools Ltd", "rn_m"), ("Burnell Ltd", "Bumell Ltd", "rn_m"), ("Clark Ltd", "Clarke Ltd", "one_char"), ("Acme Shenzhen Branch Ltd", "Acme Shenzhen Ltd", "branch"), ("Acme Pte Ltd", "Acme Pty Ltd", "form"),
        ("Acme AG", "Acme GmbH", "form"), ("Acme SA", "Acme SAS", "form"), ("Acme 10 Ltd", "Acme IO Ltd", "digits"), ("Lentа Ltd".replace("а", "a"), "Leто Ltd".replace("то", "to"), "one_char"), ("Unlimited Toys Co", "Limited Toys Co", "word"),
        ("Vvatch Ltd", "Watch Ltd", "vv_w"), ("Acme+ Ltd", "Acme Ltd", "plus"), ("Acme Europe BV", "Acme Europe NV", "form"), ("Acme Bros Co", "Acme Bros Ltd", "form"),
    ]:
        diff("legal_name_en", a, b, trick)
    for a, b, trick in [
        ("acme-shop.com", "hxxps://acme-shop[.]com/path", "defanged"), ("acme-shop.com", "ACME-SHOP。COM", "ideographic_stop"), ("acme-shop.com", "acme-shop dot com", "dot_word"), ("acme-shop.com", "acme-shop(.)com", "defanged"),
        ("acme-shop.com", "https://user:pw@acme-shop.com:8443/x?y#z", "user_info"), ("acme-shop.com", "%61cme-shop.com", "percent"), ("acme-shop.com", "acme‑shop.com", "non_breaking_hyphen"), ("acme-shop.com", "acme—shop.com", "em_dash"),
        ("acme-shop.com", "https:\\\\acme-shop.com\\", "backslashes"), ("acme-shop.com", "官网：www.acme-shop.com", "label"), ("acme-shop.com", "Website: http://www.acme-shop.com/index.html", "label"), ("acme-shop.com", "WWW.ACME-SHOP.COM.", "case_dot"),
        ("acme-shop.com", "//acme-shop.com", "scheme_relative"), ("acme-shop.com", "acme\u00ad-shop.com", "soft_hyphen"), ("acme-shop.com", "𝐚𝐜𝐦𝐞-𝐬𝐡𝐨𝐩.𝐜𝐨𝐦", "math_letters"), ("acme-shop.com", "ⓐⓒⓜⓔ-shop.com", "circled"),
        ("acme-shop.com", "<https://acme-shop.com>", "angle_brackets"), ("acme-shop.com", "acme-shop.com:443", "port"), ("acme-shop.com", "ftp://acme-shop.com/a", "scheme"), ("bücher-laden.de", "xn--bcher-laden-thb.de", "punycode"),
        ("bücher-laden.de", "BU\u0308CHER-LADEN.DE", "decomposed"), ("例子商城.中国", "例子商城。中国", "ideographic_stop"), ("acme-shop.com", "acme-shop . com", "spaces"), ("acme-shop.com", "http：／／www.acme-shop.com／", "fullwidth_punctuation"),
        ("acme-shop.com", "www.acme-shop.com/%E4%B8%AD", "path"), ("acme-shop.co.uk", "www.acme-shop.co.uk", "www"), ("faß-laden.de", "xn--fa-laden-xya.de".replace("xn--fa-laden-xya.de", "FAß-LADEN.DE"), "sharp_s"),
    ]:
        same("domain", a, b, trick)
    for a, b, trick in [
        ("acme-shop.com", "асme-shop.com", "homograph"), ("acme-shop.com", "acme-shop.com.cn", "suffix"), ("acme-shop.com", "acme-shop.co", "tld"), ("acme-shop.com", "shop.acme.com", "subdomain"), ("acme-shop.com", "acme--shop.com", "hyphen"),
        ("acme-shop.com", "acrne-shop.com", "rn_m"), ("acme-shop.com", "https://acme-shop.com@evil-shop.net/", "user_info"), ("acme-shop.com", "https://evil-shop.net/acme-shop.com", "path"), ("acme-shop.com", "acme-shop.com.evil-shop.net", "prefix"),
        ("www.com", "com.com", "www_is_the_name"), ("a.myshopify.com", "b.myshopify.com", "shared_host"), ("acme.github.io", "other.github.io", "shared_host"), ("taobao.com", "www.taobao.com", "platform"), ("co.uk", "www.co.uk", "public_suffix"),
        ("bit.ly", "http://bit.ly/x", "shortener"), ("example.com", "www.example.com", "reserved"), ("192.168.1.1", "http://192.168.1.1/", "address"), ("0x7f.1", "127.0.0.1", "address"), ("straße-laden.de", "strasse-laden.de", "sharp_s"),
        ("paypa1-shop.com", "paypal-shop.com", "one_or_l"), ("ɡoods-shop.com", "goods-shop.com", "homograph"), ("shop.acme.de", "shop.acme.at", "tld"),
    ]:
        diff("domain", a, b, trick)


# --- goods ------------------------------------------------------------------------------------------------------------
def goods():
    ean = lambda: gs1("69" + str(R.randint(1, 4)) + digits(9))
    dressed("gtin", ean, DIGIT_DRESS + NUMERAL_DRESS[:2])
    marked("gtin", ean, some(INVISIBLE, "soft_hyphen", "rlm", "tag_characters", "bom"))
    marked("gtin", ean, some(DASHES, "en_dash", "dot", "slash", "middle_dot", "star"), 5)
    for form in ["(01)0{}", "010{}", "(01) 0{} (17) 261231 (10) AB1", "]C1010{}", "]d2010{}\x1d21A77", "https://id.gs1.org/01/0{}/21/A77", "https://acme-shop.de/01/0{}?17=261231", "EAN-13: {}", "GTIN-13 {}", "条形码：{}",
                 "JAN {}", "{}.0", "'{}", "=\"{}\"", "0{}", "GTIN14: 0{}", "商品条码 {} 。", "EAN13{}", "010{}10LOT7"]:
        value = ean()
        same("gtin", value, form.format(value), "gs1_or_label")
    value = ean()
    same("gtin", value, "%s.%sE+12" % (value[0], value[1:]), "scientific_complete")
    same("gtin", "0" + value, "urn:epc:id:sgtin:%s.0%s.77" % (value[:7], value[7:12]), "epc")
    upc = gs1("0" + digits(10))
    same("gtin", upc, upc[1:], "lost_leading_zero")
    same("gtin", gs1("00" + digits(9)), None, "x") if False else None
    for short in ["0425261", "0123450", "0654329", "1234560", "0987653"]:
        body = short[1:7]
        last = body[5]
        if last in "012":
            long = short[0] + body[:2] + last + "0000" + body[2:5]
        elif last == "3":
            long = short[0] + body[:3] + "00000" + body[3:5]
        elif last == "4":
            long = short[0] + body[:4] + "00000" + body[4]
        else:
            long = short[0] + body[:5] + "0000" + last
        full = gs1(long)
        same("gtin", full, short + full[-1], "upc_e")
        same("gtin", "0" + full, short + full[-1], "upc_e")
    for _ in range(4):
        value = ean()
        for indicator in "18":
            diff("gtin", value, gs1(indicator + value[:12]), "case_level")
        diff("gtin", value, gs1(value[:11] + str((int(value[11]) + 1) % 10)), "next_item")
        diff("gtin", value, "%s.%sE+12" % (value[0], value[1:6]), "scientific_rounded")
    for _ in range(40):
        body = ean()[:12]
        for at in range(11):
            if abs(int(body[at]) - int(body[at + 1])) == 5:
                swapped = body[:at] + body[at + 1] + body[at] + body[at + 2:]
                diff("gtin", gs1(body), gs1(swapped), "check_blind_swap")
                break
        if sum(1 for row in ROWS if row[4] == "check_blind_swap") >= 4:
            break
    diff("gtin", "0000000000000", "00000000000000", "filler")
    book = lambda: digits(9)
    for _ in range(6):
        body = "7" + digits(8)
        ten, thirteen = isbn10(body), gs1("978" + body)
        same("isbn", thirteen, "ISBN-10: " + ten, "label")
        same("isbn", ten, "ISBN-13 " + between(thirteen, "-", 3), "label")
        same("isbn", thirteen, "urn:isbn:" + ten, "urn")
        same("isbn", thirteen, ten.replace("X", "х"), "check_character")
        same("isbn", thirteen, "书号：" + between(ten, "–", 4), "en_dash")
        same("isbn", thirteen, ARABIC(thirteen), "arabic_indic")
        same("isbn", thirteen, "0" + thirteen, "gtin14")
        diff("isbn", thirteen, gs1("979" + "8" + body[1:]), "prefix_979")
        diff("isbn", ten, gs1("978" + body[:8] + str((int(body[8]) + 1) % 10)), "other_edition")
    body = "0" + digits(8)
    same("isbn", gs1("978" + body), isbn10(body)[1:], "lost_leading_zero")
    asin = lambda: "B0" + "".join(R.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(8))
    for form in ["https://www.amazon.com/dp/{}", "amazon.de/gp/product/{}?th=1", "ASIN：{}", "https://www.amazon.co.jp/-/en/Some-Name/dp/{}/ref=sr_1_3?x=1", "[{}]", "Amazon ASIN {}", "https://m.amazon.com/gp/aw/d/{}/", "https://www.amazon.com/product-reviews/{}"]:
        value = asin()
        same("asin", value, form.format(value), "address_or_label")
        same("asin", value, form.format(value.lower()), "lower")
    dressed("asin", asin, LETTER_DRESS[:1] + LETTER_DRESS[4:7] + DIGIT_DRESS[:1])
    for _ in range(3):
        value = asin()
        diff("asin", value, asin(), "other_item")
        diff("asin", "B0" + value[2:9] + "0", "B0" + value[2:9] + "O", "O_for_0")
        diff("asin", "B0" + value[2:9] + "1", "B0" + value[2:9] + "I", "I_for_1")
    brand = "Lumora"
    for other, trick in [
        ("ＬＵＭＯＲＡ", "fullwidth"), ("L u m o r a", "spaced"), ("Lumora®", "registered"), ("Lumora™", "trade_mark"), ("Lumora(R)", "registered_letters"), ("LUMORA℠", "service_mark"), ("Lumоrа", "cyrillic"), ("ᒪᑌᗰOᖇᗩ", "syllabics"),
        ("ʟᴜᴍᴏʀᴀ", "small_caps"), ("𝕃𝕦𝕞𝕠𝕣𝕒", "double_struck"), ("𝓛𝓾𝓶𝓸𝓻𝓪", "script"), ("🅛🅤🅜🅞🅡🅐", "negative_circled"), ("🅻🆄🅼🅾🆁🅰", "negative_squared"), ("🇱🇺🇲🇴🇷🇦", "regional_indicators"), ("L\u0336u\u0336m\u0336o\u0336r\u0336a\u0336", "struck_through"),
        ("Lúmörà", "diacritics"), ("Lumora\u200d", "zwj"), ("\"Lumora\"", "quotes"), ("LUMORA.", "dot"), ("Lu-mora", "hyphen"), ("品牌：Lumora", "label"), ("Brand: Lumora", "label"), ("ⓁⓤⓜⓞⓡⒶ", "circled"), ("Ꮮumora", "cherokee"),
        ("Lum\u00adora", "soft_hyphen"), ("ꓡꓴꓟꓳꓣꓮ", "lisu"), ("Lumօra", "armenian"), ("\u202eLumora\u202c", "bidi"), ("𝔏𝔲𝔪𝔬𝔯𝔞", "fraktur"), ("Lumοra", "greek"),
    ]:
        same("brand", brand, other, trick)
    for a, b, trick in [
        ("Fjällräven", "FJALLRAVEN", "diacritics"), ("Straßenkind", "STRASSENKIND", "sharp_s"), ("Smith & Wexler", "Smith and Wexler", "ampersand"), ("O'Dell", "O’Dell", "apostrophe"), ("ﾐﾅﾓﾘ", "ミナモリ", "halfwidth_kana"),
        ("茶颜悦色", "茶顏悅色", "trad"), ("廣豐", "广丰", "trad"), ("ﬂoraﬁne", "Florafine", "ligatures"), ("Mk Ⅱ", "MK II", "roman_numeral"), ("ТЕМА", "Тема", "native_script_case"), ("ΝΙΚΟΣ", "Νικος", "native_script_case"), ("Öko Test", "OKO-TEST", "diacritics"),
        ("Æther", "Aether", "ligature"), ("İstanbul", "istanbul", "turkish_i"), ("Dr. Lumen", "Dr Lumen", "dot"), ("気楽", "气乐", "japanese_form"), ("龍記", "龙记", "trad"),
    ]:
        same("brand", a, b, trick)
    for a, b, trick in [
        ("Lumora", "Lumura", "one_char"), ("Lumora", "Lumora Home", "word"), ("Lumora", "Lurnora", "rn_m"), ("Clio", "C1io", "l_1"), ("Solo", "So10", "digits"), ("Canal+", "Canal", "plus"), ("3.1 Lumen", "31 Lumen", "decimal"), ("Lumen 2", "Lumen 3", "number"),
        ("Mk II", "Mk III", "roman"), ("茶颜", "茶彦", "homophone"), ("土人", "士人", "look_alike"), ("ビッグ", "ピック", "kana_voicing"), ("ハナ", "バナ", "kana_voicing"), ("Лента", "Ленто", "one_char"), ("C&A", "CA", "ampersand"), ("Vvatch", "Watch", "vv_w"),
        ("Band", "Brand", "one_char"), ("Kia", "Ikea", "one_char"), ("未来", "末来", "look_alike"), ("Odin", "0din", "zero_o"), ("Bay", "Ebay", "prefix"), ("Мир", "Mup", "native_script"),
    ]:
        diff("brand", a, b, trick)
    for a, b, trick in [
        ("Lumora | WH-4561-BK", "LUMORA | WH4561BK", "no_hyphens"), ("Lumora | WH-4561-BK", "Lumora | MPN: WH‑4561‑BK", "label_hyphen"), ("Lumora | WH-4561-BK", "Lumora ｜ 型号：ＷＨ４５６１ＢＫ", "label_fullwidth"), ("Lumora | WH-4561-BK", "Lumоra | wh_4561_bk", "underscore"),
        ("Lumora | WH-4561-BK", "Lumora™ | P/N WH-4561-BK".replace("P/N ", "P/N: "), "label"), ("Lumora | A8585B", "Lumora | А8585В", "cyrillic"), ("Lumora | A8585B", "Lumora | A\u200b8585B", "zwsp"), ("Lumora | A8585B", "Lumora | Ⓐ⑧⑤⑧⑤Ⓑ", "circled"), ("Lumora | A8585B", "Lumora | 𝐀𝟖𝟓𝟖𝟓𝐁", "math"),
    ]:
        same("brand_mpn", a, b, trick)
    for a, b, trick in [
        ("Lumora | WH-4561-BK", "Lumora | WH-4561-WH", "colour"), ("Lumora | A1.5", "Lumora | A15", "decimal"), ("Lumora | RTX/EU", "Lumora | RTX/US", "region"), ("Lumora | B8O", "Lumora | B80", "O_for_0"), ("Lumora | A1+", "Lumora | A1", "plus"), ("Lumora | A8585B", "Lumera | A8585B", "brand"),
        ("Lumora | L1l", "Lumora | LII", "l_I"), ("Lumora | A8585B", "Lumora | A8585", "suffix"),
    ]:
        diff("brand_mpn", a, b, trick)
    for a, b, trick in [
        ("CN | 5135781 | 18", "中国 | 第5135781号 | 第18类", "chinese"), ("CN | 5135781 | 18", "China | 注册号：5135781 | 第十八类", "chinese_number"), ("CN | 5135781 | 25", "CNIPA | 05135781 | 二十五", "leading_zero"), ("EU | 018108746 | 30", "EUIPO | EUTM 18108746 | Cl. 30", "office"),
        ("EU | 018108746 | 30", "EM | 018108746 | IC 030", "st3_code"), ("US | 2376394 | 34", "USA | Reg. No. 2,376,394 | Int. Cl. 34", "label"), ("JP | 5854927 | 23", "日本 | 登録第5854927号 | 第23類", "japanese"), ("JP | 5854927 | 23", "JPO | T5854927 | 23", "prefix"),
        ("WO | 1234567 | 9", "Madrid | IR 1234567 | Class 09", "madrid"), ("CN | 5135781 | 18", "CN | 5135781 | 18, 25", "several_classes"), ("CN | 5135781 | 18", "CN | ⑤①③⑤⑦⑧① | ⑱", "circled"), ("CN | 5135781 | 18", "cn｜五一三五七八一｜十八".replace("五一三五七八一", "5135781"), "fullwidth_bar"),
        ("GB | 3123456 | 9", "UK | UK00003123456 | 9", "uk_prefix"), ("DE | 302019001234 | 9", "Germany | DE 30 2019 001 234 | Nizza 9", "spaces"), ("CN | G1234567 | 18", "中国 | Ｇ1234567 | 18", "madrid_extension"),
    ]:
        same("trademark", a, b, trick)
    for a, b, trick in [
        ("CN | 5135781 | 18", "CN | 5135781A | 18", "suffix"), ("CN | 5135781 | 18", "TW | 5135781 | 18", "jurisdiction"), ("CN | 5135781 | 18", "CN | G5135781 | 18", "madrid_extension"), ("CN | 5135781 | 18", "CN | 5135718 | 18", "transposed"), ("EU | 018108746 | 30", "GB | 018108746 | 30", "jurisdiction"),
        ("CN | 5135781 | 3", "CN | 5135781 | 30", "class"), ("CN | 5135781 | 1", "CN | 5135781 | 11", "class"), ("WO | 1234567 | 9", "CN | 1234567 | 9", "jurisdiction"), ("CN | 5135781 | 46", "CN | 5135781 | 46", "no_such_class"), ("CN | 5135781 | 十八", "CN | 5135781 | 八", "class"),
    ]:
        diff("trademark", a, b, trick)
    for _ in range(4):
        value = cn_patent()
        flat = value.replace(".", "")
        for other, trick in [("CN" + value, "cn_prefix"), ("专利号：ZL " + flat[:4] + " " + flat[4] + " " + flat[5:12] + "." + flat[12], "label_spaces"), (flat, "bare"), ("CN ZL" + value, "both_prefixes"), ("zl" + between(flat, "-", 4), "hyphens"),
                             (circled("ZL" + value), "circled"), ("申请号" + ARABIC(value), "arabic_indic"), ("Patent No. ZL" + value, "label")]:
            same("patent_cn", "ZL" + value, other, trick)
        diff("patent_cn", "ZL" + value, "ZL" + cn_patent(kind="2"), "utility_model")
        diff("patent_cn", "ZL" + value, "ZL" + flat[:12] + "." + ("1" if flat[12] != "1" else "2"), "failed_check")
    for a, b, trick in [("US8003066B2", "U.S. Patent No. 8,003,066 B2", "label"), ("US8003066B2", "8003066", "number_alone"), ("US8003066B2", "US 08003066 B2", "leading_zero"), ("US8003066B2", "ＵＳ８００３０６６Ｂ２", "fullwidth"), ("USD812345S1", "US D812,345 S1", "design"),
                        ("US20100123456A1", "US 2010/0123456 A1", "publication"), ("US8003066B2", "UЅ8003066В2", "cyrillic"), ("US8003066B2", "US-8003066-B2", "hyphens"), ("USRE45678E1", "US RE45,678 E1", "reissue")]:
        same("patent_us", a, b, trick)
    for a, b, trick in [("US8003066B2", "USD800306S1", "design"), ("US8003066B2", "US8003606B2", "transposed"), ("US20100123456A1", "US20110123456A1", "year"), ("US8003066B2", "EP8003066B1", "office")]:
        diff("patent_us", a, b, trick)
    item = lambda: str(R.randint(5, 9)) + digits(11)
    for forms in [
        ["https://item.taobao.com/item.htm?id={}", "https://h5.m.taobao.com/awp/core/detail.htm?id={}&ut_sk=1", "item.taobao.com/item.htm?ft=t&id={}", "https://world.taobao.com/item/{}.htm", "https://a.m.taobao.com/i{}.htm", "https://m.intl.taobao.com/detail/detail.html?id={}", "https://item.taobao.com/item.htm?id=%20{}".replace("%20", ""),
         "【淘宝】https://item.taobao.com/item.htm?id={}", "HTTPS://ITEM.TAOBAO.COM/item.htm?id={}#detail", "https://item.taobao.com/item.htm?spm=a&amp;id={}&amp;ns=1"],
        ["https://detail.tmall.com/item.htm?id={}", "https://detail.m.tmall.com/item.htm?id={}&skuId=5", "https://detail.tmall.hk/hk/item.htm?id={}", "https://world.tmall.com/item/{}.htm", "https://chaoshi.detail.tmall.com/item.htm?id={}"],
        ["https://detail.1688.com/offer/{}.html", "https://m.1688.com/offer/{}.html", "detail.1688.com/offer/{}.html#x", "https://detail.m.1688.com/page/index.html?offerId={}", "https://dj.1688.com/ci_bb?a=1&id={}".replace("ci_bb", "offer")],
        ["https://item.jd.com/{}.html", "https://item.m.jd.com/product/{}.html?x=1", "item.jd.hk/{}.html", "https://item.m.jd.com/ware/view.action?wareId={}", "https://re.jd.com/cps/item/{}.html", "https://npcitem.jd.hk/{}.html"],
        ["https://mobile.yangkeduo.com/goods.html?goods_id={}", "https://mobile.yangkeduo.com/goods2.html?a=1&goods_id={}", "https://mobile.pinduoduo.com/goods.html?goods_id={}", "mobile.yangkeduo.com/goods1.html?goods_id={}&page_from=23"],
        ["https://www.aliexpress.com/item/{}.html", "https://es.aliexpress.com/item/{}.html", "https://m.aliexpress.com/item/{}.html", "https://www.aliexpress.us/item/{}.html", "https://www.aliexpress.com/i/{}.html", "https://www.aliexpress.com/item/Nice-Thing/{}.html?x",
         "https://aliexpress.ru/item/{}.html?sku_id=1", "https://s.click.aliexpress.com/deep_link.htm?dl_target_url=https%3A%2F%2Fwww.aliexpress.com%2Fitem%2F{}.html"],
        ["https://www.ebay.com/itm/{}", "https://www.ebay.de/itm/{}?hash=x", "https://m.ebay.co.uk/itm/Nice-Title/{}", "https://cgi.ebay.com/ws/eBayISAPI.dll?ViewItem&item={}", "ebay.com.au/itm/{}#x", "https://www.ebay.fr/itm/Titre/{}?var=0"],
        ["https://www.walmart.com/ip/{}", "https://www.walmart.com/ip/Nice-Thing/{}?from=x", "walmart.com/ip/seot/Nice/{}".replace("seot/", "")],
        ["https://www.etsy.com/listing/{}/nice-thing", "https://www.etsy.com/de/listing/{}/schoen?ref=x", "https://m.etsy.com/listing/{}"],
        ["https://shopee.sg/Nice-Thing-i.12345.{}", "https://shopee.sg/product/12345/{}", "https://shopee.sg/product/12345/{}?smtt=1", "https://mall.shopee.sg/universal-link/product/12345/{}"],
        ["https://www.lazada.sg/products/nice-thing-i{}-s777.html", "https://www.lazada.sg/products/other-name-i{}.html", "https://h5.lazada.sg/products/i{}-s1.html", "https://www.lazada.sg/products/pdp-i{}-s5.html?x=1"],
        ["https://www.temu.com/nice-thing-g-{}.html", "https://www.temu.com/goods.html?goods_id={}", "https://www.temu.com/uk/other-g-{}.html?x"],
        ["https://www.ozon.ru/product/{}/", "https://www.ozon.ru/product/nice-thing-{}/?x=1", "https://m.ozon.ru/product/nice-{}/"],
        ["https://www.wildberries.ru/catalog/{}/detail.aspx", "https://global.wildberries.ru/product/nice?card={}".replace("global.wildberries.ru/product/nice", "www.wildberries.ru/product"), "wildberries.ru/catalog/{}/detail.aspx?targetUrl=GP"],
        ["https://www.dhgate.com/product/nice-thing/{}.html", "https://m.dhgate.com/product/{}.html"],
        ["https://www.alibaba.com/product-detail/Nice-Thing_{}.html", "https://acme.en.alibaba.com/product/{}-0/Nice.html".replace("-0/", "/"), "https://m.alibaba.com/product/{}/Nice-Thing.html"],
        ["https://weidian.com/item.html?itemID={}", "https://shop123.v.weidian.com/item.html?itemID={}&p=1"],
        ["https://www.goofish.com/item?id={}", "https://h5.m.goofish.com/item?id={}&ut_sk=1"],
        ["https://www.coupang.com/vp/products/{}", "https://m.coupang.com/vm/products/{}?itemId=5"],
        ["https://product.suning.com/0000000000/{}.html".replace("0000000000", "70123"), "https://m.suning.com/product/70123/{}.html"],
    ]:
        for form in forms[1:]:
            value = item()
            same("listing_url", forms[0].format(value), form.format(value), "platform_alias")
        value = item()
        diff("listing_url", forms[0].format(value), forms[0].format(item()), "other_item")
        diff("listing_url", forms[0].format(value), "https://acme-shop.net/" + forms[0].format(value).replace("https://", ""), "address_in_path")
        host = forms[0].split("/")[2]
        diff("listing_url", forms[0].format(value), forms[0].format(value).replace(host, host + ".evil-shop.net"), "host_prefix")
    for _ in range(2):
        value = asin()
        for form in ["https://www.amazon.com/gp/product/{}", "https://amazon.com/gp/aw/d/{}?x", "https://smile.amazon.com/dp/{}", "https://www.amazon.com/exec/obidos/ASIN/{}/tag-20", "https://www.amazon.com/-/zh/dp/{}", "https://www.amazon.com/o/ASIN/{}", "https://m.amazon.com/Some/dp/{}/",
                     "https://www.amazon.com/sspa/click?url=%2FName%2Fdp%2F{}%2Fref%3Dx", "https://amzn.com/{}", "www.amazon.com/dp/product/{}", "https://www.amazon.com/Some-Thing/dp/{}?th=1&psc=1", "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.amazon.com%2Fdp%2F{}&h=1"]:
            same("listing_url", f"https://www.amazon.com/dp/{value}", form.format(value), "platform_alias")
        diff("listing_url", f"https://www.amazon.com/dp/{value}", f"https://www.amazon.de/dp/{asin()}", "other_item")
        diff("listing_url", f"https://www.amazon.com/dp/{value}", f"https://www.amazon.com@evil-shop.net/dp/{value}", "user_info")
    for a, b, trick in [
        ("https://acme-shop.de/p/77", "http://www.acme-shop.de/p/77/?utm_source=a&gclid=b", "tracking"), ("https://acme-shop.de/p/77?b=2&a=1", "acme-shop.de/p/77?a=1&b=2", "parameter_order"), ("https://acme-shop.de/p/77", "https://acme-shop.de//p/./x/../77#top", "dot_segments"),
        ("https://acme-shop.de/p/ä", "https://acme-shop.de/p/%C3%A4", "percent"), ("https://acme-shop.de/p/77", "https://ACME-shop.de:443/p/77", "port"), ("https://acme-shop.de/p/77", "hxxps://acme-shop[.]de/p/77", "defanged"), ("https://acme-shop.de/p/77", "https://acme-shop.de/p/77/index.html", "index"),
        ("https://bücher-laden.de/p/77", "https://xn--bcher-laden-thb.de/p/77", "punycode"), ("https://acme-shop.de/p/77", "\u200bhttps://acme-shop.de/p/77", "zwsp"), ("https://acme-shop.de/p/77", "https://www.google.com/url?q=https://acme-shop.de/p/77&sa=D", "redirector"),
    ]:
        same("listing_url", a, b, trick)
    for a, b, trick in [
        ("https://acme-shop.de/p/77", "https://acme-shop.de/p/78", "other_item"), ("https://acme-shop.de/p/77", "https://acme-shop.at/p/77", "other_site"), ("https://acme-shop.de/p/77?color=red", "https://acme-shop.de/p/77?color=blue", "variant"), ("https://acme-shop.de/P/aB", "https://acme-shop.de/P/ab", "path_case"),
        ("https://amzn.to/3abcdef", "https://amzn.to/3abcdef ", "short_link"), ("https://m.tb.cn/h.5abc", "https://m.tb.cn/h.5abc?x", "short_link"), ("https://www.amazon.com/gp/cart", "https://www.amazon.com/gp/cart?x", "no_item"), ("https://www.taobao.com/", "https://www.taobao.com", "no_item"),
    ]:
        diff("listing_url", a, b, trick)
    for a, b, trick in [
        ("https://shop123456789.taobao.com/", "https://shop123456789.taobao.com/search.htm?x=1", "page"), ("https://shop123456789.taobao.com/", "shop123456789.taobao.com", "bare"), ("https://shop123456789.taobao.com/", "https://shop.m.taobao.com/shop/shop_index.htm?shop_id=123456789", "mobile"),
        ("https://shop123456789.taobao.com/", "https://shop123456789.m.taobao.com", "mobile"), ("https://acme.tmall.com", "https://acme.tmall.com/shop/view_shop.htm?spm=1", "page"), ("https://acme.tmall.com", "https://acme.m.tmall.com/?x", "mobile"), ("https://acme.1688.com", "https://acme.1688.com/page/offerlist.htm", "page"),
        ("https://acme.1688.com", "https://m.1688.com/winport/acme.html", "mobile"), ("https://www.amazon.com/sp?seller=A1B2C3D4E5F6G7", "https://www.amazon.com/sp?ie=UTF8&isAmazonFulfilled=1&seller=A1B2C3D4E5F6G7", "parameters"), ("https://www.amazon.com/sp?seller=A1B2C3D4E5F6G7", "https://www.amazon.com/s?me=A1B2C3D4E5F6G7&x=1", "search"),
        ("https://www.amazon.com/sp?seller=A1B2C3D4E5F6G7", "https://www.amazon.com/shops/A1B2C3D4E5F6G7?ref=x", "short"), ("https://www.amazon.com/sp?seller=A1B2C3D4E5F6G7", "https://www.amazon.com/gp/aag/main?ie=UTF8&seller=A1B2C3D4E5F6G7", "old"), ("https://www.ebay.com/usr/nice-seller", "https://www.ebay.co.uk/usr/Nice-Seller?x", "site_case"),
        ("https://www.ebay.com/usr/nice-seller", "https://www.ebay.com/sch/i.html?_ssn=nice-seller", "search"), ("https://www.aliexpress.com/store/1102345678", "https://es.aliexpress.com/store/1102345678/pages/all-items.html", "page"), ("https://www.aliexpress.com/store/1102345678", "https://m.aliexpress.com/store/1102345678?x", "mobile"),
        ("https://mall.jd.com/index-123456.html", "https://shop.m.jd.com/?shopId=123456", "mobile"), ("https://www.etsy.com/shop/NiceThings", "https://nicethings.etsy.com", "subdomain"), ("https://www.etsy.com/shop/NiceThings", "https://www.etsy.com/de/shop/nicethings?ref=x", "language"), ("https://shopee.sg/shop/12345", "https://shopee.sg/shop/12345/search", "page"),
        ("https://acme-shop.de", "http://www.acme-shop.de/?utm_source=x", "own_site"), ("https://acme-shop.de", "https://acme-shop.de/index.html", "own_site"), ("https://www.walmart.com/seller/12345", "https://www.walmart.com/global/seller/12345?x", "page"), ("https://mobile.yangkeduo.com/mall_page.html?mall_id=77", "https://mobile.pinduoduo.com/mall_page.html?x=1&mall_id=77", "host"),
        ("https://www.tiktok.com/@Nice.Seller", "https://m.tiktok.com/@nice.seller?lang=en", "case"), ("https://acme.en.alibaba.com", "https://acme.m.en.alibaba.com/company_profile.html", "mobile"), ("https://acme.myshopify.com", "https://ACME.myshopify.com/collections/all", "page"),
    ]:
        same("shop_url", a, b, trick)
    for a, b, trick in [
        ("https://shop123456789.taobao.com/", "https://shop123456780.taobao.com/", "other_shop"), ("https://acme.tmall.com", "https://acme.taobao.com", "other_platform"), ("https://acme.tmall.com", "https://acme2.tmall.com", "other_shop"), ("https://www.taobao.com", "https://www.taobao.com/", "no_shop"),
        ("https://www.ebay.com/usr/nice-seller", "https://www.ebay.com/str/nice-seller", "user_or_store"), ("https://www.amazon.com/sp?seller=A1B2C3D4E5F6G7", "https://www.amazon.com/sp?seller=A1B2C3D4E5F6G8", "one_char"), ("https://acme.myshopify.com", "https://acne.myshopify.com", "one_char"), ("https://www.aliexpress.com/store/1102345678", "https://www.dhgate.com/store/1102345678", "other_platform"),
        ("https://detail.tmall.com", "https://detail.tmall.com/", "service_host"), ("https://linktr.ee/acme", "https://linktr.ee/acme?x", "link_page"), ("https://acme-shop.de", "https://acme-shop.de.evil-shop.net", "host_prefix"), ("https://www.facebook.com/marketplace", "https://m.facebook.com/marketplace", "no_shop"),
    ]:
        diff("shop_url", a, b, trick)
    for a, b, trick in [
        ("EMS | RB123456785CN", "中国邮政 | rb 123 456 785 cn", "carrier_name"), ("EMS | RB123456785CN", "RB123456785CN", "no_carrier"), ("UPS | 1Z999AA10123456784", "ups｜1Z 999 AA1 01 2345 6784", "spaces"), ("SF | SF1234567890123", "顺丰速运 | 1234567890123", "carrier_letters"),
        ("air | 17612345675", "AWB | 176-1234 5675", "air_waybill"), ("container | CSQU3054383", "CSQU 305438-3", "container"), ("YTO | YT1234567890123", "圆通速递 | ＹＴ１２３４５６７８９０１２３", "fullwidth"), ("dhl | 1234567890", "DHL Express | 运单号 1234567890".replace("运单号 ", ""), "carrier_name"),
        ("cainiao | LP00123456789012", "菜鸟 | lp00123456789012", "case"), ("fedex | 123456789012", "联邦快递 | 1234 5678 9012", "carrier_name"),
    ]:
        same("consignment", a, b, trick)
    for a, b, trick in [("EMS | RB123456785CN", "EMS | RB123456794CN", "other_item"), ("DHL | 1234567890", "fedex | 1234567890", "carrier"), ("UPS | 1Z999AA10123456784", "UPS | 1Z999AA10123456785", "failed_check"), ("container | CSQU3054383", "container | CSQU3054384", "failed_check"), ("SF | SF1234567890123", "SF | SF1234567890132", "transposed")]:
        diff("consignment", a, b, trick)
    for a, b, trick in [
        ("Lumora | LOT | A12-3", "LUMORA | batch | a12 3", "case"), ("Lumora | LOT | A12-3", "Lumоra | 批号 | Ａ１２３", "dress"), ("Lumora | LOT | A12-3", "Lumora | Lot A12-3", "type_in_value"), ("Lumora | SN | 77A001", "Lumora | 序列号 | 77A-001", "chinese"), ("06943140102132 | SN | 77A001", "6943140102132 | serial | 77a001", "gtin"),
        ("Lumora | IMEI | 490154203237518", "Lumora | imei | 49-015420-323751-8", "imei"), ("Lumora | SN | 77A001", "Lumora | S/N: 77A001", "label"),
    ]:
        same("batch_or_serial", a, b, trick)
    for a, b, trick in [("Lumora | LOT | A123", "Lumora | SN | A123", "type"), ("Lumora | LOT | A123", "Lumera | LOT | A123", "issuer"), ("Lumora | LOT | A123", "Lumora | LOT | A124", "one_char"), ("Lumora | SN | B8O", "Lumora | SN | B80", "O_for_0"), ("Lumora | IMEI | 490154203237518", "Lumora | IMEI | 490154203237519", "failed_check")]:
        diff("batch_or_serial", a, b, trick)


def main():
    organisations()
    persons()
    names()
    goods()
    out = csv.writer(open(sys.argv[1], "w", newline="", encoding="utf-8"), lineterminator="\n")
    out.writerow(["kind", "a", "b", "label", "trick", "base"])
    seen = set()
    for row in ROWS:
        if row[:4] not in seen:
            seen.add(row[:4])
            out.writerow(row)
    print(len(seen), "pairs")


if __name__ == "__main__":
    main()
