use super::book;
use super::host::{self, Address};
use super::platform::{self, Lookup, Use};
use super::query;
use super::template;
use crate::canonical::{Canonical, Check};
use crate::text::field;
use crate::{Kind, Region, Reject, Trace, deny};

/// Address of an offer: `platform:item`, or host, path and query without tracking. A page that many sellers share is a
/// candidate only: it names the genuine item.
pub(super) fn normalise_listing(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let value = read(raw, Use::Item, trace)?;
    let (site, id) = value.split_once(':').unwrap_or((&value, ""));
    let shared = site == "taobao+tmall" || platform::is_catalogue(site);
    let mut forms = vec![if shared {
        Canonical::folded(Kind::ListingUrl, value.as_str())
    } else {
        Canonical::strict(Kind::ListingUrl, value.as_str(), Check::NotApplicable)
    }];
    // Taobao and Tmall share one space of item numbers, and each opens the other's.
    if matches!(site, "taobao" | "tmall") {
        forms.push(Canonical::folded(Kind::ListingUrl, format!("taobao+tmall:{id}")));
    }
    // Amazon's own sites and not any host of that name with a colon in its path.
    if shared
        && site.starts_with("amazon.")
        && let Ok(asin) = book::read_asin(id)
    {
        forms.push(Canonical::strict(Kind::Asin, asin, Check::NotApplicable));
    }
    Ok(forms)
}

/// Address of a shop: `platform:shop`, or host and path.
pub(super) fn normalise_shop(
    raw: &str,
    _region: Option<Region>,
    trace: &mut Trace<'_>,
) -> Result<Vec<Canonical>, Reject> {
    let value = read(raw, Use::Shop, trace)?;
    Ok(vec![Canonical::strict(
        Kind::ShopUrl,
        value,
        Check::NotApplicable,
    )])
}

/// Readings until nothing changes any more.
const READINGS: usize = 4;

/// What is written as this function writes it stays as it is: decoding and sorting may bring up what another reading cuts
/// off or decodes once more.
fn read(raw: &str, wanted: Use, trace: &mut Trace<'_>) -> Result<String, Reject> {
    let mut value = read_once(raw, wanted, trace)?;
    if !raw.contains('%') && value.bytes().all(is_unreserved) {
        return Ok(value);
    }
    for _ in 1..READINGS {
        let again = read_once(&value, wanted, &mut Trace::off())?;
        if again == value {
            return Ok(value);
        }
        trace.note("again", &again);
        value = again;
    }
    Err(Reject::Format)
}

/// What no reading changes.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~/?=&:".contains(&byte)
}

fn read_once(raw: &str, wanted: Use, trace: &mut Trace<'_>) -> Result<String, Reject> {
    let text = field::plain(raw, trace)?;
    let text: String = host::refang(&text);
    if let Some(canonical) = already_canonical(&text) {
        return Ok(canonical);
    }
    let mut text = text;
    for _ in 0..3 {
        let address = host::cut(&text);
        let name = host::to_ascii(&address.host)?;
        let site = host::without_www(&name);
        let redirected = platform::redirected(&name, &address);
        match redirected.or_else(|| platform::redirected(site, &address)) {
            Some(inner) => {
                trace.note("redirect", &inner);
                text = inner.into_owned();
            }
            None => return place(&name, &address, wanted, trace),
        }
    }
    Err(Reject::Format)
}

/// `platform:id` as this function writes it.
fn already_canonical(text: &str) -> Option<String> {
    let (name, id) = text.split_once(':')?;
    let known = platform::is_platform(name) && !id.is_empty() && !id.starts_with('/');
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '~' | '\'');
    (known && id.chars().all(plain)).then(|| text.to_owned())
}

fn place(name: &str, address: &Address<'_>, wanted: Use, trace: &mut Trace<'_>) -> Result<String, Reject> {
    if let Some(reject) = deny::link_host(name).or_else(|| deny::link_host(host::without_www(name))) {
        return Err(reject);
    }
    let value = match known(name, address, wanted) {
        Lookup::Place(place) => format!("{}:{}", place.platform, place.id),
        Lookup::Nothing => return Err(Reject::NotAnItem),
        Lookup::Unknown => plain(name, address, wanted)?,
    };
    trace.note("platform", &value);
    Ok(value)
}

/// Most platforms answer at `www.` and the name of a host as well.
fn known(name: &str, address: &Address<'_>, wanted: Use) -> Lookup {
    match platform::find(wanted, name, address) {
        Lookup::Unknown => platform::find(wanted, host::without_www(name), address),
        found => found,
    }
}

/// Host, path and query of an address on no known platform.
fn plain(name: &str, address: &Address<'_>, wanted: Use) -> Result<String, Reject> {
    let site = host::without_www(name);
    if deny::host(site) == Some(Reject::PlatformHost) {
        return Err(Reject::NotAnItem);
    }
    if host::is_public_suffix(site) {
        return Err(Reject::PublicSuffix);
    }
    let stop = ['<', '>', '"', '\'', ',', ';', '。', '，', '；'];
    let mut path = platform::clean_path(host::decode(&address.path).trim_end_matches(stop));
    for index in ["/index.html", "/index.htm", "/index.php", "/default.aspx"] {
        if let Some(stem) = path.strip_suffix(index) {
            path.truncate(stem.len());
        }
    }
    let query = query::kept(&address.query, wanted);
    if wanted == Use::Item && path.is_empty() && query.is_empty() {
        return Err(Reject::NotAnItem);
    }
    let mark = if query.is_empty() { "" } else { "?" };
    Ok(format!("{site}{path}{mark}{query}"))
}

/// The ASIN inside an Amazon address; `None` for any other text.
pub(super) fn asin(text: &str) -> Option<String> {
    if !text.contains('/') {
        return None;
    }
    let address = host::cut(text);
    let name = host::to_ascii(&address.host).ok()?;
    match known(&name, &address, Use::Item) {
        Lookup::Place(place) if place.platform.starts_with("amazon.") => Some(place.id),
        _ => template::parameter("asin", &address.query),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Level;

    fn listing(raw: &str) -> Result<String, Reject> {
        normalise_listing(raw, None, &mut Trace::off()).map(|forms| forms[0].value.clone())
    }

    fn shop(raw: &str) -> Result<String, Reject> {
        normalise_shop(raw, None, &mut Trace::off()).map(|forms| forms[0].value.clone())
    }

    #[test]
    fn a_canonical_address_is_its_own_canonical_form() {
        for raw in [
            "acme-outlet.com/a?z=1>&b=2",
            "acme-outlet.com/a?q=%2541",
            "acme-outlet.com/a?b=%26a",
            "acme-outlet.com/%253Cx",
            "https://www.m.coupang.com/vm/products/582592646815?itemId=5",
        ] {
            let value = listing(raw).unwrap();
            assert_eq!(listing(&value), Ok(value), "{raw}");
        }
    }

    #[test]
    fn an_item_number_comes_from_the_shop_itself_and_from_no_other_host_of_that_name() {
        let kinds = |raw| {
            let forms = normalise_listing(raw, None, &mut Trace::off()).unwrap();
            forms.into_iter().map(|form| form.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds("amazon.com/dp/B0Q3P7ESX4"), [Kind::ListingUrl, Kind::Asin]);
        assert_eq!(kinds("amazon.com/dp/OUTOFSTOCK"), [Kind::ListingUrl]);
        assert_eq!(kinds("amazon.acme-outlet.com/a:B0Q3P7ESX4"), [Kind::ListingUrl]);
    }

    #[test]
    fn a_page_that_many_sellers_share_is_only_a_candidate() {
        let levels = |raw: &str| {
            let forms = normalise_listing(raw, None, &mut Trace::off()).unwrap();
            let own = forms.iter().filter(|form| form.kind == Kind::ListingUrl);
            own.map(|form| form.level).collect::<Vec<_>>()
        };
        for raw in [
            "https://www.amazon.de/dp/B0Q3P7ESX4",
            "https://www.amazon.com/gp/product/OUTOFSTOCK",
            "https://www.coupang.com/vp/products/582592646815",
            "https://www.walmart.com/ip/Nice-Thing/821565443309",
            "https://www.ebay.com/p/8034815559",
            "https://www.mercadolibre.com.mx/nice-thing/p/MLM18625838",
        ] {
            assert_eq!(levels(raw), [Level::Folded], "{raw}");
            let value = listing(raw).unwrap();
            assert_eq!(levels(&value), [Level::Folded], "{value}");
        }
        for raw in [
            "https://www.ebay.com/itm/312824053495",
            "https://articulo.mercadolibre.com.mx/MLM-18625838-nice-thing",
            "https://amazon.acme-outlet.com/a:B0Q3P7ESX4",
        ] {
            assert_eq!(levels(raw), [Level::Strict], "{raw}");
        }
    }

    #[test]
    fn an_offer_on_a_shared_page_is_the_offer_and_the_page_another_number() {
        for (one, other) in [
            (
                "https://www.ebay.com/p/8034815559?iid=312824053495",
                "https://www.ebay.com/itm/312824053495",
            ),
            (
                "https://www.mercadolibre.com.mx/x/p/MLM18625838?pdp_filters=item_id:MLM1413356802",
                "https://articulo.mercadolibre.com.mx/MLM-1413356802-x",
            ),
            (
                "https://www.mercadolibre.com.mx/p/MLM18625838?pdp_filters=item_id%3AMLM1413356802%7Cshipping%3Afast",
                "https://articulo.mercadolibre.com.mx/MLM-1413356802-x",
            ),
        ] {
            assert_eq!(listing(one), listing(other), "{one}");
        }
        for (page, offer) in [
            (
                "https://www.ebay.com/p/312824053495",
                "https://www.ebay.com/itm/312824053495",
            ),
            (
                "https://www.mercadolibre.com.mx/p/MLM18625838",
                "https://articulo.mercadolibre.com.mx/MLM-18625838-x",
            ),
        ] {
            assert_ne!(listing(page).unwrap(), listing(offer).unwrap(), "{page}");
        }
    }

    #[test]
    fn one_offer_however_its_address_is_written() {
        for (raw, value) in [
            (
                "https://item.taobao.com/item.htm?spm=a1z10&id=905911649449#detail",
                "taobao:905911649449",
            ),
            (
                "h5.m.taobao.com/awp/core/detail.htm?id=905911649449",
                "taobao:905911649449",
            ),
            (
                "https://www.amazon.com/Some-Name/dp/B0Q3P7ESX4/ref=sr_1_1?keywords=x",
                "amazon.com:B0Q3P7ESX4",
            ),
            (
                "https://www.amazon.com/sspa/click?ie=UTF8&url=%2FName%2Fdp%2FB0Q3P7ESX4%2Fref%3Dx",
                "amazon.com:B0Q3P7ESX4",
            ),
            (
                "HTTPS://M.EBAY.CO.UK/itm/Nice/860398708017?hash=1",
                "ebay:860398708017",
            ),
            (
                "https://l.facebook.com/l.php?u=https%3A%2F%2Fitem.jd.com%2F855602029786.html&h=1",
                "jd:855602029786",
            ),
            (
                "https://es.aliexpress.com/item/1005438737566348.html?gatewayAdapt=1",
                "aliexpress:1005438737566348",
            ),
            (
                "https://acme-shop.de/p/1/?utm_source=x&b=2&a=1",
                "acme-shop.de/p/1?a=1&b=2",
            ),
        ] {
            assert_eq!(listing(raw).as_deref(), Ok(value), "{raw}");
            assert_eq!(listing(value).as_deref(), Ok(value), "{value}");
        }
    }

    #[test]
    fn a_shop_is_known_by_its_host_or_path() {
        for (raw, value) in [
            ("https://shop123456.taobao.com/?spm=x", "taobao-shop:123456"),
            ("https://acme.tmall.com/shop/view_shop.htm", "tmall:acme"),
            ("https://acme.m.tmall.com", "tmall:acme"),
            (
                "https://www.amazon.de/sp?ie=UTF8&seller=A1B2C3D4E5",
                "amazon.de:A1B2C3D4E5",
            ),
            ("https://www.ebay.com/usr/Nice_Seller", "ebay:nice_seller"),
            (
                "https://es.aliexpress.com/store/1102345678",
                "aliexpress:1102345678",
            ),
            ("https://www.acme-shop.de/", "acme-shop.de"),
        ] {
            assert_eq!(shop(raw).as_deref(), Ok(value), "{raw}");
        }
    }

    #[test]
    fn two_shops_of_a_platform_never_share_a_form() {
        for (one, value, other) in [
            (
                "https://www.facebook.com/profile.php?id=100063512345678",
                "facebook-id:100063512345678",
                "https://www.facebook.com/profile.php?id=100063512345679",
            ),
            (
                "https://www.facebook.com/people/Acme-Shop/100063512345678/",
                "facebook-id:100063512345678",
                "https://www.facebook.com/people/Acme-Shop/100063512345679/",
            ),
            (
                "https://m.facebook.com/100063512345678",
                "facebook-id:100063512345678",
                "https://www.facebook.com/100063512345679",
            ),
            (
                "https://www.facebook.com/Acme.Shop/about",
                "facebook:acmeshop",
                "https://www.facebook.com/acne.shop",
            ),
            (
                "https://winport.m.1688.com/page/index.html?memberId=acme",
                "1688:acme",
                "https://winport.m.1688.com/page/index.html?memberId=acne",
            ),
            (
                "https://es.made-in-china.com/co_acme/",
                "made-in-china:acme",
                "https://es.made-in-china.com/co_acne/",
            ),
            (
                "https://acme.en.made-in-china.com/product-list-1.html",
                "made-in-china:acme",
                "https://acne.en.made-in-china.com",
            ),
            (
                "https://brand.myshopify.com/collections/all",
                "myshopify:brand",
                "https://news.myshopify.com",
            ),
            (
                "https://www.tiktok.com/@gold",
                "tiktok:gold",
                "https://www.tiktok.com/@news",
            ),
            (
                "https://gold.en.made-in-china.com",
                "made-in-china:gold",
                "https://brand.en.made-in-china.com",
            ),
            (
                "https://www.etsy.com/shop/Story",
                "etsy:story",
                "https://www.etsy.com/shop/Live",
            ),
            (
                "https://perfil.mercadolibre.com.mx/GOLD",
                "mercadolibre:gold",
                "https://perfil.mercadolibre.com.mx/MEDIA",
            ),
            (
                "https://gold.en.alibaba.com/company_profile.html",
                "alibaba:gold",
                "https://club.m.en.alibaba.com",
            ),
            (
                "https://www.instagram.com/_u/acme",
                "instagram:acme",
                "https://www.instagram.com/_u/acne",
            ),
            (
                "https://www.aliexpress.com/store/1102345678",
                "aliexpress:1102345678",
                "https://m.aliexpress.com/shop?sellerAdminSeq=1102345678",
            ),
        ] {
            assert_eq!(shop(one).as_deref(), Ok(value), "{one}");
            assert_eq!(shop(value).as_deref(), Ok(value), "{value}");
            assert_ne!(shop(other), shop(one), "{other}");
        }
    }

    #[test]
    fn pages_of_the_platform_itself_are_no_shops() {
        for page in [
            "https://www.facebook.com/profile.php?sk=about",
            "https://www.facebook.com/login.php?next=x",
            "https://www.facebook.com/people/Acme-Shop",
            "https://www.facebook.com/photo/?fbid=1",
            "https://www.instagram.com/accounts/login/?next=/acme/",
            "https://winport.m.1688.com/page/index.html",
            "https://es.made-in-china.com/special/toys",
            "https://vi.made-in-china.com/co_acme/../",
            "https://zz.made-in-china.com/co_acme/",
            "https://rate.taobao.com/user-rate-8f3c1a.htm",
            "https://www.rakuten.co.jp/gold",
            "https://www.myshopify.com",
            "https://m.en.alibaba.com/x",
        ] {
            assert_eq!(shop(page), Err(Reject::NotAnItem), "{page}");
        }
    }

    #[test]
    fn addresses_that_name_nothing_are_refused() {
        assert_eq!(listing("https://www.amazon.com/gp/cart"), Err(Reject::NotAnItem));
        assert_eq!(shop("https://www.taobao.com/"), Err(Reject::NotAnItem));
        assert_eq!(listing("https://amzn.to/3abc"), Err(Reject::Shortener));
        assert_eq!(listing("https://acme-shop.de/"), Err(Reject::NotAnItem));
        assert_eq!(
            listing("https://www.amazon.com@evil-shop.de/dp/B0Q3P7ESX4").as_deref(),
            Ok("evil-shop.de/dp/B0Q3P7ESX4")
        );
    }
}
