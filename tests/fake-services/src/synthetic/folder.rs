//! A folder of real TCX files as a training history.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use crate::polar::PolarSession;

/// Reads every `.tcx` file of a folder, by name. `offset_minutes` says how far the local clock was ahead of UTC.
///
/// No file is left out: one that is no readable TCX is listed with the time of the file and exports its very bytes, so
/// that a sync has to refuse it in the open. Ids follow from the names and are distinct.
///
/// # Errors
/// When the folder or a file in it cannot be read from disk.
pub fn sessions_from_folder(folder: &Path, offset_minutes: i32) -> io::Result<Vec<PolarSession>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_tcx = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("tcx"));
        if is_tcx && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let mut taken = HashSet::new();
    let mut sessions = Vec::with_capacity(paths.len());
    for (index, path) in (0_i64..).zip(paths) {
        let bytes = std::fs::read(&path)?;
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let mut id = id_from_name(&name);
        while !taken.insert(id) {
            id += 1;
        }
        // Copies of a folder often have one time for all files; the position keeps the starts apart.
        let changed: DateTime<Utc> = path.metadata()?.modified()?.into();
        let otherwise = changed.naive_utc() + TimeDelta::minutes(index);
        sessions.push(PolarSession::from_tcx(id, bytes, offset_minutes, otherwise));
    }
    Ok(sessions)
}

/// An id in the range of the service's, the same for the same name (FNV-1a).
fn id_from_name(name: &str) -> u64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    8_200_000_000 + hash % 100_000_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polar::PolarSport;
    use crate::synthetic::SyntheticTcx;

    #[test]
    fn unreadable_and_doubled_files_are_listed_too() {
        let folder = std::env::temp_dir().join(format!("fake-services-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let start: DateTime<Utc> = "2024-12-03T06:10:00Z".parse().unwrap();
        let tcx = SyntheticTcx::new(start, PolarSport::RUNNING)
            .seconds(60)
            .build();
        std::fs::write(folder.join("a.tcx"), &tcx).unwrap();
        std::fs::write(folder.join("b.TCX"), &tcx).unwrap();
        std::fs::write(folder.join("c.tcx"), b"<html>please log in</html>").unwrap();
        std::fs::write(folder.join("d.txt"), b"not taken").unwrap();
        let sessions = sessions_from_folder(&folder, 60).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(sessions.len(), 3);
        assert_eq!(sessions[0].start_local(), sessions[1].start_local());
        assert_ne!(sessions[0].id, sessions[1].id);
        assert_eq!(sessions[0].start_local().to_string(), "2024-12-03 07:10:00");
        assert_eq!(sessions[2].exercises[0].tcx, b"<html>please log in</html>");
        assert_eq!(sessions[2].duration().num_seconds(), 1);
    }
}
