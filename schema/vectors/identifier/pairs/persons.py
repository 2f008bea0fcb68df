"""Persons: identity numbers and telephones."""
from checks import *  # noqa: F403
from dress import *  # noqa: F403
from labels import R, diff, digits, pair, same


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
