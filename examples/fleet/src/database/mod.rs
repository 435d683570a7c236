//! The database: a pool of connections for the accounts and the slots, pools for the queue, and the tables of the fleet.

mod error;
mod migrations;

use std::time::Duration;

use deadpool_postgres::{Client, Pool};
use graphile_worker::tokio_postgres::TokioPostgresDatabase;
use graphile_worker::{Database as QueueDatabase, WorkerUtils};
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

pub(crate) use error::DatabaseError;

/// How long to wait for a connection, and for a server that does not answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// The schema of the queue.
pub(crate) const QUEUE_SCHEMA: &str = "graphile_worker";

/// The database of the fleet. Clones share the connections.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    pool: Pool,
    config: Config,
    connections: usize,
}

impl Database {
    /// Connects, and brings the tables of the queue and of the fleet up to date.
    pub(crate) async fn open(
        address: &SecretString,
        connections: usize,
    ) -> Result<Self, DatabaseError> {
        let config = config(address)?;
        let database = Self {
            pool: open(&config, connections)?.pool().clone(),
            config,
            connections,
        };
        let utils = WorkerUtils::new(database.queue()?, QUEUE_SCHEMA);
        let queue = async {
            let migrated = utils.migrate().await;
            migrated.map_err(|error| DatabaseError::Queue(error.to_string()))
        };
        migrations::migrate(&mut *database.client().await?, queue).await?;
        Ok(database)
    }

    /// A connection.
    pub(crate) async fn client(&self) -> Result<Client, DatabaseError> {
        let client = tokio::time::timeout(PATIENCE, self.pool.get()).await;
        Ok(client.map_err(|_| DatabaseError::Silent(PATIENCE))??)
    }

    /// New connections to the same database for the queue. A loop of the queue that hangs on all of its connections leaves those of
    /// accounts and slots alone, and the next loop does not wait behind it.
    pub(crate) fn queue(&self) -> Result<QueueDatabase, DatabaseError> {
        // One of them listens for new jobs.
        Ok(open(&self.config, self.connections + 1)?.into())
    }
}

fn open(config: &Config, connections: usize) -> Result<TokioPostgresDatabase, DatabaseError> {
    TokioPostgresDatabase::from_config(config.clone(), connections.max(2))
        .map_err(|error| DatabaseError::Queue(error.to_string()))
}

/// Packets to this machine are not encrypted; off this machine encryption is insisted on, unless the address says something else.
fn config(address: &SecretString) -> Result<Config, DatabaseError> {
    let text = address.expose_secret();
    let mut config: Config = text.parse().map_err(|_| DatabaseError::Address)?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(DatabaseError::Address);
    }
    if !text.contains("sslmode") {
        let is_local = config.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => ["localhost", "127.0.0.1", "::1"].contains(&name.as_str()),
            #[cfg(unix)]
            Host::Unix(_) => true,
        });
        config.ssl_mode(match is_local {
            true => SslMode::Disable,
            false => SslMode::Require,
        });
    }
    if config.get_application_name().is_none() {
        config.application_name("workout-fleet");
    }
    config.connect_timeout(PATIENCE);
    config.tcp_user_timeout(PATIENCE);
    config.keepalives_idle(Duration::from_secs(30));
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_insisted_on_unless_the_server_is_here_or_the_address_says_so() {
        for (address, mode) in [
            ("postgres://db.example.org/fleet", SslMode::Require),
            ("postgres://me:x@127.0.0.1:5432/fleet", SslMode::Disable),
            ("postgres:///fleet?host=/run/postgresql", SslMode::Disable),
            (
                "postgres://db.example.org/fleet?sslmode=prefer",
                SslMode::Prefer,
            ),
            (
                "postgres://localhost/fleet?sslmode=require",
                SslMode::Require,
            ),
        ] {
            assert_eq!(
                config(&address.into()).unwrap().get_ssl_mode(),
                mode,
                "{address}"
            );
        }
        for address in ["", "canary", "postgres://"] {
            let error = config(&address.into()).unwrap_err().to_string();
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
