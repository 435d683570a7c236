//! Passwords, cookies and tokens appear in no output. Planted canaries prove it.

use fake_services::synthetic;
use fake_services::{BrowserCookie, FakePolarFlow, UploadMode};
use system_tests::{Ran, World};

/// Every secret of this world that is long enough not to occur by chance.
fn canaries(world: &World) -> Vec<String> {
    let mut canaries = vec![
        FakePolarFlow::PASSWORD.to_owned(),
        FakePolarFlow::EMAIL.to_owned(),
        "wrong-canary-pass".to_owned(),
        "user-canary@example.net".to_owned(),
    ];
    for file in world.files() {
        if !file.to_string_lossy().ends_with(".session.json") {
            continue;
        }
        let json: serde_json::Value =
            serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        collect_values(&json, &mut canaries);
    }
    canaries.retain(|canary| canary.len() >= 12);
    canaries
}

/// The cookie values of a session file, whatever its exact form: `name=value; attributes` texts.
fn collect_values(json: &serde_json::Value, canaries: &mut Vec<String>) {
    match json {
        serde_json::Value::Array(values) => {
            values
                .iter()
                .for_each(|value| collect_values(value, canaries));
        }
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                if let (true, Some(text)) = (key == "value", value.as_str()) {
                    canaries.push(text.to_owned());
                }
                if let (true, Some(text)) = (key == "raw_cookie", value.as_str())
                    && let Some((_, value)) = text.split(';').next().unwrap_or("").split_once('=')
                {
                    canaries.push(value.to_owned());
                }
                collect_values(value, canaries);
            }
        }
        _ => {}
    }
}

#[track_caller]
fn clean(what: &str, bytes: &[u8], canaries: &[String]) {
    let text = String::from_utf8_lossy(bytes);
    for canary in canaries {
        assert!(!text.contains(canary.as_str()), "{what} shows {canary}");
    }
}

#[track_caller]
fn quiet(ran: &Ran, canaries: &[String]) {
    clean("stdout", ran.stdout.as_bytes(), canaries);
    clean("stderr", ran.stderr.as_bytes(), canaries);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_reaches_any_output_the_ledger_or_the_log() {
    let mut world = World::signed_in().await;
    world.set("SYNC_LOG", "trace");
    world.polar.add_sessions(synthetic::history());
    world.runkeeper.next_uploads(1, UploadMode::Html);
    let cookies = world.runkeeper.browser_cookies();
    world.write("header.txt", BrowserCookie::header(&cookies).as_bytes());
    let mut outputs = vec![
        world
            .sync(&["import-session", "runkeeper", "header.txt"])
            .await,
        world.sync(&["plan"]).await,
        world.sync(&["--json"]).await,
        world.sync(&["status"]).await,
        world.sync(&["sign-in", "polar"]).await,
    ];
    assert!(
        outputs[2].stderr.contains("TRACE") || outputs[2].stderr.contains("DEBUG"),
        "no log was written"
    );
    let mut canaries = canaries(&world);
    canaries.extend(
        cookies
            .into_iter()
            .map(|cookie| cookie.value)
            .filter(|value| value.len() >= 12),
    );
    assert!(
        canaries.len() > 8,
        "the canaries were not found: {}",
        canaries.len()
    );
    world.polar.expire_sessions();
    world.polar.sign_everybody_out();
    world.set("POLAR_EMAIL", "user-canary@example.net");
    world.set("POLAR_PASSWORD", "wrong-canary-pass");
    outputs.push(world.sync(&[]).await.expect(3));
    world.set("SYNC_LEDGER", "postgres://user:wrong-canary-pass@db/ledger");
    outputs.push(world.sync(&[]).await);
    outputs.push(world.sync(&["--no-such-flag"]).await.expect(64));
    for ran in &outputs {
        quiet(ran, &canaries);
    }
    for file in world.files() {
        let name = file.to_string_lossy().into_owned();
        if name.contains(".session.json")
            || name.ends_with("cookies.txt")
            || name.ends_with("header.txt")
        {
            continue;
        }
        clean(&name, &std::fs::read(&file).unwrap(), &canaries);
    }
}

/// An `@` or a `/` that was not escaped moves the rest of a password into what a driver takes for the server or the database.
#[tokio::test(flavor = "multi_thread")]
async fn no_part_of_a_ledgers_password_is_shown() {
    let world = World::start().await;
    for address in [
        "postgres://me:cana@ryword@127.0.0.1:1/x",
        "postgres://me:cana@ryword/x@127.0.0.1:1/x",
        "postgres://me:cana@ryword?x@127.0.0.1:1/x",
        "postgresql://me:cana%zz@ryword@127.0.0.1:1/x",
        "mongodb://me:cana@ryword@127.0.0.1:1/x",
        "mongodb+srv://me:cana@ryword/x@127.0.0.1/x",
    ] {
        let ran = world
            .sync(&["status", "--ledger", address])
            .await
            .expect(64);
        for part in ["cana", "ryword"] {
            assert!(!ran.stderr.contains(part), "{address}: {}", ran.stderr);
        }
        let unknown = "built without MongoDB";
        assert!(
            ran.stderr.contains("%40") || ran.stderr.contains(unknown),
            "{}",
            ran.stderr
        );
    }
}
