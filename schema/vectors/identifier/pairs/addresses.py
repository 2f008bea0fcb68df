"""Offers, shops, consignments and batches."""
from checks import *  # noqa: F403
from dress import *  # noqa: F403
from labels import R, diff, digits, pair, same


def addresses():
    asin = lambda: "B0" + "".join(R.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(8))
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
    for a, b in [("https://www.ebay.com/p/8034815559?iid=312824053495", "https://www.ebay.com/itm/312824053495"), ("https://www.mercadolibre.com.mx/x/p/MLM18625838?pdp_filters=item_id:MLM1413356802", "https://articulo.mercadolibre.com.mx/MLM-1413356802-x")]:
        same("listing_url", a, b, "offer_on_page")
    for a, b in [("https://www.ebay.com/p/312824053495", "https://www.ebay.com/itm/312824053495"), ("https://www.mercadolibre.com.mx/p/MLM18625838", "https://articulo.mercadolibre.com.mx/MLM-18625838-x")]:
        diff("listing_url", a, b, "page_or_offer")
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
        ("https://www.facebook.com/profile.php?id=100063512345678", "https://www.facebook.com/people/Acme-Shop/100063512345678/", "number"), ("https://www.facebook.com/acme.shop", "https://m.facebook.com/AcmeShop/about", "dots"),
        ("https://acme.1688.com", "https://winport.m.1688.com/page/index.html?memberId=acme", "service_host"), ("https://acme.en.made-in-china.com", "https://es.made-in-china.com/co_acme/", "language"), ("https://www.instagram.com/acme.shop/", "https://instagram.com/_u/acme.shop", "app_link"),
        ("https://acme-mall.com/store.php?shop=7", "https://acme-mall.com/store.php?shop=7&sid=0f1e2d3c4b5a69788796a5b4c3d2e1f0&gclid=x", "session"),
        ("https://www.tiktok.com/@Nice.Seller", "https://m.tiktok.com/@nice.seller?lang=en", "case"), ("https://acme.en.alibaba.com", "https://acme.m.en.alibaba.com/company_profile.html", "mobile"), ("https://acme.myshopify.com", "https://ACME.myshopify.com/collections/all", "page"),
    ]:
        same("shop_url", a, b, trick)
    for a, b, trick in [
        ("https://shop123456789.taobao.com/", "https://shop123456780.taobao.com/", "other_shop"), ("https://acme.tmall.com", "https://acme.taobao.com", "other_platform"), ("https://acme.tmall.com", "https://acme2.tmall.com", "other_shop"), ("https://www.taobao.com", "https://www.taobao.com/", "no_shop"),
        ("https://www.ebay.com/usr/nice-seller", "https://www.ebay.com/str/nice-seller", "user_or_store"), ("https://www.amazon.com/sp?seller=A1B2C3D4E5F6G7", "https://www.amazon.com/sp?seller=A1B2C3D4E5F6G8", "one_char"), ("https://acme.myshopify.com", "https://acne.myshopify.com", "one_char"), ("https://www.aliexpress.com/store/1102345678", "https://www.dhgate.com/store/1102345678", "other_platform"),
        ("https://www.facebook.com/profile.php?id=100063512345678", "https://www.facebook.com/profile.php?id=100063512345679", "number"), ("https://www.facebook.com/people/Acme-Shop/100063512345678/", "https://www.facebook.com/people/Acme-Shop/100063512345679/", "number"),
        ("https://winport.m.1688.com/page/index.html?memberId=acme", "https://winport.m.1688.com/page/index.html?memberId=acne", "service_host"), ("https://es.made-in-china.com/co_acme/", "https://es.made-in-china.com/co_acne/", "language"),
        ("https://rate.taobao.com/user-rate-8f3c1a.htm", "https://rate.taobao.com/user-rate-8f3c1b.htm", "service_host"), ("https://www.instagram.com/accounts/login/?next=/acme/", "https://www.instagram.com/accounts/login/?next=/acne/", "no_shop"),
        ("https://www.aliexpress.com/store/1102345678", "https://m.aliexpress.com/shop?sellerAdminSeq=1102345678", "other_number"),
        ("https://acme-mall.com/store.php?sID=1001", "https://acme-mall.com/store.php?sID=1002", "shop_in_parameter"), ("https://acme-mall.com/?source=acme", "https://acme-mall.com/?source=acne", "shop_in_parameter"), ("https://acme-mall.com/?track=1001", "https://acme-mall.com/?track=1002", "shop_in_parameter"),
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
