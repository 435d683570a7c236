//! `/exportData`: the archive of the whole account.
//!
//! A form with `startDate` and `endDate` as `M/D/YYYY` (2014), then waiting and reloading until the page has a link
//! "Download Now!" (2014 .. 2026-02), then a ZIP. The form's fields of today are not recorded: they are read from the page.

use std::fmt;
use std::time::Duration;

use chrono::NaiveDate;
use web_session::auth;
use web_session::page::{Page, WantedForm};
use web_session::{Bytes, Content, Url};

use crate::client::FileRequest;
use crate::client::fetch::unexpected;
use crate::{Error, Runkeeper};

const ENDPOINT: &str = "account export";

/// The archive is held in memory. A real one with 630 files had 15.7 MB (2015).
const LARGEST: u64 = 1024 * 1024 * 1024;

/// Enough for the largest archive over a slow line (10 Mbit/s).
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// How far an account export is. `Debug` shows the link without what proves who may follow it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportStatus {
    /// Not there (yet): look again in a minute.
    NotReady,
    /// There: [`Runkeeper::download_export`] fetches it.
    Ready(Url),
}

impl fmt::Debug for ExportStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReady => f.write_str("NotReady"),
            Self::Ready(link) => write!(f, "Ready({})", web_session::redact::url(link)),
        }
    }
}

impl Runkeeper {
    /// Asks the site to prepare an archive of the days `from..=until`. It takes minutes.
    ///
    /// # Errors
    /// [`Error::SiteChanged`] when the page has no form for it.
    pub async fn request_export(&self, from: NaiveDate, until: NaiveDate) -> Result<(), Error> {
        auth::with_renewal(self, || self.request_export_once(from, until)).await
    }

    async fn request_export_once(&self, from: NaiveDate, until: NaiveDate) -> Result<(), Error> {
        let address = self.url(&self.endpoints().export);
        let page = self.fetch_url(ENDPOINT, &address).await?;
        let wanted = WantedForm::new(self.endpoints().export.clone(), "startDate");
        let form = page.read_page(move |page| page.form(&wanted)).await;
        let Some(mut form) = form? else {
            return Err(Error::SiteChanged {
                endpoint: ENDPOINT,
                expected: "a form for the export",
                fingerprint: Box::new(page.fingerprint()),
            });
        };
        form.set("startDate", from.format("%-m/%-d/%Y").to_string());
        form.set("endDate", until.format("%-m/%-d/%Y").to_string());
        let request = self.post_from(ENDPOINT, address.clone(), &address, &form);
        let response = request.form(form.fields).write().await?;
        match self.classify(&response).await? {
            crate::Answer::Rejected(message) => Err(Error::Rejected {
                endpoint: ENDPOINT,
                message,
            }),
            _ => Ok(()),
        }
    }

    /// Looks whether the archive is ready.
    ///
    /// # Errors
    /// When the page cannot be read.
    pub async fn export_status(&self) -> Result<ExportStatus, Error> {
        let page = self
            .fetch_url(ENDPOINT, &self.url(&self.endpoints().export))
            .await?;
        match page.status().as_u16() {
            200 => {
                let address = page.url().clone();
                let link = page.read_page(move |page| download_link(page, &address));
                Ok(match link.await? {
                    Some(link) => ExportStatus::Ready(link),
                    None => ExportStatus::NotReady,
                })
            }
            403 => Err(Error::Forbidden { endpoint: ENDPOINT }),
            _ => Err(unexpected(&page, "the page of the export", page.content())),
        }
    }

    /// Fetches the archive, a ZIP that [`archive::read`](crate::archive::read) reads.
    ///
    /// The archive may lie on another host; only what the link itself carries proves who asks there, and no cookie is
    /// shown to it. The whole archive is held in memory, up to 1 GiB.
    ///
    /// # Errors
    /// [`Error::UnexpectedContent`] when something else than a ZIP came.
    pub async fn download_export(&self, link: &Url) -> Result<Bytes, Error> {
        let file = FileRequest {
            endpoint: ENDPOINT,
            url: link.clone(),
            max_bytes: Some(LARGEST),
            timeout: Some(PATIENCE),
        };
        let response = self.fetch_file(&file).await?;
        match response.content() {
            Content::Zip => Ok(response.into_body()),
            content => Err(unexpected(&response, "a ZIP archive", content)),
        }
    }
}

fn download_link(page: &Page, address: &Url) -> Option<Url> {
    let links = page.select("a[href]");
    let link = links
        .iter()
        .find(|link| link.text().to_ascii_lowercase().contains("download now"))?;
    address.join(link.attribute("href")?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn download_link(page: &str, address: &Url) -> Option<Url> {
        super::download_link(&Page::parse(page).unwrap(), address)
    }

    #[test]
    fn the_link_is_found_by_its_words() {
        let address: Url = "https://runkeeper.example/exportData".parse().unwrap();
        let link = download_link(
            "<a href=/x>Help</a><a class=b href='/files/1.zip'> Download <b>Now!</b></a>",
            &address,
        );
        assert_eq!(
            link.map(String::from),
            Some("https://runkeeper.example/files/1.zip".into())
        );
        assert_eq!(
            download_link("<a href=/x>Download the app</a>", &address),
            None
        );
    }
}
