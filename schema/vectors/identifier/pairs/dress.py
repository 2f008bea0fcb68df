"""The same text in other characters, and marks put between its parts."""
from labels import same


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
