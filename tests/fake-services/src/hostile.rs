//! Answers that no client should survive badly.

use std::time::Duration;

use crate::{Answer, Fault, RequestLog};

/// An endpoint whose answers are hostile ones.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The address.
    pub path: &'static str,
    /// What its answers say they are.
    pub content_type: &'static str,
    /// How its JSON begins.
    pub cut_off: &'static str,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hostile {
    /// An `AccessDenied` page with 403.
    DeniedPage,
    /// The same page with 200.
    DeniedPageWith200,
    /// An `AccessDenied` document of an object store.
    DeniedDocument,
    /// A login page with 200.
    LoginPage,
    /// JSON that breaks off, with an honest length.
    CutOffJson,
    /// A redirect to where the request went.
    RedirectLoop,
    /// 10 MB of blanks.
    TenMegabytes,
    /// Blanks without an end.
    Endless,
    /// 10 MB of blanks in a few kilobytes.
    GzipBomb,
    /// Blanks without an end, compressed.
    EndlessGzipBomb,
    /// No answer.
    Silence,
    /// A few bytes now and then, without an end.
    Drip,
}

impl Hostile {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::DeniedPage,
        Self::DeniedPageWith200,
        Self::DeniedDocument,
        Self::LoginPage,
        Self::CutOffJson,
        Self::RedirectLoop,
        Self::TenMegabytes,
        Self::Endless,
        Self::GzipBomb,
        Self::EndlessGzipBomb,
        Self::Silence,
        Self::Drip,
    ];

    /// The fault that lets an endpoint answer so.
    #[must_use]
    pub fn fault(self, at: Target) -> Fault {
        let blank = |bytes: usize| Answer::new(200, at.content_type, " ".repeat(bytes));
        let denied = |status| {
            Answer::html(
                status,
                "<html><head><title>AccessDenied</title></head><body><h1>AccessDenied</h1></body></html>",
            )
        };
        match self {
            Self::DeniedPage => Fault::Answer(denied(403)),
            Self::DeniedPageWith200 => Fault::Answer(denied(200)),
            Self::DeniedDocument => Fault::Answer(Answer::access_denied()),
            Self::LoginPage => Fault::Answer(Answer::login_page()),
            Self::CutOffJson => Fault::Answer(Answer::new(200, at.content_type, at.cut_off)),
            Self::RedirectLoop => Fault::Answer(Answer::redirect(at.path)),
            Self::TenMegabytes => Fault::Answer(blank(10_000_000)),
            Self::Endless => Fault::Endless(blank(100_000), Duration::ZERO),
            Self::GzipBomb => Fault::Answer(blank(10_000_000).gzip()),
            Self::EndlessGzipBomb => Fault::Endless(blank(1_000_000).gzip(), Duration::ZERO),
            Self::Silence => Fault::Slow(Duration::from_secs(60)),
            Self::Drip => Fault::Endless(blank(8), Duration::from_millis(50)),
        }
    }
}

impl RequestLog {
    /// The bytes of the largest answer that was let in, once the fake has noticed the closed connection.
    pub async fn largest_answer(&self) -> usize {
        let largest = || {
            let sizes = self.all().into_iter().map(|request| request.answer_bytes);
            sizes.max().unwrap_or(0)
        };
        let mut before = largest();
        for _ in 0..50 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if largest() == before {
                break;
            }
            before = largest();
        }
        before
    }
}
