//! The protocol of `sd_notify(3)`: a few lines of text to the socket that the service manager names.

use std::env;
use std::time::Duration;

/// The service manager, where there is one.
#[derive(Debug, Default)]
pub struct Systemd {
    #[cfg(target_os = "linux")]
    socket: Option<(
        std::os::unix::net::UnixDatagram,
        std::os::unix::net::SocketAddr,
    )>,
    watchdog: Option<Duration>,
}

impl Systemd {
    /// As `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` say.
    #[must_use]
    pub fn from_env() -> Self {
        let number = |name| env::var(name).ok()?.parse::<u64>().ok();
        let is_ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let watchdog = number("WATCHDOG_USEC").filter(|usec| is_ours && *usec > 0);
        Self {
            #[cfg(target_os = "linux")]
            socket: env::var_os("NOTIFY_SOCKET").and_then(|name| connect(&name)),
            watchdog: watchdog.map(Duration::from_micros),
        }
    }

    /// A manager that listens at this socket and wants to hear from the service within this time.
    #[cfg(target_os = "linux")]
    #[must_use]
    pub fn at(socket: &std::path::Path, watchdog: Option<Duration>) -> Self {
        let socket = connect(socket.as_os_str());
        Self { socket, watchdog }
    }

    /// The time within which the manager wants to hear from the service.
    #[must_use]
    pub fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// Sends a message such as `READY=1`. A manager that does not listen is no reason to stop working.
    pub fn notify(&self, message: &str) {
        #[cfg(target_os = "linux")]
        if let Some((socket, address)) = &self.socket {
            let _ = socket.send_to_addr(message.as_bytes(), address);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = message;
    }
}

#[cfg(target_os = "linux")]
fn connect(
    name: &std::ffi::OsStr,
) -> Option<(
    std::os::unix::net::UnixDatagram,
    std::os::unix::net::SocketAddr,
)> {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    let address = match name.as_bytes() {
        // The abstract namespace.
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
        [b'/', ..] => SocketAddr::from_pathname(name),
        _ => return None,
    };
    let socket = UnixDatagram::unbound().ok()?;
    socket.set_nonblocking(true).ok()?;
    Some((socket, address.ok()?))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::os::unix::net::UnixDatagram;

    #[test]
    fn messages_reach_a_socket_in_the_file_system() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        let systemd = Systemd {
            socket: connect(path.as_os_str()),
            watchdog: None,
        };
        systemd.notify("READY=1");
        let mut buffer = [0; 64];
        let length = manager.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"READY=1");
        drop(manager);
        systemd.notify("WATCHDOG=1");
    }

    #[test]
    fn without_a_manager_nothing_happens() {
        assert!(connect("relative".as_ref()).is_none());
        Systemd::default().notify("READY=1");
    }
}
