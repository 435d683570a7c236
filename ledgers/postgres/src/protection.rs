//! How far a connection is protected from other readers.

use std::net::IpAddr;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    /// The connection is encrypted, and the server is the one of its certificate.
    Encrypted,
    /// A Unix socket or the loopback interface: packets never leave this machine.
    Local,
    /// Each machine on the way can read the connection.
    None,
}

impl Protection {
    /// The protection of a connection to this address without encryption.
    pub(crate) fn unencrypted(address: IpAddr) -> Self {
        if address.to_canonical().is_loopback() {
            Self::Local
        } else {
            Self::None
        }
    }

    /// Whether the program has to warn: see [`PostgresLedger::is_exposed`](crate::PostgresLedger::is_exposed).
    pub(crate) fn is_exposed(self) -> bool {
        self == Self::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_connections_off_loopback_are_exposed_and_others_are_not() {
        for address in [
            "10.0.0.1",
            "192.168.1.2",
            "169.254.0.1",
            "198.51.100.7",
            "0.0.0.0",
            "128.0.0.1",
            "::",
            "fe80::1",
            "fd00::2",
            "::ffff:10.0.0.1",
            "2001:db8::1",
        ] {
            let plain = Protection::unencrypted(address.parse().unwrap());
            assert!(plain.is_exposed(), "{address}");
        }
        for address in ["127.0.0.1", "127.200.3.4", "::1", "::ffff:127.0.0.1"] {
            let plain = Protection::unencrypted(address.parse().unwrap());
            assert!(!plain.is_exposed(), "{address}");
        }
        assert!(!Protection::Encrypted.is_exposed());
    }
}
