"""Habits of forms, chats and spreadsheets that the other parts leave out, and what they must not lead to."""
from checks import *  # noqa: F403
from dress import financial, numerals
from labels import R, diff, digits, same


def habits():
    codes()
    telephones()
    mailboxes()
    accounts()
    documents()
    for a, b in [("深圳市鑫澜商行", "深圳市鑫澜商行（个体工商户）"), ("泉州市晋江澜骏鞋店", "泉州市晋江澜骏鞋店(个体工商户)")]:
        same("legal_name_cn", a, b, "sole_trader")
    diff("legal_name_cn", "深圳市鑫澜商行（个体工商户）", "深圳市鑫澜商店（个体工商户）", "sole_trader")
    diff("legal_name_cn", "深圳市鑫澜个体工商户服务有限公司", "深圳市鑫澜服务有限公司", "sole_trader_inside")


def codes():
    make = lambda: uscc(R.choice(["440300", "310115", "350582", "330782"]), "91", "".join(R.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(8)))  # noqa: F405
    for trick, change in [("numerals_beside_letters", numerals), ("financial_beside_letters", financial)]:
        done = 0
        while done < 4:
            value = make()
            # Two numerals between letters stand in words, too; three in a row or more are digits.
            runs = "".join(c if c.isdigit() else " " for c in value).split()
            if all(len(run) >= 3 or value.startswith(run) or value.endswith(run) for run in runs):
                same("cn_uscc", value, change(value), trick)
                done += 1
    for label in ["{}（副本）", "{} 1-1", "注册号/统一社会信用代码 {}", "社会信用代码 {}（三证合一）"]:
        value = make()
        same("cn_uscc", value, label.format(value), "copy_and_label")


def telephones():
    mobile = lambda: R.choice(["138", "139", "150", "158", "176", "186"]) + str(R.randint(1, 9)) + digits(6) + str(R.randint(1, 7))
    for form in ["086 {}", "086-{}", "086{}", "+86-0-{}", "86-0{}", "tel://{}", "sms:{}", "+86{}@s.whatsapp.net", "电话{}勿扰", "联系方式：{}（微信）"]:
        value = mobile()
        same("phone_cn", value, form.format(value), "trunk_and_link")
    for _ in range(3):
        value = mobile()
        same("phone_cn", value, f"{value[:2]},{value[2:5]},{value[5:8]},{value[8:]}", "thousands")
        diff("phone_cn", value, f"{value[:2]},{value[2:5]},{value[5:8]},{value[8:10]}{(int(value[10]) + 1) % 10}", "thousands_one_digit")
    for a, b in [("010-65529988", "010-65529988-801"), ("0571-87654329", "0571-87654329-12"), ("021-62373618", "+86-21-62373618-8008"), ("0755-83376254", "0755-83376254-0")]:
        same("phone_cn", a, b, "desk_behind_hyphen")
    for a, b in [("+493023125000", "+49 30/23125000"), ("+493023125000", "+49/30/23125000"), ("+491718505207", "+49 171/8505207"), ("+4315234567", "+43 1 / 523 45 67")]:
        same("phone", a, b, "slash_behind_area_code")
    diff("phone", "+49 30/23125000", "+49 89/23125000", "slash_behind_area_code")
    same("phone_cn", "010-65529988", "010/65529988", "slash_behind_area_code")
    diff("phone_cn", "010/65529988", "021/65529988", "slash_behind_area_code")
    diff("phone_cn", "010-65529988", "010-6552-99881", "desk_or_digit")
    diff("phone_cn", "0571-88881234", "0571-8888-12345", "desk_or_digit")
    diff("phone_cn", "010-65529988-801", "010-65529989-801", "same_desk_other_line")


def mailboxes():
    for form in ["bob.smith{n}[@]gmail[.]com", "bobsmith{n}(@)gmail(.)com", "bobsmith{n}_at_gmail_dot_com", "bobsmith{n}@gmail,com", "bobsmith{n}@@gmail.com", "smtp:bobsmith{n}@gmail.com", "BobSmith{n} AT gmail DOT com"]:
        number = digits(4)
        same("email", f"bobsmith{number}@gmail.com", form.format(n=number), "spelled_out")
    for form in ["QQ:{}", "qq号 {}", "QQ邮箱：{}@qq.com", "扣扣{}", "ＱＱ：{}"]:
        number = str(R.randint(10_000_000, 999_999_999))
        same("email", f"{number}@qq.com", form.format(number), "qq_number")
    number = str(R.randint(10_000_000, 999_999_999))
    diff("email", f"{number}@qq.com", f"{number}@vip.qq.com", "qq_number")
    diff("email", f"{number}@qq.com", f"QQ:{int(number) + 1}", "qq_number_one_off")
    diff("email", f"{number}@qq.com", number, "bare_number")
    diff("email", "bobsmith@acme,trade.com", "bobsmith@acme.com", "comma_list")


def accounts():
    value = "186" + "4" + digits(6) + "3"
    for form in ["支付宝账号 {}", "Alipay账号：{}", "支付宝账户：+86 {}", "zfb:{}", "ＺＦＢ：{}", "zhifubao {}"]:
        same("payee", f"alipay | {value}", form.format(value), "account_word")
    wechat = "wxid_" + "".join(R.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(14))
    for form in ["vx:{}", "V信 {}", "薇信：{}", "wx | {}", "微信号：{}", "威信:{}"]:
        same("payee", f"wechatpay | {wechat}", form.format(wechat), "nickname")
    for form in ["paypal.me/{}", "https://www.paypal.com/paypalme/{}", "https://paypal.me/{}/25USD", "paypal | paypal.me/{}", "HTTP://PayPal.Me/{}"]:
        same("payee", "paypal | paypal.me/ThatSeller", form.format("thatseller"), "link")
    diff("payee", "https://paypal.me/thatseller", "https://paypal.me/thatseller2", "link")
    diff("payee", "https://pay.acme-shop.de/thatseller", "https://pay.acme-shop.eu/thatseller", "other_link")
    diff("payee", f"支付宝账号 {value}", f"微信账号 {value}", "account_word")


def documents():
    for form in ["CHN E83571624", "CHN-E83571624", "chn/E83571624"]:
        same("passport", "CHN | E83571624", form, "issuer_in_front")
    diff("passport", "CHN E83571624", "HKG E83571624", "issuer_in_front")
    for a, b in [("CN|13571624|25", "CN 第13571624号 第25类"), ("CN|13571624|18", "中国 第１３５７１６２４号，第十八类"), ("TW|01571624|3", "TW 第01571624號 第3類")]:
        same("trademark", a, b, "in_words")
    diff("trademark", "CN 第13571624号 第25类", "CN 第13571624号 第26类", "in_words_class")
    diff("trademark", "CN 第13571624号 第25类", "TW 第13571624号 第25类", "in_words_place")
    same("shop_url", "https://www.ebay.com/usr/that-seller", "https://www.ebay.de/sch/that-seller/m.html?_from=R40", "seller_items")
    diff("shop_url", "https://www.ebay.com/sch/that-seller/m.html", "https://www.ebay.com/sch/that-seller2/m.html", "seller_items")
