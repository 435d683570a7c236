//! `/exportData`: the archive of the whole account.
//!
//! A form with `startDate` and `endDate` as `M/D/YYYY` (2014), then waiting and reloading until the page has a link
//! "Download Now!" (2014 .. 2026-02), then a ZIP. The form's fields of today are not recorded: they are read from the page.

use chrono::NaiveDate;
use web_session::{Bytes, Content, Url, header};

use crate::page::{Wanted, form, look, select};
use crate::{Error, Runkeeper, SendError};

const ENDPOINT: &str = "account export";

/// How far an account export is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportStatus {
    /// Not there (yet): look again in a minute.
    NotReady,
    /// There: [`Runkeeper::download_export`] fetches it.
    Ready(Url),
}

impl Runkeeper {
    /// Asks the site to prepare an archive of the days `from..=until`. It takes minutes.
    ///
    /// # Errors
    /// [`Error::UnexpectedShape`] (as [`SendError::NotSent`]) when the page has no form for it.
    pub async fn request_export(&self, from: NaiveDate, until: NaiveDate) -> Result<(), SendError> {
        let address = self.url(&self.paths().export);
        let page = self
            .fetch_url(ENDPOINT, &address)
            .await
            .map_err(SendError::NotSent)?;
        let wanted = Wanted {
            action: &self.paths().export,
            field: "startDate",
        };
        let Some(mut form) = form(&page.text(), &wanted) else {
            return Err(SendError::NotSent(Error::UnexpectedShape {
                endpoint: ENDPOINT,
                expected: "a form for the export",
                fingerprint: Box::new(page.fingerprint()),
            }));
        };
        form.set("startDate", from.format("%-m/%-d/%Y").to_string());
        form.set("endDate", until.format("%-m/%-d/%Y").to_string());
        let mut request = self
            .session()
            .post(address.clone())
            .endpoint(ENDPOINT)
            .header(header::REFERER, address.as_str())
            .header(header::ORIGIN, &self.base().origin().ascii_serialization());
        if let Some((name, value)) = &form.csrf_header {
            request = request.header(name.as_str(), value);
        }
        let response = request.form(form.fields).write().await?;
        match self.judge(&response)? {
            crate::Answer::Rejected(message) => Err(SendError::NotSent(Error::Rejected {
                endpoint: ENDPOINT,
                message,
            })),
            _ => Ok(()),
        }
    }

    /// Looks whether the archive is ready.
    ///
    /// # Errors
    /// When the page can't be read.
    pub async fn export_status(&self) -> Result<ExportStatus, Error> {
        let page = self
            .fetch_url(ENDPOINT, &self.url(&self.paths().export))
            .await?;
        Ok(match download_link(&page.text(), page.url()) {
            Some(link) => ExportStatus::Ready(link),
            None => ExportStatus::NotReady,
        })
    }

    /// Fetches the archive, a ZIP that [`archive::read`](crate::archive::read) reads.
    ///
    /// The archive may lie on another host; only what the link itself carries proves who asks there.
    ///
    /// # Errors
    /// [`Error::UnexpectedShape`] when something else than a ZIP came.
    pub async fn download_export(&self, link: &Url) -> Result<Bytes, Error> {
        const LARGEST: u64 = 2 * 1024 * 1024 * 1024;
        let response = self
            .fetch(|| {
                self.session()
                    .get(link.clone())
                    .endpoint(ENDPOINT)
                    .max_bytes(LARGEST)
            })
            .await?;
        match response.content() {
            Content::Zip => Ok(response.into_body()),
            _ => Err(Error::UnexpectedShape {
                endpoint: ENDPOINT,
                expected: "a ZIP archive",
                fingerprint: Box::new(response.fingerprint()),
            }),
        }
    }
}

fn download_link(page: &str, address: &Url) -> Option<Url> {
    look(page, |document| {
        document
            .select(&select("a[href]"))
            .find(|link| {
                link.text()
                    .collect::<String>()
                    .to_ascii_lowercase()
                    .contains("download now")
            })
            .and_then(|link| link.value().attr("href"))
            .and_then(|href| address.join(href).ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
