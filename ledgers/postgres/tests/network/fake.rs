//! A server that knows just enough of PostgreSQL's protocol to misbehave.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
pub const PASSWORD: &str = "canary-password";

pub const CLEAR_TEXT: &[u8] = b"R\0\0\0\x08\0\0\0\x03";
pub const MD5: &[u8] = b"R\0\0\0\x0c\0\0\0\x05salt";

/// How a server answers.
#[derive(Clone, Copy)]
pub struct Manners {
    /// To the question whether it encrypts; `None`: it never says anything.
    pub encrypts: Option<u8>,
    /// To the name of the user.
    pub asks: &'static [u8],
}

/// A server in this process, and what it heard.
pub struct Fake {
    address: IpAddr,
    port: u16,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Fake {
    pub async fn start(address: IpAddr, manners: Manners) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = {
                    let mut record = record.lock().unwrap();
                    record.push(Vec::new());
                    record.len() - 1
                };
                tokio::spawn(serve(stream, manners, Arc::clone(&record), number));
            }
        });
        Self {
            address,
            port,
            heard,
        }
    }

    /// An address for it, with a password and these settings.
    pub fn url(&self, settings: &str) -> String {
        let Self { address, port, .. } = self;
        format!("postgres://me:{PASSWORD}@{address}:{port}/training?{settings}")
    }

    /// The number of connections.
    pub fn calls(&self) -> usize {
        self.heard.lock().unwrap().len()
    }

    /// How often these bytes came.
    pub fn heard(&self, text: &str) -> usize {
        let heard = self.heard.lock().unwrap().concat();
        let text = text.as_bytes();
        heard.windows(text.len()).filter(|it| *it == text).count()
    }
}

async fn serve(
    mut stream: TcpStream,
    manners: Manners,
    record: Arc<Mutex<Vec<Vec<u8>>>>,
    number: usize,
) {
    let mut buffer = [0; 4096];
    let mut asked = false;
    loop {
        let Ok(count @ 1..) = stream.read(&mut buffer).await else {
            return;
        };
        let bytes = &buffer[..count];
        record.lock().unwrap()[number].extend_from_slice(bytes);
        let answer: &[u8] = match (manners.encrypts, bytes) {
            (None, _) => b"",
            (Some(b'N'), [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]) => b"N",
            (Some(_), [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]) => {
                #[cfg(feature = "tls")]
                if stream.write_all(b"S").await.is_ok() {
                    crate::tls::handshake(stream).await;
                }
                return;
            }
            // What comes first is the name of the user; what follows is the password.
            _ if !asked => {
                asked = true;
                manners.asks
            }
            _ => b"E\0\0\0\x3aSFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0",
        };
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}

/// An address of this machine that is not the loopback interface's. `None`, said aloud: it has none.
pub fn elsewhere() -> Option<IpAddr> {
    // Connecting such a socket sends nothing; the system only chooses the address that it would send from.
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let address = socket
        .connect((Ipv4Addr::new(198, 51, 100, 1), 9))
        .and_then(|()| socket.local_addr())
        .map(|address| address.ip())
        .ok()
        .filter(|address| !address.is_loopback() && !address.is_unspecified());
    if address.is_none() {
        println!("skipped: this machine has no address off loopback");
    }
    address
}
