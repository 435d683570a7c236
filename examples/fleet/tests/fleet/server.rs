//! Databases for tests: one of the server that `TEST_POSTGRES_URL` names, and a server that a test may restart.

use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// Past the test runner, which keeps what passing tests print to itself.
pub fn skipped(why: &str) {
    let _ = writeln!(stderr(), "SKIPPED: {why}");
}

/// An empty database.
pub struct TestDatabase {
    pub url: String,
    name: String,
    server: String,
}

impl TestDatabase {
    /// `None`: `TEST_POSTGRES_URL` names no server.
    pub async fn create() -> Option<Self> {
        let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
            skipped("TEST_POSTGRES_URL is not set");
            return None;
        };
        Some(Self::on(&url).await)
    }

    pub async fn on(url: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let server = connect(url).await;
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("test_fleet_{}_{number}", std::process::id());
        let made = format!("CREATE DATABASE {name}");
        server.batch_execute(&made).await.unwrap();
        let (address, _) = url.rsplit_once('/').unwrap();
        Self {
            url: format!("{address}/{name}"),
            name,
            server: url.to_owned(),
        }
    }

    pub async fn client(&self) -> Client {
        connect(&self.url).await
    }

    pub async fn end(self) {
        let dropped = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let server = connect(&self.server).await;
        server.batch_execute(&dropped).await.unwrap();
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A server of this test alone.
pub struct OwnServer {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl OwnServer {
    /// `None`: PostgreSQL's programs are not there.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            skipped("initdb and pg_ctl are not there, so no server is restarted");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            let owned = Command::new("chown")
                .arg("postgres")
                .arg(folder.path())
                .status();
            assert!(owned.unwrap().success());
        }
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let server = Self {
            folder,
            programs,
            port,
        };
        let made = server
            .command("initdb")
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"])
            .status();
        assert!(made.unwrap().success(), "initdb failed");
        server.control(&["start"]);
        Some(server)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// As an administrator does: connections are cut at once.
    pub fn restart(&self) {
        self.control(&["restart", "-m", "fast"]);
    }

    /// For good.
    pub fn stop(&self) {
        self.control(&["stop", "-m", "fast"]);
    }

    /// Until the result is dropped the server takes connections and does not answer, as on a disk that hangs.
    pub fn freeze(&self) -> Frozen {
        let pid = std::fs::read_to_string(self.folder.path().join("data/postmaster.pid")).unwrap();
        let parent = pid.lines().next().unwrap().trim().to_owned();
        let children = Command::new("ps")
            .args(["-o", "pid=", "--ppid", &parent])
            .output();
        let children = String::from_utf8(children.unwrap().stdout).unwrap();
        let mut processes = vec![parent];
        processes.extend(children.split_whitespace().map(str::to_owned));
        signal("-STOP", &processes);
        Frozen(processes)
    }

    fn control(&self, arguments: &[&str]) {
        let path = self.folder.path().display();
        let options = format!("-p {} -k {path} -c listen_addresses=127.0.0.1", self.port);
        let done = self
            .command("pg_ctl")
            .args(["-w", "-t", "60", "-o", &options, "-l"])
            .arg(self.folder.path().join("log"))
            .args(arguments)
            .status();
        assert!(done.unwrap().success(), "pg_ctl {arguments:?} failed");
    }

    /// A program of PostgreSQL on the data of this server. It refuses to run as root.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = match is_root() {
            false => Command::new(program),
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(program);
                command
            }
        };
        command
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }
}

/// The processes of a server that stand still.
pub struct Frozen(Vec<String>);

impl Drop for Frozen {
    fn drop(&mut self) {
        signal("-CONT", &self.0);
    }
}

fn signal(name: &str, processes: &[String]) {
    let _ = Command::new("kill").arg(name).args(processes).status();
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let _ = self
            .command("pg_ctl")
            .args(["stop", "-w", "-m", "immediate"])
            .status();
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// The folder of `initdb` and `pg_ctl`: in the path, or where Debian puts them.
fn programs() -> Option<PathBuf> {
    let is_there = |folder: &Path| folder.join("initdb").exists() && folder.join("pg_ctl").exists();
    let path = std::env::var_os("PATH").unwrap_or_default();
    if let Some(folder) = std::env::split_paths(&path).find(|folder| is_there(folder)) {
        return Some(folder);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<PathBuf> = versions
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|folder| is_there(folder))
        .collect();
    folders.sort_unstable();
    folders.pop()
}
