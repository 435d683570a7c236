//! A connection that does not come about names its cause.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use web_session::{ConnectProblem, Error, SessionBuilder, Url};

use crate::support::quick;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::CommonName, "authority of a test");
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// The fault of a server's certificate.
#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    None,
    Name,
    Over,
    Early,
}

/// A server that answers every request with 200, over TLS.
async fn tls_server(authority: &Authority, flaw: Flaw) -> Url {
    let name = if flaw == Flaw::Name {
        "other.example"
    } else {
        "localhost"
    };
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    match flaw {
        Flaw::Over => params.not_after = date_time_ymd(2020, 1, 2),
        Flaw::Early => params.not_before = date_time_ymd(2090, 1, 2),
        _ => {}
    }
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let _ = stream.read(&mut [0; 4096]).await;
                let answer =
                    b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nfine";
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    format!("https://localhost:{port}/").parse().unwrap()
}

/// The cause and the error's text: of a read and of a write alike, without a repetition of a lasting failure.
async fn problem(builder: SessionBuilder, url: &Url) -> (ConnectProblem, String) {
    let session = builder.base_url(url.clone()).build().unwrap();
    let error = session.get(url.clone()).endpoint("home").read().await;
    let error = error.unwrap_err();
    let write = session.post(url.clone()).write().await.unwrap_err();
    assert!(!write.may_have_been_sent(), "{write}");
    let Error::Connect { problem, .. } = &error else {
        panic!("{error:?}");
    };
    let text = error.to_string();
    assert!(text.starts_with("home: no connection to "), "{text}");
    assert_eq!(error.is_temporary(), problem.is_temporary());
    (problem.clone(), text)
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_once_it_is_added() {
    let authority = authority();
    let url = tls_server(&authority, Flaw::None).await;
    let (pem, der) = (authority.pem(), authority.der().to_vec());
    for certificate in [pem.as_bytes(), &der] {
        let session = quick()
            .no_proxy()
            .add_root_certificate(certificate)
            .base_url(url.clone())
            .build()
            .unwrap();
        let response = session.get(url.clone()).read().await.unwrap();
        assert_eq!(response.text(), "fine");
        assert_eq!(
            session.post(url.clone()).write().await.unwrap().text(),
            "fine"
        );
        // A session without cookies trusts it, too.
        let bare = session.get(url.clone()).without_cookies();
        assert_eq!(bare.read().await.unwrap().text(), "fine");
    }
    for rubbish in [
        "",
        "rubbish",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ] {
        let built = quick()
            .add_root_certificate(rubbish)
            .base_url(url.clone())
            .build();
        assert!(
            matches!(built, Err(Error::InvalidRequest { .. })),
            "{rubbish}"
        );
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_names_its_flaw() {
    let authority = authority();
    let trusting = || quick().no_proxy().add_root_certificate(authority.pem());
    let url = tls_server(&authority, Flaw::None).await;
    let (problem_found, text) = problem(quick().no_proxy(), &url).await;
    assert_eq!(problem_found, ConnectProblem::UnknownAuthority);
    assert!(!problem_found.is_temporary());
    assert!(text.contains("unknown authority (CA)"), "{text}");
    let url = tls_server(&authority, Flaw::Name).await;
    let (problem_found, text) = problem(trusting(), &url).await;
    let names = vec!["other.example".to_owned()];
    assert_eq!(problem_found, ConnectProblem::WrongName { names });
    assert!(text.contains("another host name (other.example)"), "{text}");
    let url = tls_server(&authority, Flaw::Over).await;
    let (_, text) = problem(trusting(), &url).await;
    assert!(text.contains("expired on Thu, 02 Jan 2020"), "{text}");
    assert!(text.contains("whether the clock is ahead"), "{text}");
    let url = tls_server(&authority, Flaw::Early).await;
    let (_, text) = problem(trusting(), &url).await;
    assert!(
        text.contains("not valid yet before Mon, 02 Jan 2090"),
        "{text}"
    );
    assert!(text.contains("whether the clock is behind"), "{text}");
}

async fn plain_server(answer: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(answer).await;
            });
        }
    });
    port
}

fn free_port() -> u16 {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port()
}

#[tokio::test]
async fn what_is_in_the_way_is_named() {
    let port = plain_server(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let url = format!("https://127.0.0.1:{port}/").parse().unwrap();
    let (found, text) = problem(quick().no_proxy(), &url).await;
    assert_eq!(found, ConnectProblem::NoTls, "{text}");
    let url = format!("http://127.0.0.1:{}/", free_port())
        .parse()
        .unwrap();
    let (found, text) = problem(quick().no_proxy(), &url).await;
    assert_eq!(found, ConnectProblem::Refused, "{text}");
    assert!(found.is_temporary());
    let url = "http://no-such-host.invalid/".parse().unwrap();
    let (found, text) = problem(quick().no_proxy(), &url).await;
    assert_eq!(found, ConnectProblem::UnknownHost, "{text}");
}

#[tokio::test]
async fn a_proxy_that_fails_is_named_without_its_password() {
    let refusing =
        plain_server(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            .await;
    for port in [free_port(), refusing] {
        let proxy: Url = format!("http://me:canary7Q@127.0.0.1:{port}")
            .parse()
            .unwrap();
        let url = "https://site.example/".parse().unwrap();
        let (found, text) = problem(quick().proxy(proxy), &url).await;
        assert!(matches!(found, ConnectProblem::Proxy { .. }), "{found:?}");
        assert!(
            text.contains(&format!("the proxy 127.0.0.1:{port} failed")),
            "{text}"
        );
        assert!(!text.contains("canary7Q"), "{text}");
    }
    let built = quick()
        .proxy("socks9://127.0.0.1:1".parse().unwrap())
        .base_url("https://site.example/".parse().unwrap())
        .build();
    assert!(
        matches!(built, Err(Error::InvalidRequest { .. })),
        "{built:?}"
    );
}

#[tokio::test]
async fn a_proxy_is_used_when_it_is_set() {
    let port = plain_server(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nby proxy!").await;
    let url: Url = "http://site.invalid/".parse().unwrap();
    let session = quick()
        .proxy(format!("http://127.0.0.1:{port}").parse().unwrap())
        .base_url(url.clone())
        .timeout(Duration::from_secs(5))
        .build()
        .unwrap();
    assert_eq!(session.get(url).read().await.unwrap().text(), "by proxy!");
}
