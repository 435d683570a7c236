//! Icons: the only hint at a sport in the calendar.

use std::fmt;

use serde::ser::{Serialize, Serializer};

use super::SportId;

/// The 32 hexadecimal digits in the address of a sport's icon. The date behind them changes when Polar draws the icon
/// anew, the digits don't (2015 to 2026).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SportIcon([u8; 32]);

impl SportIcon {
    /// From an address such as `https://.../icon/808d0882e97375e68844ec6c5417ea33-2024-04-16_06_01_39`.
    #[must_use]
    pub fn from_url(url: &str) -> Option<Self> {
        let name = url.rsplit('/').next()?;
        let digits: [u8; 32] = name.as_bytes().get(..32)?.try_into().ok()?;
        let ends = name
            .as_bytes()
            .get(32)
            .is_none_or(|b| !b.is_ascii_alphanumeric());
        (ends && digits.iter().all(u8::is_ascii_hexdigit)).then(|| {
            let mut digits = digits;
            digits.make_ascii_lowercase();
            Self(digits)
        })
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The sport; `None` for an icon not known here. 18 are known (seen 2024-10 and earlier).
    #[must_use]
    pub fn sport_id(&self) -> Option<SportId> {
        ICONS
            .iter()
            .find(|(icon, _)| *icon == self.as_str())
            .map(|(_, id)| SportId(*id))
    }

    /// The icon of a session with several exercises.
    #[must_use]
    pub fn is_multisport(&self) -> bool {
        self.sport_id().is_some_and(SportId::is_multisport)
    }
}

/// As its digits.
impl Serialize for SportIcon {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl fmt::Debug for SportIcon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SportIcon({})", self.as_str())
    }
}

const ICONS: &[(&str, u32)] = &[
    ("808d0882e97375e68844ec6c5417ea33", 1),
    ("561a80f6d7eef7cc328aa07fe992af8e", 2),
    ("2524f40bcd8372f0912cb213c1fc9a29", 38),
    ("4ddd474b10302e72fb53bbd69028e15b", 5),
    ("e25370188b9c9b611dcafb6f0028faeb", 11),
    ("d1ce94078aec226be28f6c602e6803e1", 15),
    ("f4197b0c1a4d65962b9e45226c77d4d5", 23),
    ("40894732d0b606b3fd9c9c34471df222", 103),
    ("5cdfcd252814f732414d977484cef4ea", 105),
    // Named "ergometer" where it was seen; the bicycle is meant.
    ("9e3fc7036226634543f971acd1a68e60", 18),
    ("22f701a2c43d7c5678140b0a3e52ddaa", 60),
    ("3e8556e6cf6ed3f01e5f8af133117416", 59),
    ("3c1103ccbeee33fa663a1dc8e0fd8a6d", 25),
    ("f0c9643f1cef947e5621b0b46ab06783", 24),
    ("49b881c0a9aec1fce68fab11f8f1b01d", 114),
    ("1b29ee703b12f73b609566861a9beaa9", 18),
    ("003304795bc33d808ee8e6ab8bf45d1f", 68),
    ("20951a7d8b02def8265f5231f57f4ed9", 82),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_decide_and_the_date_does_not() {
        for url in [
            "https://platform.cdn.polar.com/ecosystem/sport/icon/20951a7d8b02def8265f5231f57f4ed9-2015-10-20_13_45_40",
            "https://elsewhere.example/20951A7D8B02DEF8265F5231F57F4ED9-2024-04-16_06_01_32",
            "20951a7d8b02def8265f5231f57f4ed9",
        ] {
            let icon = SportIcon::from_url(url).unwrap();
            assert_eq!(icon.sport_id(), Some(SportId::FREE_MULTISPORT), "{url}");
            assert!(icon.is_multisport());
        }
        let unknown =
            SportIcon::from_url("https://x/4c54b3b02bd2d8b9b3f60931776a3497-2015").unwrap();
        assert_eq!(unknown.sport_id(), None);
        for bad in [
            "",
            "https://x/short-2015",
            "https://x/zz951a7d8b02def8265f5231f57f4ed9-1",
            "20951a7d8b02def8265f5231f57f4ed9a",
        ] {
            assert_eq!(SportIcon::from_url(bad), None, "{bad}");
        }
    }

    #[test]
    fn no_icon_is_listed_twice() {
        for (index, (icon, _)) in ICONS.iter().enumerate() {
            assert!(
                ICONS[..index].iter().all(|(other, _)| other != icon),
                "{icon}"
            );
            assert!(SportIcon::from_url(icon).is_some(), "{icon}");
        }
    }
}
