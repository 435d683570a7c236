//! What reaches the program's log: never a document, a name or a route, whichever logger is
//! installed and however much it wants.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::io::Write;
use std::sync::{Arc, Mutex};

use sync_core::ledger::{Content, Expected, Key, Ledger, Select, Swap};
use sync_ledger_postgres::PostgresOptions;
use tokio_postgres::NoTls;

/// Everything that was logged.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl log::Log for Written {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let _ = writeln!(self.clone(), "{} {}", record.target(), record.args());
    }

    fn flush(&self) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn no_document_reaches_a_log() {
    let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
        println!("skipped: TEST_POSTGRES_URL names no server");
        return;
    };
    let written = Written::default();
    log::set_boxed_logger(Box::new(written.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    tracing::trace!("tracing is heard");

    let schema = format!("test_{}_log", std::process::id());
    let ledger = PostgresOptions::new(&url)
        .with_schema(&schema)
        .connect()
        .await
        .unwrap();
    let (admin, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    // A trigger of the database's owner that repeats what is written.
    let trigger = format!(
        "CREATE FUNCTION {schema}.say() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING '%', NEW.body; RETURN NEW; END $$;
         CREATE TRIGGER say BEFORE INSERT OR UPDATE ON {schema}.documents FOR EACH ROW EXECUTE FUNCTION {schema}.say()"
    );
    admin.batch_execute(&trigger).await.unwrap();

    let key = Key::new("canary-source -> canary-destination", "item/canary-name");
    let body = "{\"notes\": \"canary-body\"}";
    for expected in [Expected::Absent, Expected::Version(1)] {
        let swap = ledger
            .compare_and_swap(&key, expected, Content::new(body))
            .await;
        assert!(matches!(swap, Ok(Swap::Done(_))));
    }
    // A lost race is an error at the server.
    let again = ledger.compare_and_swap(&key, Expected::Absent, Content::new(body));
    assert!(matches!(again.await, Ok(Swap::Conflict)));
    // Documents that the server refuses. The details of its errors repeat the whole row.
    let strict = format!("ALTER TABLE {schema}.documents ADD CHECK (version < 3)");
    admin.batch_execute(&strict).await.unwrap();
    let refused = ledger.compare_and_swap(&key, Expected::Version(2), Content::new(body));
    let refused = refused.await.unwrap_err();
    let long: String = (0..4000_u32)
        .map(|n| format!("{:x}", n.wrapping_mul(2_654_435_761)))
        .collect();
    let odd = Key::new(&key.route, format!("canary-{long}"));
    let too_long = ledger.compare_and_swap(&odd, Expected::Absent, Content::new(body));
    let too_long = too_long.await.unwrap_err();
    let shown = format!("{refused} {refused:?} {too_long} {too_long:?}");
    assert!(shown.contains("23514"), "{shown}");
    assert_eq!(ledger.get(&key).await.unwrap().unwrap().body, body);
    assert_eq!(
        ledger
            .scan(&key.route, Select::All, None, 9)
            .await
            .unwrap()
            .len(),
        1
    );
    let after = Some("canary-after");
    assert_eq!(
        ledger
            .scan(&key.route, Select::All, after, 9)
            .await
            .unwrap()
            .len(),
        1
    );

    let drop_it = format!("DROP SCHEMA {schema} CASCADE");
    admin.batch_execute(&drop_it).await.unwrap();
    let log = String::from_utf8_lossy(&written.0.lock().unwrap()).into_owned();
    for heard in ["tokio_postgres", "executing statement", "tracing is heard"] {
        assert!(log.contains(heard), "the log was not heard: {heard}");
    }
    for (place, text) in [("the log", &log), ("an error", &shown)] {
        let found = text.lines().find(|line| line.contains("canary"));
        assert_eq!(found, None, "{place} shows it");
    }
}
