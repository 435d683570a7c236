//! The session file: its format, how it is written, how processes take turns.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use super::CookieJar;
use crate::limits;

const FORMAT: &str = "web-session cookies";
const VERSION: u32 = 1;
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// A session file that can't be used. The file is never changed by the failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JarError {
    /// It can't be opened or read.
    #[error("the session file {} cannot be read; check that you own it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason the system gives.
        #[source]
        source: io::Error,
    },
    /// It is cut off or damaged. Nothing in it was changed.
    #[error("the session file {} is damaged ({what}); it was left as it is. Move it away and sign in again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, without anything that stands in it.
        what: String,
    },
    /// It is something else: not a session file of this program, or of a newer version. Nothing in it was changed.
    #[error("{} is not a session file of this program ({what}); it was left as it is. Choose another path for the session", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it seems to be.
        what: String,
    },
    /// Others may read or change it, or it is no file. It is neither read nor written, as ssh does with keys.
    #[error("the session file {} is not used: {what}; {advice}", path.display())]
    Unsafe {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
        /// What to do.
        advice: String,
    },
    /// It can't be written.
    #[error("the session file {} cannot be written; check the folder's permissions and the free space", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The reason the system gives.
        #[source]
        source: io::Error,
    },
    /// Another process holds its lock for too long.
    #[error("another process has been using the session file {} for {waited:?}; end it or wait", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
        /// How long this process waited.
        waited: Duration,
    },
}

impl JarError {
    pub(super) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            what: what.into(),
        }
    }

    fn unwritable(path: &Path, source: io::Error) -> Self {
        Self::Unwritable {
            path: path.to_owned(),
            source,
        }
    }

    /// The file that the error is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Unreadable { path, .. }
            | Self::Damaged { path, .. }
            | Self::Foreign { path, .. }
            | Self::Unsafe { path, .. }
            | Self::Unwritable { path, .. }
            | Self::Busy { path, .. } => path,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Document {
    format: String,
    version: u32,
    cookies: Vec<Value>,
}

/// The cookies in the file; `None` when there is no file.
pub(super) fn read(path: &Path) -> Result<Option<Vec<Value>>, JarError> {
    let Some(bytes) = read_safely(path)? else {
        return Ok(None);
    };
    if bytes.trim_ascii().is_empty() {
        return Err(JarError::damaged(path, "it is empty"));
    }
    // serde_json's own words may quote what stands in the file, which is secret: only the place is told.
    let document: Value = match serde_json::from_slice(&bytes) {
        Ok(document) => document,
        Err(e) if bytes.trim_ascii_start().starts_with(b"{") => {
            let what = if e.is_eof() {
                "it is cut off".to_owned()
            } else {
                format!("line {}", e.line())
            };
            return Err(JarError::damaged(path, what));
        }
        Err(_) => {
            return Err(JarError::Foreign {
                path: path.to_owned(),
                what: "it is not JSON".to_owned(),
            });
        }
    };
    if document["format"] != FORMAT {
        return Err(JarError::Foreign {
            path: path.to_owned(),
            what: "it is other JSON".to_owned(),
        });
    }
    if document["version"] != VERSION {
        return Err(JarError::Foreign {
            path: path.to_owned(),
            what: "it was written by another version".to_owned(),
        });
    }
    let document: Document = serde_json::from_value(document)
        .map_err(|_| JarError::damaged(path, "it has no list of cookies"))?;
    super::from_values(&document.cookies)
        .map_err(|()| JarError::damaged(path, "a cookie in it cannot be read"))?;
    Ok(Some(document.cookies))
}

/// The bytes of the file, when nobody else may have a hand in it.
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

pub(super) fn write(path: &Path, cookies: &[Value]) -> Result<(), JarError> {
    let fail = |source| JarError::unwritable(path, source);
    // A link is followed, so that the file it names is replaced and not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = folder_of(&target);
    create_private_folder(folder).map_err(fail)?;
    let document = Document {
        format: FORMAT.to_owned(),
        version: VERSION,
        cookies: cookies.to_vec(),
    };
    let mut bytes = serde_json::to_vec_pretty(&document).map_err(|e| fail(e.into()))?;
    bytes.push(b'\n');
    // `tempfile` creates with mode 0600, so the secrets are private from the first byte on.
    let mut temporary = tempfile::Builder::new()
        .prefix(".session-")
        .tempfile_in(folder)
        .map_err(fail)?;
    temporary.write_all(&bytes).map_err(fail)?;
    temporary.as_file().sync_all().map_err(fail)?;
    temporary.persist(&target).map_err(|e| fail(e.error))?;
    // Makes the rename itself durable. Not every system can open a folder; the rename stands all the same.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
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

/// The right to change the session file. Given back when dropped.
#[derive(Debug)]
#[must_use = "the lock is given back when this is dropped"]
pub struct JarLock<'a> {
    jar: &'a CookieJar,
    _file: Option<File>,
}

impl JarLock<'_> {
    /// As [`CookieJar::reload`].
    ///
    /// # Errors
    /// As there.
    pub fn reload(&self) -> Result<(), JarError> {
        self.jar.reload()
    }

    /// As [`CookieJar::save`], under the lock that is held.
    ///
    /// # Errors
    /// As there.
    pub fn save(&self) -> Result<(), JarError> {
        self.jar.write_merged()
    }
}

/// Locks a file beside the session file: the session file itself is replaced by each save, so a lock on it would be a
/// lock on a file that is no longer there.
pub(super) async fn lock(jar: &CookieJar) -> Result<JarLock<'_>, JarError> {
    let Some(path) = &jar.path else {
        return Ok(JarLock { jar, _file: None });
    };
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
            Ok(()) => {
                return Ok(JarLock {
                    jar,
                    _file: Some(file),
                });
            }
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
            Err(TryLockError::Error(_)) => return Ok(JarLock { jar, _file: None }),
        }
    }
}
