//! Reading the address of a ledger.

use tokio_postgres::Config;

use crate::error::PostgresError;

/// The driver's settings. Addresses that the driver would misread are refused first: messages name the server, never a part of a password.
pub(crate) fn parse(text: &str) -> Result<Config, PostgresError> {
    let url = ["postgres://", "postgresql://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    if url.is_some_and(is_ambiguous) {
        return Err(PostgresError::Address);
    }
    let text = match url {
        Some(_) => as_the_driver_says_it(text),
        None => text.to_owned(),
    };
    let config: Config = text.parse().map_err(|_| PostgresError::Address)?;
    let (hosts, addresses) = (config.get_hosts().len(), config.get_hostaddrs().len());
    let servers = hosts.max(addresses);
    let one_each = |count: usize| count == 0 || count == servers;
    let ports = config.get_ports().len();
    if servers == 0 || !one_each(hosts) || !one_each(addresses) || !(ports == 1 || one_each(ports))
    {
        return Err(PostgresError::Address);
    }
    Ok(config)
}

/// The `verify-ca` and `verify-full` of other programs mean `require` here: it checks the certificate and the server's name.
/// The driver knows only the latter.
fn as_the_driver_says_it(url: &str) -> String {
    let Some((address, settings)) = url.split_once('?') else {
        return url.to_owned();
    };
    let settings: Vec<&str> = settings
        .split('&')
        .map(|setting| match setting {
            "sslmode=verify-ca" | "sslmode=verify-full" => "sslmode=require",
            other => other,
        })
        .collect();
    format!("{address}?{}", settings.join("&"))
}

/// The driver takes everything up to the first `@` for user and password, and what follows for the server: with an `@` in the password,
/// or in a setting behind `?`, that would be the rest of a secret.
fn is_ambiguous(url: &str) -> bool {
    url.split_once('@')
        .is_some_and(|(before, after)| before.contains('?') || after.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_postgres::config::SslMode;

    #[test]
    fn usual_addresses_are_understood() {
        for text in [
            "postgres://me:secret@db.example.org:5432/training",
            "postgresql://me:p%40ss%2Fword@db.example.org/training?sslmode=require",
            "postgres://db.example.org/training?user=me&password=p%40ss",
            "postgres:///training?host=/run/postgresql",
            "host=db.example.org user=me password='p@ss@word'",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn the_strict_modes_of_other_programs_are_understood() {
        for mode in ["verify-ca", "verify-full", "require"] {
            let text = format!("postgres://db.example.org/x?connect_timeout=5&sslmode={mode}");
            let config = parse(&text).unwrap();
            assert_eq!(config.get_ssl_mode(), SslMode::Require);
        }
        assert!(parse("postgres://db.example.org/x?sslmode=mostly").is_err());
    }

    #[test]
    fn what_the_driver_would_misread_is_refused() {
        for text in [
            "postgres://me:p@ss@db.example.org/training",
            "postgres://me:p@ss/word@db.example.org/training",
            "postgres://me@work:secret@db.example.org/training",
            "postgres://db.example.org/training?user=me&password=p@ss",
            // No server, and fewer ports than servers.
            "postgres:///training",
            "user=me",
            "host=a,b,c port=1,2",
            "host=a,b hostaddr=127.0.0.1",
        ] {
            assert!(matches!(parse(text), Err(PostgresError::Address)), "{text}");
        }
    }
}
