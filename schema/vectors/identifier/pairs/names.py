"""Legal names and domains."""
from checks import *  # noqa: F403
from dress import *  # noqa: F403
from labels import R, diff, digits, pair, same


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
