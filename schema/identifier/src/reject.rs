macro_rules! rejects {
    ($($(#[$doc:meta])* $variant:ident $code:literal $english:literal $chinese:literal,)*) => {
        /// Why a value has no canonical form. Codes are stable; texts never contain the value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
        pub enum Reject {
            $($(#[$doc])* #[error($english)] $variant,)*
        }

        impl Reject {
            /// Every reason, for documentation and tests.
            pub const ALL: &'static [Reject] = &[$(Reject::$variant,)*];

            /// Stable reason code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// A sentence for people, in English.
            pub fn english(self) -> &'static str {
                match self { $(Self::$variant => $english,)* }
            }

            /// A sentence for people, in Chinese.
            pub fn chinese(self) -> &'static str {
                match self { $(Self::$variant => $chinese,)* }
            }
        }
    };
}

rejects! {
    Empty "empty" "nothing is left once ignorable characters are removed" "去除不可见字符后内容为空",
    NotUtf8 "not_utf8" "the line is not UTF-8" "该行不是有效的 UTF-8",
    BadLine "bad_line" "the line is not `kind,value` in CSV" "该行不是“类型,值”格式的 CSV",
    UnknownKind "unknown_kind" "this kind of identifier is not known" "未知的标识类型",
    UnsupportedVersion "unsupported_version" "this version of the rules is not built in" "本程序未内置该版本的规则",
    TooLong "too_long" "longer than any value of this kind" "超出该类型的最大长度",
    Length "length" "wrong number of characters" "字符数不符",
    Alphabet "alphabet" "contains a character this kind never has" "含有该类型不允许的字符",
    Format "format" "does not have the shape of this kind" "格式与该类型不符",
    CheckDigit "check_digit" "the check digit does not fit; a mistyped value is never repaired by guessing" "校验位不符；不会猜测修正",
    Ambiguous "ambiguous" "holds several different values" "包含多个不同的值",
    PrecisionLost "precision_lost" "a spreadsheet rounded the number away" "电子表格已丢失数字精度",
    Masked "masked" "part of the value is hidden" "部分内容被遮蔽",
    Date "date" "contains a date that does not exist" "包含不存在的日期",
    Issuer "issuer" "the issuer, country or carrier is not known" "签发方、国家或承运商未知",
    Fields "fields" "fields are missing; they are separated by ` | `" "字段缺失；字段之间用“ | ”分隔",
    NiceClass "nice_class" "a Nice class is a number from 1 to 45" "尼斯分类为 1 至 45",
    RegionRequired "region_required" "needs a default region or an international prefix" "需要默认地区或国际区号",
    NotANumber "not_a_number" "no such telephone number can exist" "不可能存在的电话号码",
    Domain "domain" "not a host name" "不是有效的主机名",
    IpAddress "ip_address" "an IP address identifies a server, not a seller" "IP 地址标识服务器而非卖家",
    PublicSuffix "public_suffix" "a public suffix is shared by all its customers" "公共后缀由其所有用户共享",
    ReservedDomain "reserved_domain" "a name reserved for examples and tests" "保留作示例或测试的名称",
    RoleMailbox "role_mailbox" "a mailbox of a role or a machine, not of a person or seller" "岗位或系统邮箱，不代表个人或卖家",
    DisposableDomain "disposable_domain" "a throw-away mailbox open to everybody" "任何人可用的一次性邮箱",
    PlatformHost "platform_host" "belongs to a platform and all its sellers" "属于平台及其全部卖家",
    Shortener "shortener" "a short link hides what it names" "短链接隐藏了真实目标",
    LinkInBio "link_in_bio" "a link page shared by all its users" "由所有用户共享的链接聚合页",
    NotAnItem "not_an_item" "the platform's address names no single item or shop" "该平台网址未指向单个商品或店铺",
    ReservedNumber "reserved_number" "reserved for fiction, tests or services, or shared by many" "保留、测试、服务或多人共用的号码",
    Dummy "dummy" "a filler that many people type" "常见的占位内容",
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_reason_has_its_own_code_and_two_languages() {
        let codes: HashSet<_> = Reject::ALL.iter().map(|reject| reject.code()).collect();
        assert_eq!(codes.len(), Reject::ALL.len());
        for reject in Reject::ALL {
            assert!(
                reject
                    .code()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            );
            assert!(
                !reject.chinese().is_ascii() && reject.english().is_ascii(),
                "{}",
                reject.code()
            );
        }
    }
}
