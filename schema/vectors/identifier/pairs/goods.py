"""Goods: article numbers, brands, rights."""
from checks import *  # noqa: F403
from dress import *  # noqa: F403
from labels import ROWS, R, diff, digits, pair, same


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
