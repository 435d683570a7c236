//! The function under the emulator of `cargo lambda`, which `TEST_CARGO_LAMBDA` names (`pip install cargo-lambda`, `cargo-lambda`).

use std::io::{Write, stderr};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::world::{Hosted, program};

const PATIENCE: Duration = Duration::from_secs(120);

/// The emulator, which starts no function by itself.
struct Emulator {
    program: String,
    port: String,
    _child: Child,
}

impl Emulator {
    /// `None`: the environment names none.
    async fn start() -> Option<Self> {
        let Ok(program) = std::env::var("TEST_CARGO_LAMBDA") else {
            // Past the test runner, which keeps what passing tests print to itself.
            let _ = writeln!(stderr(), "SKIPPED: TEST_CARGO_LAMBDA is not set");
            return None;
        };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        drop(listener);
        let mut watch = Command::new(&program);
        watch
            .args(["lambda", "watch", "--only-lambda-apis"])
            .args(["-A", "127.0.0.1", "-P", &port])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let child = watch.spawn().unwrap();
        // It asks Cargo for the workspace first, which may wait for another Cargo.
        let address = format!("127.0.0.1:{port}");
        let began = Instant::now();
        while tokio::net::TcpStream::connect(&address).await.is_err() {
            assert!(began.elapsed() < PATIENCE, "it does not listen");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Some(Self {
            program,
            port,
            _child: child,
        })
    }

    fn function(&self, mut command: Command) -> Child {
        let api = format!("http://127.0.0.1:{}/.rt", self.port);
        command
            .env("AWS_LAMBDA_RUNTIME_API", api)
            .env("AWS_LAMBDA_FUNCTION_NAME", "_")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        command.spawn().unwrap()
    }

    /// The answer to an event, or the emulator's message for an error.
    async fn invoke(&self, event: &Value) -> Result<Value, String> {
        let mut invoke = Command::new(&self.program);
        invoke
            .args(["lambda", "invoke", "-A", "127.0.0.1", "-P", &self.port])
            .args(["--data-ascii", &event.to_string()])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, invoke.output()).await;
        let output = output.expect("no answer").unwrap();
        match output.status.success() {
            true => Ok(serde_json::from_slice(&output.stdout).unwrap()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn emulator_of_cargo_lambda_gets_the_answers() {
    let Some(emulator) = Emulator::start().await else {
        return;
    };
    let Some(hosted) = Hosted::start(3).await else {
        return;
    };
    let _function = emulator.function(hosted.world.program(program()));
    let planned = emulator.invoke(&json!({ "dry_run": true })).await.unwrap();
    assert_eq!(planned["counts"], json!({ "new": 3 }), "{planned}");
    let moved = emulator.invoke(&json!({})).await.unwrap();
    // Past the test runner, for the documentation.
    let _ = writeln!(stderr(), "{moved}");
    assert_eq!(moved["exit"], "settled", "{moved}");
    assert_eq!(moved["counts"], json!({ "delivered": 3 }), "{moved}");
    let refused = emulator.invoke(&json!({ "account": "a b" })).await;
    assert!(
        refused
            .unwrap_err()
            .contains("`account` is made of letters")
    );
    hosted.each_exactly_once(3).await;
    hosted.end().await;
}
