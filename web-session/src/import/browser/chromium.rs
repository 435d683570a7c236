//! `Cookies` of Chromium on Linux. A value is plain, or begins with `v10` and is encrypted with a fixed key
//! (`--password-store=basic`, and machines without a keyring), or begins with `v11` and needs the desktop's keyring.

use std::num::NonZeroU32;
use std::path::Path;

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use ring::{digest, pbkdf2};

use super::{BrowserError, Found, database, unreadable};

const QUERY: &str = "SELECT host_key, name, value, encrypted_value, path, expires_utc, has_expires, is_secure, \
                     is_httponly FROM cookies ORDER BY last_access_utc";

/// From this version of the table on, an encrypted value begins with the digest of its host.
const WITH_DIGEST: i64 = 24;

/// Seconds from 1601, where Chromium begins to count, to 1970.
const TO_1970: i64 = 11_644_473_600;

pub(super) fn read(path: &Path) -> Result<Vec<Found>, BrowserError> {
    let copy = database::copy(path)?;
    let broken = |error: rusqlite::Error| unreadable(path, error);
    let version = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'version'";
    let version: i64 = copy
        .connection
        .query_row(version, [], |row| row.get(0))
        .map_err(broken)?;
    let mut statement = copy.connection.prepare(QUERY).map_err(broken)?;
    let mut rows = statement.query([]).map_err(broken)?;
    let mut found = Vec::new();
    let mut needs_keyring = false;
    while let Some(row) = rows.next().map_err(broken)? {
        let domain: String = row.get(0).map_err(broken)?;
        let plain: String = row.get(2).map_err(broken)?;
        let sealed: Vec<u8> = row.get(3).map_err(broken)?;
        let value = match sealed.is_empty() {
            true => Some(plain),
            false => open(&sealed, &domain, version >= WITH_DIGEST),
        };
        let Some(value) = value else {
            needs_keyring = true;
            continue;
        };
        let expires: i64 = row.get(5).map_err(broken)?;
        let has_expires: bool = row.get(6).map_err(broken)?;
        found.push(Found {
            host_only: !domain.starts_with('.'),
            domain,
            name: row.get(1).map_err(broken)?,
            value,
            path: row.get(4).map_err(broken)?,
            expires: has_expires.then_some(expires / 1_000_000 - TO_1970),
            secure: row.get(7).map_err(broken)?,
            http_only: row.get(8).map_err(broken)?,
        });
    }
    match found.is_empty() && needs_keyring {
        true => Err(BrowserError::Keyring),
        false => Ok(found),
    }
}

/// Decrypts a value with the two fixed keys.
fn open(sealed: &[u8], host: &str, with_digest: bool) -> Option<String> {
    let sealed = sealed.strip_prefix(b"v10")?;
    // The second one was used by mistake for a time.
    ["peanuts", ""].into_iter().find_map(|password| {
        let mut bytes = sealed.to_vec();
        let opened = decryptor(password)
            .decrypt_padded::<Pkcs7>(&mut bytes)
            .ok()?;
        let host = digest::digest(&digest::SHA256, host.as_bytes());
        let value = match with_digest {
            true => opened.strip_prefix(host.as_ref())?,
            false => opened,
        };
        String::from_utf8(value.to_vec()).ok()
    })
}

fn decryptor(password: &str) -> cbc::Decryptor<aes::Aes128> {
    let mut key = [0; 16];
    pbkdf2::derive(
        pbkdf2::PBKDF2_HMAC_SHA1,
        NonZeroU32::MIN,
        b"saltysalt",
        password.as_bytes(),
        &mut key,
    );
    cbc::Decryptor::new(&key.into(), &[b' '; 16].into())
}

#[cfg(test)]
pub(super) mod tests {
    use cbc::cipher::BlockModeEncrypt as _;

    use super::*;

    /// A value as Chromium writes it.
    pub(in super::super) fn seal(
        value: &str,
        host: &str,
        with_digest: bool,
        password: &str,
    ) -> Vec<u8> {
        let mut key = [0; 16];
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA1,
            NonZeroU32::MIN,
            b"saltysalt",
            password.as_bytes(),
            &mut key,
        );
        let mut plain = Vec::new();
        if with_digest {
            plain.extend_from_slice(digest::digest(&digest::SHA256, host.as_bytes()).as_ref());
        }
        plain.extend_from_slice(value.as_bytes());
        let length = plain.len();
        plain.resize(length + 16, 0);
        let encryptor = cbc::Encryptor::<aes::Aes128>::new(&key.into(), &[b' '; 16].into());
        let sealed = encryptor
            .encrypt_padded::<Pkcs7>(&mut plain, length)
            .unwrap();
        [b"v10", sealed].concat()
    }

    #[test]
    fn a_value_is_decrypted_with_the_fixed_key() {
        for (password, with_digest) in [("peanuts", true), ("peanuts", false), ("", true)] {
            let sealed = seal("a=b; c", ".site.example", with_digest, password);
            assert_eq!(
                open(&sealed, ".site.example", with_digest).as_deref(),
                Some("a=b; c")
            );
        }
        let sealed = seal("x", ".site.example", true, "peanuts");
        assert_eq!(
            open(&sealed, "other.example", true),
            None,
            "moved to another host"
        );
        assert_eq!(open(&seal("x", "h", true, "a secret"), "h", true), None);
        assert_eq!(
            open(&[b"v11", &sealed[3..]].concat(), ".site.example", true),
            None
        );
        assert_eq!(open(b"v10", "h", false), None);
    }

    /// PBKDF2 with "peanuts" and "saltysalt", as the sources of Chromium have it written down (os_crypt_linux.cc).
    #[test]
    fn the_key_is_the_one_of_the_sources() {
        let mut key = [0; 16];
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA1,
            NonZeroU32::MIN,
            b"saltysalt",
            b"peanuts",
            &mut key,
        );
        let expected = [
            0xfd, 0x62, 0x1f, 0xe5, 0xa2, 0xb4, 0x02, 0x53, 0x9d, 0xfa, 0x14, 0x7c, 0xa9, 0x27,
            0x27, 0x78,
        ];
        assert_eq!(key, expected);
    }
}
