//! One connection, and a new one when it is lost.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio_postgres::error::Severity;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, Config, Socket, Statement};

use crate::error::PostgresError;
use crate::schema;

/// A connection with its statements prepared.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) get: Statement,
    pub(crate) insert: Statement,
    pub(crate) update: Statement,
    pub(crate) first_page: Statement,
    pub(crate) next_page: Statement,
}

/// How to connect, and the connection.
#[derive(Debug)]
pub(crate) struct Connector {
    config: Config,
    pub(crate) schema: String,
    pub(crate) server: String,
    /// Where the connection's task lives: the ledger itself may be used from any executor.
    runtime: Handle,
    session: Mutex<Option<Arc<Session>>>,
}

impl Connector {
    pub(crate) fn new(config: Config, schema: String, runtime: Handle) -> Self {
        let server = describe(&config);
        Self {
            config,
            schema,
            server,
            runtime,
            session: Mutex::new(None),
        }
    }

    /// The connection, made anew where it is known to be lost.
    pub(crate) async fn session(&self) -> Result<Arc<Session>, PostgresError> {
        let mut session = self.session.lock().await;
        if let Some(session) = session
            .as_ref()
            .filter(|session| !session.client.is_closed())
        {
            return Ok(Arc::clone(session));
        }
        let (config, name, server) = (
            self.config.clone(),
            self.schema.clone(),
            self.server.clone(),
        );
        let made = self
            .runtime
            .spawn(async move { open(&config, &name, &server).await });
        let made = Arc::new(made.await.map_err(|_| PostgresError::Runtime)??);
        *session = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Whether the error is the end of the connection. If so, the next call makes a new one.
    pub(crate) async fn is_lost(
        &self,
        session: &Arc<Session>,
        error: &tokio_postgres::Error,
    ) -> bool {
        // The server says good-bye before it hangs up, with a severity that ends the session.
        let farewell = error.as_db_error().is_some_and(|server| {
            matches!(
                server.parsed_severity(),
                Some(Severity::Fatal | Severity::Panic)
            )
        });
        let lost = farewell || error.is_closed() || session.client.is_closed();
        if lost {
            let mut current = self.session.lock().await;
            if current
                .as_ref()
                .is_some_and(|current| Arc::ptr_eq(current, session))
            {
                *current = None;
            }
        }
        lost
    }

    pub(crate) fn failed(&self, source: tokio_postgres::Error) -> PostgresError {
        PostgresError::Query {
            server: self.server.clone(),
            source,
        }
    }
}

async fn open(config: &Config, schema: &str, server: &str) -> Result<Session, PostgresError> {
    let mut client = connect(config, server).await?;
    schema::prepare(&mut client, schema, server).await?;
    let table = format!("{}.documents", schema::quoted(schema));
    let get = format!("SELECT name, version, body FROM {table} WHERE route = $1 AND name = $2");
    let insert = format!(
        "INSERT INTO {table} (route, name, version, body) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING"
    );
    let update = format!(
        "UPDATE {table} SET version = version + 1, body = $4 WHERE route = $1 AND name = $2 AND version = $3"
    );
    // Two statements: one that asks whether there is an `after` may be planned to search each page from the beginning of the route.
    let first_page =
        format!("SELECT name, version, body FROM {table} WHERE route = $1 ORDER BY name LIMIT $2");
    let next_page = format!(
        "SELECT name, version, body FROM {table} WHERE route = $1 AND name > $3 ORDER BY name LIMIT $2"
    );
    let prepared = async {
        Ok((
            client.prepare(&get).await?,
            client.prepare(&insert).await?,
            client.prepare(&update).await?,
            client.prepare(&first_page).await?,
            client.prepare(&next_page).await?,
        ))
    };
    let (get, insert, update, first_page, next_page) =
        prepared.await.map_err(|source| PostgresError::Query {
            server: server.to_owned(),
            source,
        })?;
    Ok(Session {
        client,
        get,
        insert,
        update,
        first_page,
        next_page,
    })
}

/// With the feature `tls`: encrypted if that works. `sslmode=prefer`, which is what an address without `sslmode` says, means no more than
/// that, so a server whose certificate can't be checked (Debian's own, on one's own machine) is used without; `require` insists.
#[cfg(feature = "tls")]
async fn connect(config: &Config, server: &str) -> Result<Client, PostgresError> {
    use tokio_postgres::config::SslMode;
    let encrypted = match crate::tls::connector() {
        Ok(tls) => connect_with(config, server, tls).await,
        Err(source) => Err(PostgresError::Tls { source }),
    };
    match encrypted {
        Err(_) if config.get_ssl_mode() == SslMode::Prefer => {
            let mut plain = config.clone();
            plain.ssl_mode(SslMode::Disable);
            connect_with(&plain, server, tokio_postgres::NoTls).await
        }
        result => result,
    }
}

#[cfg(not(feature = "tls"))]
async fn connect(config: &Config, server: &str) -> Result<Client, PostgresError> {
    connect_with(config, server, tokio_postgres::NoTls).await
}

async fn connect_with<T>(config: &Config, server: &str, tls: T) -> Result<Client, PostgresError>
where
    T: MakeTlsConnect<Socket> + Send,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let (client, connection) =
        config
            .connect(tls)
            .await
            .map_err(|source| PostgresError::Connect {
                server: server.to_owned(),
                source,
            })?;
    // Its error also reaches the call in work; between calls nobody needs it, the next one connects anew.
    tokio::spawn(async move { connection.await.ok() });
    Ok(client)
}

/// Host, port and database: enough to know which server is meant, and never a password.
fn describe(config: &Config) -> String {
    use tokio_postgres::config::Host;
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let database = config
        .get_dbname()
        .or(config.get_user())
        .unwrap_or("postgres");
    format!("{host}:{port}/{database}")
}
