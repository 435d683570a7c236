//! One connection, a new one when it is lost, and a limit for each thing that is asked.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::task::{AbortHandle, JoinHandle};
use tokio_postgres::error::Severity;
use tokio_postgres::{Client, Config};

use crate::dial::{self, Dialled};
use crate::error::{PostgresError, harmless};
use crate::protection::Protection;
use crate::schema;
use crate::statements::Statements;

/// A connection with its statements prepared.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) statements: Statements,
    protection: Protection,
    task: AbortHandle,
}

/// How to connect, and the connection.
#[derive(Debug)]
pub(crate) struct Connector {
    settings: Arc<Settings>,
    /// The runtime of the connection's task: any executor can use the ledger itself.
    runtime: Handle,
    current: Mutex<Current>,
}

/// What every connection is made with.
#[derive(Debug)]
struct Settings {
    config: Config,
    schema: String,
    server: String,
    limit: Duration,
}

#[derive(Debug, Default)]
struct Current {
    session: Option<Arc<Session>>,
    /// Once a connection was encrypted, the next ones have to be.
    insist: bool,
}

impl Connector {
    pub(crate) fn new(config: Config, schema: String, limit: Duration, runtime: Handle) -> Self {
        let server = dial::servers(&config);
        Self {
            settings: Arc::new(Settings {
                config,
                schema,
                server,
                limit,
            }),
            runtime,
            current: Mutex::default(),
        }
    }

    pub(crate) fn server(&self) -> &str {
        &self.settings.server
    }

    /// The connection, made anew where it is known to be lost.
    pub(crate) async fn session(&self) -> Result<Arc<Session>, PostgresError> {
        let mut current = self.current.lock().await;
        let open = |session: &&Arc<Session>| !session.client.is_closed();
        if let Some(session) = current.session.as_ref().filter(open) {
            return Ok(Arc::clone(session));
        }
        let (settings, insist) = (Arc::clone(&self.settings), current.insist);
        let opening = self
            .runtime
            .spawn(async move { open_session(&settings, insist).await });
        let made = AbortOnDrop(opening).await_it().await?;
        current.insist |= made.protection == Protection::Encrypted;
        let made = Arc::new(made);
        current.session = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Waits for an answer of the server up to the limit, then gives the connection up.
    pub(crate) async fn answer<T>(
        &self,
        session: &Arc<Session>,
        work: impl Future<Output = T>,
    ) -> Result<T, PostgresError> {
        let limit = self.settings.limit;
        let in_time = {
            // The timer belongs to the runtime, whatever executes this.
            let _runtime = self.runtime.enter();
            tokio::time::timeout(limit, work)
        };
        match in_time.await {
            Ok(answer) => Ok(answer),
            Err(_) => {
                self.give_up(session).await;
                Err(self.settings.silent())
            }
        }
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
            self.give_up(session).await;
        }
        lost
    }

    async fn give_up(&self, session: &Arc<Session>) {
        // Without this the task would wait for the answer as long as the system lets it.
        session.task.abort();
        let mut current = self.current.lock().await;
        if current
            .session
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, session))
        {
            current.session = None;
        }
    }

    /// Whether others can read the connection in use on its way; `None` without a connection.
    pub(crate) async fn is_exposed(&self) -> Option<bool> {
        let current = self.current.lock().await;
        let session = current.session.as_ref()?;
        Some(session.protection.is_exposed())
    }

    pub(crate) fn failed(&self, source: tokio_postgres::Error) -> PostgresError {
        PostgresError::Query {
            server: self.settings.server.clone(),
            source: harmless(source),
        }
    }
}

impl Settings {
    fn silent(&self) -> PostgresError {
        PostgresError::Silent {
            server: self.server.clone(),
            limit: self.limit,
        }
    }
}

/// Work that ends with the call that waits for it.
struct AbortOnDrop<T>(JoinHandle<Result<T, PostgresError>>);

impl<T> AbortOnDrop<T> {
    async fn await_it(mut self) -> Result<T, PostgresError> {
        (&mut self.0).await.map_err(|_| PostgresError::Runtime)?
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn open_session(settings: &Settings, insist: bool) -> Result<Session, PostgresError> {
    let (config, limit) = (&settings.config, settings.limit);
    let patience = config.get_connect_timeout().copied().unwrap_or(limit);
    let dialled = dial::dial(config, insist, patience).await?;
    let task = dialled.task.clone();
    let opened = tokio::time::timeout(limit, prepare(settings, dialled)).await;
    opened.unwrap_or_else(|_| {
        task.abort();
        Err(settings.silent())
    })
}

async fn prepare(settings: &Settings, dialled: Dialled) -> Result<Session, PostgresError> {
    let Dialled {
        mut client,
        task,
        protection,
    } = dialled;
    let server = &settings.server;
    schema::prepare(&mut client, &settings.schema, server).await?;
    let table = format!("{}.documents", schema::quoted(&settings.schema));
    let statements = Statements::prepare(&client, &table).await;
    let statements = statements.map_err(|source| PostgresError::Query {
        server: server.to_owned(),
        source: harmless(source),
    })?;
    Ok(Session {
        client,
        statements,
        protection,
        task,
    })
}
