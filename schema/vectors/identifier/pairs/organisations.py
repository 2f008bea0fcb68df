"""Organisations."""
from checks import *  # noqa: F403
from dress import *  # noqa: F403
from labels import R, diff, digits, pair, same


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
