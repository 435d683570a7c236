//! The cause of a failed connection, with advice.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::{Duration, SystemTime};

use hyper_util::client::proxy::matcher::Matcher;
use rustls::CertificateError;
use url::Url;

use crate::redact::{self, printable};
use crate::transport::Proxy;

/// The cause of a failed connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectProblem {
    /// The name of the host has no address.
    UnknownHost,
    /// The host refused the connection: no program listens at the port.
    Refused,
    /// The network has no route to the host, or the host does not answer.
    Unreachable,
    /// The certificate was signed by an authority that this machine does not trust.
    UnknownAuthority,
    /// The certificate is for other names.
    WrongName {
        /// The names in it.
        names: Vec<String>,
    },
    /// The certificate has expired, or this machine's clock is ahead.
    Expired {
        /// The end of its validity.
        ended: Option<String>,
        /// The time on this machine's clock.
        now: String,
    },
    /// The certificate is not valid yet, or this machine's clock is behind.
    NotYetValid {
        /// The start of its validity.
        begins: Option<String>,
        /// The time on this machine's clock.
        now: String,
    },
    /// The certificate is wrong in another way.
    Certificate(String),
    /// The server does not speak TLS at this port.
    NoTls,
    /// The TLS handshake failed for another reason.
    Tls(String),
    /// The proxy refused the connection or cannot be reached.
    Proxy {
        /// Its host and port.
        proxy: String,
        /// The proxy's failure.
        problem: String,
    },
    /// Any other cause.
    Other(String),
}

impl fmt::Display for ConnectProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dated = |date: &Option<String>, word: &str| match date {
            Some(date) => format!(" {word} {date}"),
            None => String::new(),
        };
        match self {
            Self::UnknownHost => f.write_str(
                "the name of the host cannot be resolved; check the network and the address",
            ),
            Self::Refused => {
                f.write_str("the connection was refused; check the address and its port")
            }
            Self::Unreachable => {
                f.write_str("the host cannot be reached; check the network and the address")
            }
            Self::UnknownAuthority => f.write_str(
                "its certificate was signed by an unknown authority (CA); if a proxy or a server of your own signs so, \
                 add its root certificate to the system's or name it in SSL_CERT_FILE",
            ),
            Self::WrongName { names } if names.is_empty() => {
                f.write_str("its certificate is for another host name; check the address")
            }
            Self::WrongName { names } => write!(
                f,
                "its certificate is for another host name ({}); check the address",
                names.join(", ")
            ),
            Self::Expired { ended, now } => write!(
                f,
                "its certificate has expired{}; this machine's clock says {now}: check whether the clock is ahead",
                dated(ended, "on")
            ),
            Self::NotYetValid { begins, now } => write!(
                f,
                "its certificate is not valid yet{}; this machine's clock says {now}: check whether the clock is behind",
                dated(begins, "before")
            ),
            Self::Certificate(problem) => write!(f, "its certificate is not valid: {problem}"),
            Self::NoTls => f.write_str(
                "it does not speak TLS at this port; check whether the address should begin with http://",
            ),
            Self::Tls(problem) => write!(f, "TLS failed: {problem}"),
            Self::Proxy { proxy, problem } => write!(
                f,
                "the proxy {proxy} failed: {problem}; check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, or the \
                 proxy that is set"
            ),
            Self::Other(problem) => write!(f, "{problem}; check the network and the address"),
        }
    }
}

impl ConnectProblem {
    /// Whether the same connection may come about later. A certificate that this machine does not trust needs the user first.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        !matches!(
            self,
            Self::UnknownAuthority | Self::WrongName { .. } | Self::Certificate(_) | Self::NoTls
        )
    }

    /// Looks for the cause in an error of the transport.
    pub(crate) fn find(error: &(dyn StdError + 'static), url: &Url, proxy: &Proxy) -> Self {
        let causes = causes(error);
        let tls = causes
            .iter()
            .find_map(|cause| cause.downcast_ref::<rustls::Error>());
        // With an HTTPS address only the host itself talks TLS, through whatever proxy.
        if let Some(tls) = tls {
            return Self::of_tls(tls);
        }
        if let Some(proxy) = proxy_for(url, proxy) {
            let last = causes.last().map(ToString::to_string);
            return Self::Proxy {
                proxy,
                problem: printable(&last.unwrap_or_default()),
            };
        }
        let text = |cause: &&(dyn StdError + 'static)| cause.to_string();
        if causes
            .iter()
            .map(text)
            .any(|text| text.contains("dns error"))
        {
            return Self::UnknownHost;
        }
        let kinds: Vec<_> = causes
            .iter()
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .map(io::Error::kind)
            .collect();
        let any = |wanted: &[io::ErrorKind]| kinds.iter().any(|kind| wanted.contains(kind));
        if any(&[io::ErrorKind::ConnectionRefused]) {
            return Self::Refused;
        }
        if any(&[
            io::ErrorKind::TimedOut,
            io::ErrorKind::HostUnreachable,
            io::ErrorKind::NetworkUnreachable,
        ]) {
            return Self::Unreachable;
        }
        let last = causes.last().map(ToString::to_string);
        Self::Other(printable(&last.unwrap_or_default()))
    }

    fn of_tls(error: &rustls::Error) -> Self {
        let now = || date(Some(SystemTime::now())).unwrap_or_default();
        let at = |time: &rustls::pki_types::UnixTime| {
            date(SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(time.as_secs())))
        };
        match error {
            rustls::Error::InvalidCertificate(problem) => match problem {
                CertificateError::UnknownIssuer => Self::UnknownAuthority,
                CertificateError::NotValidForName => Self::WrongName { names: Vec::new() },
                CertificateError::NotValidForNameContext { presented, .. } => Self::WrongName {
                    names: presented.iter().take(5).map(|name| name_of(name)).collect(),
                },
                CertificateError::Expired => Self::Expired {
                    ended: None,
                    now: now(),
                },
                CertificateError::ExpiredContext { not_after, .. } => Self::Expired {
                    ended: at(not_after),
                    now: now(),
                },
                CertificateError::NotValidYet => Self::NotYetValid {
                    begins: None,
                    now: now(),
                },
                CertificateError::NotValidYetContext { not_before, .. } => Self::NotYetValid {
                    begins: at(not_before),
                    now: now(),
                },
                other => Self::Certificate(printable(&other.to_string())),
            },
            rustls::Error::InvalidMessage(_) => Self::NoTls,
            other => Self::Tls(printable(&other.to_string())),
        }
    }
}

/// `DnsName("a.example")` becomes `a.example`.
fn name_of(presented: &str) -> String {
    let inner = presented.split('"').nth(1).unwrap_or(presented);
    printable(inner)
}

fn date(time: Option<SystemTime>) -> Option<String> {
    // Beyond the year 9999 the formatter panics.
    let end = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    time.filter(|time| (SystemTime::UNIX_EPOCH..end).contains(time))
        .map(httpdate::fmt_http_date)
}

/// The error and what is behind it. An `io::Error` hides the error that it carries from `source`.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    let mut all = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        all.push(cause);
        let inner = cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map(|inner| inner as &(dyn StdError + 'static));
        next = inner.or_else(|| cause.source());
    }
    all
}

/// The proxy by which a request to `url` goes.
fn proxy_for(url: &Url, proxy: &Proxy) -> Option<String> {
    match proxy {
        Proxy::None => None,
        Proxy::Fixed(proxy) => Some(redact::host(proxy)),
        Proxy::Environment => {
            let uri = url.as_str().parse().ok()?;
            let intercepted = Matcher::from_env().intercept(&uri)?;
            let proxy = intercepted.uri().authority()?.as_str();
            // Names and passwords stand before the `@`.
            Some(printable(proxy.rsplit('@').next().unwrap_or_default()))
        }
    }
}
