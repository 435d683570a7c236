//! The files that really are in an archive's folder.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::folder::{is_of_system, trouble};
use super::names;
use super::record::Digest;
use crate::exit::Failure;

/// Every file in the folder, by path with `/`, in order: without the manifest, the lists, the lock and what systems leave behind.
/// Links to folders are not followed.
///
/// # Errors
/// When a folder cannot be read.
pub(super) fn files(root: &Path) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    let own = [
        names::MANIFEST,
        names::INDEX_CSV,
        names::INDEX_HTML,
        names::LOCK,
    ];
    while let Some(folder) = folders.pop() {
        let place = super::folder::place(root, folder.trim_end_matches('/'));
        let failed = |error: &io::Error| trouble(&place, "cannot be read", error);
        for entry in fs::read_dir(&place).map_err(|error| failed(&error))? {
            let entry = entry.map_err(|error| failed(&error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{folder}{name}");
            let kind = entry.file_type().map_err(|error| failed(&error))?;
            let is_own = folder.is_empty() && own.contains(&name.as_str());
            match kind.is_dir() {
                true if path == names::TEMPORARY => {}
                true => folders.push(format!("{path}/")),
                false if is_own || is_of_system(&name) => {}
                false => found.push(path),
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// The checksum and the length of a file.
///
/// # Errors
/// Those of the file system.
pub(super) fn digest(place: &Path) -> io::Result<(Digest, u64)> {
    let mut file = File::open(place)?;
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    let mut buffer = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok((context.finish().into(), size));
        }
        size += count as u64;
        context.update(&buffer[..count]);
    }
}
