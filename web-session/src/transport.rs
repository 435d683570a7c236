//! The HTTP client underneath: TLS with the ring provider, certificates, proxies.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use url::Url;

use crate::error::Error;
use crate::redact;

/// How connections are made; the same for every client of a session.
#[derive(Clone, Default)]
pub(crate) struct Transport {
    pub(crate) proxy: Proxy,
    roots: Vec<CertificateDer<'static>>,
    problem: Option<String>,
}

/// The way out of the local network.
#[derive(Debug, Clone, Default)]
pub(crate) enum Proxy {
    /// As the environment says (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`).
    #[default]
    Environment,
    None,
    Fixed(Url),
}

impl Transport {
    /// Trusts more certificates than the system does.
    pub(crate) fn add_roots(&mut self, certificates: &[u8]) {
        let is_pem = certificates.windows(10).any(|part| part == b"-----BEGIN");
        let found: Vec<_> = match is_pem {
            true => CertificateDer::pem_slice_iter(certificates)
                .filter_map(Result::ok)
                .collect(),
            false => vec![CertificateDer::from(certificates.to_vec())],
        };
        let readable = |certificate: &CertificateDer<'_>| {
            RootCertStore::empty()
                .add(certificate.clone().into_owned())
                .is_ok()
        };
        if found.is_empty() || !found.iter().all(readable) {
            self.problem = Some("the root certificate is neither PEM nor DER".to_owned());
        }
        self.roots.extend(found);
    }

    /// A builder of clients. `is_plain`: no certificate will ever be looked at, so a machine without any is good enough.
    pub(crate) fn client(
        &self,
        timeout: Duration,
        is_plain: bool,
    ) -> Result<reqwest::ClientBuilder, Error> {
        if let Some(problem) = &self.problem {
            return Err(invalid(problem.clone()));
        }
        let builder = reqwest::Client::builder()
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .timeout(timeout)
            .connect_timeout(timeout.min(Duration::from_secs(15)))
            .tls_backend_preconfigured(self.tls(is_plain)?);
        Ok(match &self.proxy {
            Proxy::Environment => builder,
            Proxy::None => builder.no_proxy(),
            Proxy::Fixed(url) => {
                if !matches!(url.scheme(), "http" | "https") {
                    return Err(invalid(format!(
                        "the address of the proxy {} must begin with http:// or https://",
                        redact::url(url)
                    )));
                }
                let proxy = reqwest::Proxy::all(url.as_str());
                builder.proxy(proxy.map_err(|_| {
                    invalid(format!("{} is no address of a proxy", redact::url(url)))
                })?)
            }
        })
    }

    /// The TLS configuration with its own crypto provider, so that no process-wide provider is needed.
    fn tls(&self, is_plain: bool) -> Result<ClientConfig, Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(setup)?;
        let mut config = match is_plain {
            true => builder
                .with_root_certificates(RootCertStore::empty())
                .with_no_client_auth(),
            false => {
                let verifier = Verifier::new_with_extra_roots(self.roots.iter().cloned(), provider)
                    .map_err(setup)?;
                builder
                    .dangerous()
                    .with_custom_certificate_verifier(Arc::new(verifier))
                    .with_no_client_auth()
            }
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let proxy = match &self.proxy {
            Proxy::Environment => "from the environment".to_owned(),
            Proxy::None => "none".to_owned(),
            Proxy::Fixed(url) => redact::host(url),
        };
        f.debug_struct("Transport")
            .field("proxy", &proxy)
            .field("roots", &self.roots.len())
            .finish_non_exhaustive()
    }
}

fn invalid(problem: String) -> Error {
    Error::InvalidRequest {
        endpoint: "settings",
        problem,
    }
}

fn setup(error: rustls::Error) -> Error {
    Error::Setup {
        problem: redact::printable(&error.to_string()),
    }
}

/// The error of a client that cannot be built.
pub(crate) fn unbuilt(error: &reqwest::Error) -> Error {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Error::Setup {
        problem: redact::printable(&cause.to_string()),
    }
}
