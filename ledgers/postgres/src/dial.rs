//! Reaching a server: which addresses are tried, what is said before it is certain who listens, and when to give up.

use std::error::Error;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
#[cfg(unix)]
use std::path::PathBuf;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio_postgres::config::{Host, SslMode, SslNegotiation, TargetSessionAttrs};
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::TlsConnect;
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use crate::error::{PostgresError, Refusal, harmless};
use crate::protection::Protection;
use crate::wire::{ClearText, Wire};

/// A server that let us in.
pub(crate) struct Dialled {
    pub(crate) client: Client,
    /// The task that moves the bytes. It ends with the client; it has to be ended where the server is silent.
    pub(crate) task: AbortHandle,
    pub(crate) protection: Protection,
}

/// One server of the address.
struct Target<'a> {
    config: &'a Config,
    place: Place,
    /// The name in the server's certificate.
    #[cfg(any(feature = "tls", test))]
    host_name: String,
    /// For messages.
    server: String,
    /// Whether the connection has to be encrypted whatever the address says.
    insist: bool,
}

enum Place {
    Tcp(String, u16),
    #[cfg(unix)]
    Unix(PathBuf),
}

/// Connects to the first server of the address that lets us in. `insist`: only with encryption.
///
/// A server that is not there, or not ready, leaves the choice to the next one. A refused password, a certificate that is not accepted
/// and a request for a password in clear text end it: the next server, or the next way, would be offered what the first should not have.
pub(crate) async fn dial(
    config: &Config,
    insist: bool,
    patience: Duration,
) -> Result<Dialled, PostgresError> {
    let mut last = PostgresError::Address;
    for target in targets(config, insist) {
        match target.reach(patience).await {
            Err(error) if may_try_another(&error) => last = error,
            result => return result,
        }
    }
    Err(last)
}

fn targets(config: &Config, insist: bool) -> impl Iterator<Item = Target<'_>> {
    let (hosts, addresses) = (config.get_hosts(), config.get_hostaddrs());
    (0..hosts.len().max(addresses.len())).map(move |number| {
        let ports = config.get_ports();
        let port = ports.get(number).or(ports.first()).copied().unwrap_or(5432);
        let address = addresses.get(number).map(IpAddr::to_string);
        let (place, host_name) = match (hosts.get(number), address) {
            (Some(Host::Tcp(name)), address) => {
                let dialled = address.unwrap_or_else(|| name.clone());
                (Place::Tcp(dialled, port), name.clone())
            }
            #[cfg(unix)]
            (Some(Host::Unix(folder)), _) => {
                let name = folder.display().to_string();
                let socket = folder.join(format!(".s.PGSQL.{port}"));
                (Place::Unix(socket), name)
            }
            (None, address) => {
                let address = address.unwrap_or_default();
                (Place::Tcp(address.clone(), port), address)
            }
        };
        Target {
            config,
            server: describe(&host_name, port, config),
            place,
            #[cfg(any(feature = "tls", test))]
            host_name,
            insist,
        }
    })
}

/// The servers of the address: enough to know which are meant, and never a password.
pub(crate) fn servers(config: &Config) -> String {
    let servers: Vec<String> = targets(config, false).map(|target| target.server).collect();
    servers.join(", ")
}

/// Host, port and database.
fn describe(host: &str, port: u16, config: &Config) -> String {
    let database = config.get_dbname().or(config.get_user());
    format!("{host}:{port}/{}", database.unwrap_or("postgres"))
}

/// Whether the failure says nothing about our password and our caution.
fn may_try_another(error: &PostgresError) -> bool {
    const NOT_NOW: [SqlState; 2] = [SqlState::CANNOT_CONNECT_NOW, SqlState::TOO_MANY_CONNECTIONS];
    match error {
        PostgresError::Connect { source, .. } => source
            .downcast_ref::<Refusal>()
            .is_none_or(|refusal| NOT_NOW.contains(&refusal.code)),
        PostgresError::Silent { .. } => true,
        _ => false,
    }
}

impl Target<'_> {
    /// Tries each address that the server's name stands for.
    async fn reach(&self, patience: Duration) -> Result<Dialled, PostgresError> {
        let (host, port) = match &self.place {
            Place::Tcp(host, port) => (host.as_str(), *port),
            #[cfg(unix)]
            Place::Unix(path) => return self.in_time(patience, self.through_a_socket(path)).await,
        };
        let found = async {
            let found = tokio::net::lookup_host((host, port)).await;
            found.map_err(|error| self.unreachable(error))
        };
        let mut last = None;
        for address in self.in_time(patience, found).await? {
            match self.in_time(patience, self.at(address)).await {
                Err(error) if may_try_another(&error) => last = Some(error),
                result => return result,
            }
        }
        Err(last.unwrap_or_else(|| {
            self.unreachable(io::Error::other("the host name stands for no address"))
        }))
    }

    async fn in_time<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, PostgresError>>,
    ) -> Result<T, PostgresError> {
        let result = tokio::time::timeout(limit, work).await;
        result.unwrap_or_else(|_| {
            let server = self.server.clone();
            Err(PostgresError::Silent { server, limit })
        })
    }

    /// No other machine sees a Unix socket, so it is not encrypted, as with `libpq`.
    #[cfg(unix)]
    async fn through_a_socket(&self, path: &std::path::Path) -> Result<Dialled, PostgresError> {
        let stream = tokio::net::UnixStream::connect(path)
            .await
            .map_err(|error| self.unreachable(error))?;
        self.plain(Wire::new(stream), Protection::Local).await
    }

    async fn at(&self, address: SocketAddr) -> Result<Dialled, PostgresError> {
        let plain = Protection::unencrypted(address.ip());
        let mut stream = self.call(address).await?;
        let mode = if self.insist {
            SslMode::Require
        } else {
            self.config.get_ssl_mode()
        };
        if mode == SslMode::Disable {
            return self.unencrypted(stream, plain).await;
        }
        let direct = self.config.get_ssl_negotiation() == SslNegotiation::Direct;
        let offered = direct || self.offers_encryption(&mut stream).await?;
        if !offered {
            return match mode {
                SslMode::Prefer => self.unencrypted(stream, plain).await,
                _ => Err(PostgresError::NotEncrypted {
                    server: self.server.clone(),
                }),
            };
        }
        match self.encrypted(stream).await {
            // Debian makes a certificate that no authority signed. Packets to this machine pass no other one.
            Err(PostgresError::Tls { .. })
                if !plain.is_exposed() && mode == SslMode::Prefer && !direct =>
            {
                self.unencrypted(self.call(address).await?, plain).await
            }
            result => result,
        }
    }

    async fn call(&self, address: SocketAddr) -> Result<TcpStream, PostgresError> {
        let stream = TcpStream::connect(address)
            .await
            .map_err(|error| self.unreachable(error))?;
        tune(&stream, self.config).map_err(|error| self.unreachable(error))?;
        Ok(stream)
    }

    /// Asks whether the server encrypts, before anything else is said.
    async fn offers_encryption(&self, stream: &mut TcpStream) -> Result<bool, PostgresError> {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        /// Length and number of the message `SSLRequest`.
        const REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
        if !cfg!(feature = "tls") && self.config.get_ssl_mode() != SslMode::Require {
            return Ok(false);
        }
        let answer = async {
            stream.write_all(&REQUEST).await?;
            stream.read_u8().await
        };
        match answer.await {
            Ok(b'S') => Ok(true),
            Ok(b'N') => Ok(false),
            Ok(_) => Err(self.unreachable(io::Error::new(
                io::ErrorKind::InvalidData,
                "its answer is not PostgreSQL's",
            ))),
            Err(error) => Err(self.unreachable(error)),
        }
    }

    async fn unencrypted(
        &self,
        stream: TcpStream,
        protection: Protection,
    ) -> Result<Dialled, PostgresError> {
        let mut wire = Wire::new(stream);
        if protection.is_exposed() {
            wire = wire.without_clear_text_password();
        }
        self.plain(wire, protection).await
    }

    async fn plain(&self, wire: Wire, protection: Protection) -> Result<Dialled, PostgresError> {
        let mut config = self.config.clone();
        config.ssl_mode(SslMode::Disable);
        config.ssl_negotiation(SslNegotiation::Postgres);
        self.enter(&config, wire, NoTls, protection).await
    }

    #[cfg(feature = "tls")]
    async fn encrypted(&self, stream: TcpStream) -> Result<Dialled, PostgresError> {
        use tokio_postgres::tls::MakeTlsConnect;
        let fail = |reason: String| {
            let server = self.server.clone();
            PostgresError::Tls { server, reason }
        };
        let mut maker = crate::tls::connector().map_err(|error| {
            let advice =
                "are the certificates of the authorities installed (package ca-certificates)?";
            fail(format!("{error}; {advice}"))
        })?;
        let tls = MakeTlsConnect::<Wire>::make_tls_connect(&mut maker, &self.host_name)
            .map_err(|error| fail(error.to_string()))?;
        // First the handshake alone: what it fails with is not to be mistaken for what the server says later.
        let stream = tls
            .connect(Wire::new(stream))
            .await
            .map_err(|error| fail(crate::tls::reason(&error)))?;
        let mut config = self.config.clone();
        // The driver is not to ask again for what is there.
        config.ssl_mode(SslMode::Require);
        config.ssl_negotiation(SslNegotiation::Direct);
        self.enter(&config, stream, Done, Protection::Encrypted)
            .await
    }

    #[cfg(not(feature = "tls"))]
    async fn encrypted(&self, _: TcpStream) -> Result<Dialled, PostgresError> {
        Err(PostgresError::NoTls {
            server: self.server.clone(),
        })
    }

    /// Signs in, and begins to move bytes.
    async fn enter<S, T>(
        &self,
        config: &Config,
        stream: S,
        tls: T,
        protection: Protection,
    ) -> Result<Dialled, PostgresError>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
        T: TlsConnect<S>,
        T::Stream: Send + 'static,
    {
        let (client, mut connection) = config
            .connect_raw(stream, tls)
            .await
            .map_err(|error| self.refused(error))?;
        // Not the connection itself: as a future it logs what the server remarks, and a trigger may remark anything. Its error also
        // reaches the call that is waiting for an answer; between calls the next one connects anew.
        let task = tokio::spawn(async move {
            while let Some(Ok(_)) = poll_fn(|cx| connection.poll_message(cx)).await {}
        })
        .abort_handle();
        let dialled = Dialled {
            client,
            task,
            protection,
        };
        self.suits(&dialled.client).await?;
        Ok(dialled)
    }

    /// Whether the server is of the kind that `target_session_attrs` asks for.
    async fn suits(&self, client: &Client) -> Result<(), PostgresError> {
        let wanted = match self.config.get_target_session_attrs() {
            TargetSessionAttrs::ReadWrite => "off",
            TargetSessionAttrs::ReadOnly => "on",
            _ => return Ok(()),
        };
        let answers = client
            .simple_query("SHOW transaction_read_only")
            .await
            .map_err(|error| self.refused(error))?;
        let suits = answers.iter().any(
            |answer| matches!(answer, SimpleQueryMessage::Row(row) if row.get(0) == Some(wanted)),
        );
        if suits {
            return Ok(());
        }
        Err(self.unreachable(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is not of the kind that target_session_attrs asks for",
        )))
    }

    fn unreachable(&self, source: io::Error) -> PostgresError {
        PostgresError::Connect {
            server: self.server.clone(),
            source: source.into(),
        }
    }

    fn refused(&self, source: tokio_postgres::Error) -> PostgresError {
        let server = self.server.clone();
        let asked_for_clear_text = source
            .source()
            .and_then(|error| error.downcast_ref::<io::Error>())
            .and_then(io::Error::get_ref)
            .is_some_and(<dyn Error + Send + Sync>::is::<ClearText>);
        if asked_for_clear_text {
            return PostgresError::ClearText { server };
        }
        PostgresError::Connect {
            server,
            source: harmless(source),
        }
    }
}

/// For a stream on which the handshake is done.
#[cfg(feature = "tls")]
struct Done;

#[cfg(feature = "tls")]
impl<S: tokio_postgres::tls::TlsStream + Unpin> TlsConnect<S> for Done {
    type Stream = S;
    type Error = std::convert::Infallible;
    type Future = std::future::Ready<Result<S, Self::Error>>;

    fn connect(self, stream: S) -> Self::Future {
        std::future::ready(Ok(stream))
    }
}

/// A server that is cut off without a word is noticed between calls, too.
fn tune(stream: &TcpStream, config: &Config) -> io::Result<()> {
    /// The driver's default, which outlasts the patience of any firewall.
    const UNSET: Duration = Duration::from_secs(2 * 60 * 60);
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(config.get_tcp_user_timeout().copied())?;
    if config.get_keepalives() {
        let idle = match config.get_keepalives_idle() {
            UNSET => Duration::from_secs(30),
            asked => asked,
        };
        let keepalive = TcpKeepalive::new().with_time(idle);
        #[cfg(any(target_os = "linux", target_os = "macos", target_os = "freebsd"))]
        let keepalive = keepalive
            .with_interval(
                config
                    .get_keepalives_interval()
                    .unwrap_or(Duration::from_secs(10)),
            )
            .with_retries(config.get_keepalives_retries().unwrap_or(3));
        socket.set_tcp_keepalive(&keepalive)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_of_an_address_has_its_port_and_its_name() {
        let config = crate::address::parse(
            "host=a.example,b.example hostaddr=10.0.0.1,10.0.0.2 port=1,2 user=me password=canary dbname=x",
        )
        .unwrap();
        assert_eq!(servers(&config), "a.example:1/x, b.example:2/x");
        let places: Vec<_> = targets(&config, false)
            .map(|target| match target.place {
                Place::Tcp(host, port) => format!("{host}:{port} {}", target.host_name),
                #[cfg(unix)]
                Place::Unix(path) => path.display().to_string(),
            })
            .collect();
        assert_eq!(places, ["10.0.0.1:1 a.example", "10.0.0.2:2 b.example"]);
        let config = crate::address::parse("hostaddr=10.0.0.1 user=me").unwrap();
        assert_eq!(servers(&config), "10.0.0.1:5432/me");
    }
}
