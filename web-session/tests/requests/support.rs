//! Sessions without politeness, for servers on loopback that answer by a script.

use std::time::Duration;

use fake_services::script::{Act, ScriptedServer, answer};
use web_session::{Error, Response, Session, SessionBuilder, Url};

pub(crate) fn quick() -> SessionBuilder {
    Session::builder()
        .pace(Duration::ZERO)
        .first_backoff(Duration::from_millis(5))
        .timeout(Duration::from_secs(5))
}

pub(crate) async fn play(script: Vec<Act>) -> ScriptedServer {
    ScriptedServer::start(script).await.unwrap()
}

pub(crate) fn url(server: &ScriptedServer) -> Url {
    server.url().parse().unwrap()
}

pub(crate) fn session_with(server: &ScriptedServer) -> Session {
    quick().base_url(url(server)).build().unwrap()
}

/// Reads the server's first page.
pub(crate) async fn read(server: &ScriptedServer) -> Result<Response, Error> {
    session_with(server).get(url(server)).read().await
}

pub(crate) fn ok(body: &str) -> Vec<u8> {
    answer("200 OK", "", body)
}
