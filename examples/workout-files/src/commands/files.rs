//! Inputs and outputs.

use std::io::{self, Read, Write, stderr, stdin};
use std::path::Path;

use workout_files::Reading;

use crate::Exit;
use crate::report::Failure;

pub(super) fn unknown_extension(output: &Path) -> Exit {
    let _ = writeln!(
        stderr(),
        "workout-files: {}: the name must end in .tcx or .gpx, to say the format",
        output.display()
    );
    Exit::Usage
}

pub(super) fn name(file: &Path) -> String {
    file.display().to_string()
}

pub(super) fn code(outcome: &Result<Reading, Failure>) -> Exit {
    if outcome.is_ok() {
        Exit::Good
    } else {
        Exit::Unreadable
    }
}

/// The longest input: no workout comes near, and what never ends must not fill the memory.
const LONGEST: u64 = 256 << 20;

pub(super) fn read(file: &Path) -> Result<Reading, Failure> {
    let bytes = if file == Path::new("-") {
        read_all(stdin().lock())
    } else {
        std::fs::File::open(file).and_then(read_all)
    };
    workout_files::read(&bytes.map_err(Failure::Io)?)
        .map_err(|error| Failure::Read(Box::new(error)))
}

fn read_all(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        let limit = LONGEST >> 20;
        return Err(io::Error::other(format!("it is longer than {limit} MiB")));
    }
    Ok(bytes)
}

/// Written beside its place and renamed, so that a half-written file never has the name. A link stays
/// one, and a file keeps its mode.
pub(super) fn save(output: &Path, bytes: &[u8]) -> io::Result<()> {
    let explain = |error: io::Error| {
        io::Error::new(
            error.kind(),
            format!("{} cannot be written: {error}", output.display()),
        )
    };
    let is_link = std::fs::symlink_metadata(output).is_ok_and(|found| found.is_symlink());
    let target = is_link.then(|| std::fs::canonicalize(output)).transpose();
    let target = target.map_err(explain)?;
    let output = target.as_deref().unwrap_or(output);
    let existing = std::fs::metadata(output)
        .map(|found| found.permissions())
        .ok();
    if existing
        .as_ref()
        .is_some_and(std::fs::Permissions::readonly)
    {
        return Err(explain(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is read-only",
        )));
    }
    let folder = output
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".workout-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map_err(explain)?;
    file.write_all(bytes).map_err(explain)?;
    if let Some(existing) = existing {
        file.as_file().set_permissions(existing).map_err(explain)?;
    }
    file.persist(output).map_err(|error| explain(error.error))?;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn an_output_keeps_its_mode_and_a_link_its_target() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (new, old) = (folder.path().join("new"), folder.path().join("old"));
        save(&new, b"a").unwrap();
        assert_ne!(mode(&new) & 0o044, 0, "{:o}", mode(&new));
        fs::write(&old, "before").unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("link");
        symlink(&old, &link).unwrap();
        save(&link, b"after").unwrap();
        assert_eq!(
            (fs::read(&old).unwrap(), mode(&old)),
            (b"after".to_vec(), 0o640)
        );
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        fs::set_permissions(&old, fs::Permissions::from_mode(0o444)).unwrap();
        save(&old, b"no").unwrap_err();
        assert_eq!(fs::read(&old).unwrap(), b"after");
    }
}
