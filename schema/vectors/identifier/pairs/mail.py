"""Mailboxes."""
from checks import *  # noqa: F403
from dress import *  # noqa: F403
from labels import R, diff, digits, pair, same


def mailboxes():
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
