//! What makes the program run by itself: a systemd timer, a line for cron, a property list for launchd.

use std::path::{Path, PathBuf};

use workout_sync::name;

/// A file to write, and the command that puts it to use.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// The place below the home directory.
    pub(crate) path: PathBuf,
    /// The content.
    pub(crate) text: String,
}

/// A way to run on a schedule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Recipe {
    /// The files.
    pub(crate) files: Vec<File>,
    /// What to type afterwards.
    pub(crate) command: String,
}

/// How the program is called for an account.
fn call(program: &Path, account: Option<&str>) -> String {
    let program = program.display().to_string();
    // systemd, sh and cron agree on double quotes around a plain path.
    let quoted = match program.contains(' ') {
        true => format!("\"{program}\""),
        false => program,
    };
    match account {
        Some(account) => format!("{quoted} --account {account}"),
        None => quoted,
    }
}

fn unit_name(account: Option<&str>) -> String {
    account.map_or("workout-sync".to_owned(), |account| {
        format!("workout-sync-{account}")
    })
}

/// A service and a timer of the user.
pub(crate) fn systemd(home: &Path, program: &Path, account: Option<&str>) -> Recipe {
    let (unit, call) = (unit_name(account), call(program, account));
    let folder = home.join(".config/systemd/user");
    let service = format!(
        "[Unit]\nDescription=Move workouts from Polar Flow to Runkeeper\nAfter=network-online.target\n\n\
         [Service]\nType=oneshot\nExecStart={call} run\n# Some workouts wait or need you: not a failure of the unit.\nSuccessExitStatus=1 2\n"
    );
    let timer = format!(
        "[Unit]\nDescription=Run {unit} every 30 minutes\n\n\
         [Timer]\nOnBootSec=5min\nOnUnitActiveSec=30min\nRandomizedDelaySec=3min\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n"
    );
    Recipe {
        files: vec![
            File {
                path: folder.join(format!("{unit}.service")),
                text: service,
            },
            File {
                path: folder.join(format!("{unit}.timer")),
                text: timer,
            },
        ],
        command: format!("systemctl --user enable --now {unit}.timer"),
    }
}

/// A line of a crontab.
pub(crate) fn cron(program: &Path, account: Option<&str>) -> String {
    format!(
        "*/30 * * * * {} run 2>&1 | logger -t {}",
        call(program, account),
        unit_name(account)
    )
}

/// A property list of macOS.
pub(crate) fn launchd(home: &Path, program: &Path, account: Option<&str>) -> Recipe {
    let label = format!("local.{}", unit_name(account));
    let mut words = vec![program.display().to_string()];
    words.extend(
        account
            .into_iter()
            .flat_map(|account| ["--account".to_owned(), account.to_owned()]),
    );
    words.push("run".to_owned());
    let words: String = words
        .iter()
        .map(|word| format!("    <string>{}</string>\n", escaped(word)))
        .collect();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n  <key>Label</key>\n  <string>{label}</string>\n  \
         <key>ProgramArguments</key>\n  <array>\n{words}  </array>\n  <key>StartInterval</key>\n  <integer>1800</integer>\n</dict>\n</plist>\n"
    );
    let path = home
        .join("Library/LaunchAgents")
        .join(format!("{label}.plist"));
    let command = format!("launchctl load {}", path.display());
    Recipe {
        files: vec![File { path, text }],
        command,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The program itself, as another program starts it.
pub(crate) fn this_program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from(name::program()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_have_units_of_their_own() {
        let recipe = systemd(
            Path::new("/home/me"),
            Path::new("/opt/my tools/ws"),
            Some("ana"),
        );
        let names: Vec<_> = recipe
            .files
            .iter()
            .map(|file| file.path.file_name().unwrap().to_owned())
            .collect();
        assert_eq!(
            names,
            ["workout-sync-ana.service", "workout-sync-ana.timer"]
        );
        assert!(
            recipe.files[0]
                .text
                .contains("ExecStart=\"/opt/my tools/ws\" --account ana run\n")
        );
        assert!(cron(Path::new("/usr/bin/ws"), None).starts_with("*/30 * * * * /usr/bin/ws run "));
        let plist = &launchd(Path::new("/Users/me"), Path::new("/a&b/ws"), None).files[0];
        assert!(
            plist.text.contains("<string>/a&amp;b/ws</string>"),
            "{}",
            plist.text
        );
    }
}
