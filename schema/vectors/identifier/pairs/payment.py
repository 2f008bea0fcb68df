"""Cards, accounts, passports, payees and wallets."""
from checks import *  # noqa: F403
from dress import *  # noqa: F403
from labels import R, diff, digits, pair, same


def payment():
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
