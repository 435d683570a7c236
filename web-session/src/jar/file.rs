//! The session file: how it is read and written safely, and how processes take turns.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::error::JarError;
use super::store::{BlockingStore, Document, Guard, Kept, Saved, SessionStore};
use crate::limits;

const LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// Keeps a session in a file: private from the first byte, never half-written, locked while it is changed. A file that others
/// may read or change is refused.
#[derive(Debug, Clone)]
pub struct FileStore {
    path: PathBuf,
}

impl FileStore {
    /// A session in this file, which need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

#[async_trait]
impl SessionStore for FileStore {
    fn place(&self) -> PathBuf {
        self.path.clone()
    }

    async fn load(&self) -> Result<Option<Kept>, JarError> {
        self.load_now()
    }

    async fn save(&self, document: &Document, _version: Option<&str>) -> Result<Saved, JarError> {
        self.save_now(document)?;
        Ok(Saved::As(String::new()))
    }

    /// Locks a file beside the session file: the session file itself is replaced by each save, so a lock on it would be a
    /// lock on a file that is no longer there.
    async fn lock(&self) -> Result<Guard, JarError> {
        let path = &self.path;
        let mut beside = path.clone().into_os_string();
        beside.push(".lock");
        let _ = create_private_folder(folder_of(path));
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&beside)
            .map_err(|e| JarError::unwritable(path, e))?;
        let begin = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Guard::new(file)),
                Err(TryLockError::WouldBlock) if begin.elapsed() < LOCK_PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(JarError::Busy {
                        path: path.clone(),
                        waited: LOCK_PATIENCE,
                    });
                }
                // Some network file systems can't lock. Working without is better than not working.
                Err(TryLockError::Error(_)) => return Ok(Guard::default()),
            }
        }
    }

    fn blocking(&self) -> Option<&dyn BlockingStore> {
        Some(self)
    }
}

impl BlockingStore for FileStore {
    fn load_now(&self) -> Result<Option<Kept>, JarError> {
        let bytes = read_safely(&self.path)?;
        Ok(bytes.map(|bytes| Kept {
            document: Document::new(bytes),
            version: String::new(),
        }))
    }

    fn save_now(&self, document: &Document) -> Result<(), JarError> {
        let path = &self.path;
        let fail = |source| JarError::unwritable(path, source);
        // A link is followed, so that the file it names is replaced and not the link.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = folder_of(&target);
        create_private_folder(folder).map_err(fail)?;
        // `tempfile` creates with mode 0600, so the secrets are private from the first byte on.
        let mut temporary = tempfile::Builder::new()
            .prefix(".session-")
            .tempfile_in(folder)
            .map_err(fail)?;
        temporary.write_all(document.expose()).map_err(fail)?;
        temporary.as_file().sync_all().map_err(fail)?;
        temporary.persist(&target).map_err(|e| fail(e.error))?;
        // Makes the rename itself durable. Not every system can open a folder; the rename stands nevertheless.
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

/// The bytes of the file, when no other user may change or read it.
fn read_safely(path: &Path) -> Result<Option<Vec<u8>>, JarError> {
    let unreadable = |source| JarError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return match fs::symlink_metadata(path) {
                Ok(_) => Err(unsafe_file(
                    path,
                    "it is a link to a file that does not exist",
                    "remove the link, or make that file".to_owned(),
                )),
                Err(_) => Ok(None),
            };
        }
        Err(error) => return Err(unreadable(error)),
    };
    // Before opening: a pipe would block.
    check(path, &metadata)?;
    let file = File::open(path).map_err(unreadable)?;
    // And of what was opened: it may have been replaced meanwhile.
    check(path, &file.metadata().map_err(unreadable)?)?;
    let mut bytes = Vec::new();
    let limit = limits::SESSION_FILE_BYTES;
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(JarError::Foreign {
            path: path.to_owned(),
            what: format!("it has more than {limit} bytes"),
        });
    }
    Ok(Some(bytes))
}

fn check(path: &Path, metadata: &fs::Metadata) -> Result<(), JarError> {
    if !metadata.is_file() {
        return Err(unsafe_file(
            path,
            "it is no regular file",
            "choose another path for the session".to_owned(),
        ));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let shown = path.display();
        let me = rustix::process::geteuid().as_raw();
        if metadata.uid() != me {
            let what = format!("it belongs to another user (uid {})", metadata.uid());
            let advice = format!(
                "run as that user, or, if the session is yours, `chown {me} {shown}`; otherwise remove it and sign in \
                 again"
            );
            return Err(unsafe_file(path, &what, advice));
        }
        let mode = metadata.mode() & 0o777;
        if mode & 0o077 != 0 {
            let what = format!("its permissions {mode:04o} let others at your session");
            return Err(unsafe_file(path, &what, format!("run `chmod 600 {shown}`")));
        }
    }
    Ok(())
}

fn unsafe_file(path: &Path, what: &str, advice: String) -> JarError {
    JarError::Unsafe {
        path: path.to_owned(),
        what: what.to_owned(),
        advice,
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
