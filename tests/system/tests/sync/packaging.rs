//! The units of systemd are well-formed, and what `packaging/` names exists.

use std::path::{Path, PathBuf};
use std::process::Command;

fn packaging() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging")
}

#[test]
fn systemd_accepts_every_unit() {
    let analyze = Path::new("/usr/bin/systemd-analyze");
    if !analyze.exists() {
        #[allow(clippy::print_stdout)]
        {
            println!("skipped: there is no systemd-analyze");
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut units = Vec::new();
    for entry in std::fs::read_dir(packaging().join("systemd")).unwrap() {
        let path = entry.unwrap().path();
        let name = path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .replace("@.", "@ana.");
        let text = std::fs::read_to_string(&path).unwrap();
        // The program is not installed here, and credentials are not either.
        let text = text
            .replace("/usr/local/bin/workout-sync", "/bin/true")
            .replace("#LoadCredential", "LoadCredential");
        std::fs::write(folder.path().join(&name), text).unwrap();
        units.push(folder.path().join(name));
    }
    assert_eq!(units.len(), 4);
    let output = Command::new(analyze)
        .arg("verify")
        .args(&units)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[test]
fn the_compose_file_and_the_crontab_use_the_programs_own_names() {
    let read = |name: &str| std::fs::read_to_string(packaging().join(name)).unwrap();
    let compose = read("compose.yaml");
    assert!(compose.contains("dockerfile: packaging/Dockerfile"));
    for variable in ["SYNC_TOKEN_FILE", "POLAR_PASSWORD_FILE", "SYNC_EVERY"] {
        assert!(compose.contains(variable), "{variable}");
    }
    let dockerfile = read("Dockerfile");
    assert!(dockerfile.contains("\nUSER 10001\n") && dockerfile.contains("\nHEALTHCHECK "));
    assert!(read("crontab").contains(" run --yes "));
}
